// SPDX-License-Identifier: MIT
#include "cluster/gather.hpp"

#include "base/entropy.hpp"
#include "core/event_bytes.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace socketio::cluster {

namespace {

/// That one request waits for. Anybody on the bus may say how many there are.
constexpr std::size_t most_clients = 10'000'000;
/// Answers of clients that one request keeps until their nodes have counted them.
constexpr std::size_t early_limit_bytes = 16 * 1024 * 1024;

const RequestId& request_of(const Body& body) {
  static const RequestId none;
  if (const auto* const count = std::get_if<ClientCount>(&body)) return count->request;
  if (const auto* const client = std::get_if<ClientAnswer>(&body)) return client->request;
  if (const auto* const sockets = std::get_if<Sockets>(&body)) return sockets->request;
  if (const auto* const answer = std::get_if<ServerSideAnswer>(&body)) return answer->request;
  return none;
}

bool fits(Question::Answer wanted, const Body& body) {
  switch (wanted) {
    case Question::Answer::clients:
      return std::holds_alternative<ClientCount>(body) ||
             std::holds_alternative<ClientAnswer>(body);
    case Question::Answer::sockets:
      return std::holds_alternative<Sockets>(body);
    case Question::Answer::server_side:
      return std::holds_alternative<ServerSideAnswer>(body);
  }
  return false;
}

}  // namespace

/// One request. It waits for the nodes first, and for the clients that they have counted then.
class Gather::Waiting : public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(Gather& owner, RequestId id, Question question)
      : owner_(owner), id_(std::move(id)), question_(std::move(question)) {
    owner_.loop_.timers().arm(nodes_deadline_, question_.nodes_timeout);
    if (question_.clients_timeout)
      owner_.loop_.timers().arm(clients_deadline_, *question_.clients_timeout);
  }

  const RequestId& id() const { return id_; }
  const std::string& nsp() const { return question_.nsp; }

  void expect(const std::vector<std::string>& nodes) {
    for (const std::string& node : nodes) {
      if (!heard_.contains(node)) awaited_.insert(node);
    }
    expected_ = 0;
    check();
  }
  void expect(std::size_t nodes) {
    expected_ = nodes;
    check();
  }
  void expect_at_most(std::size_t nodes) {
    std::size_t most = nodes + answered_and_gone_;
    // A number that has become smaller does not say who has gone, who may have answered: no more are given
    // up than have said goodbye without an answer.
    if (expected_)
      most = std::max(most, *expected_ - std::min(*expected_, silent_and_gone_.size()));
    most_answers_ = std::min(most_answers_, most);
    check();
  }

  void on_answer(const std::string& sender, const Body& body) {
    if (!fits(question_.answer, body)) return;
    if (std::holds_alternative<ClientAnswer>(body)) {
      const auto node = heard_.find(sender);
      if (node == heard_.end() || node->second.clients == 0) return keep_early(sender, body);
      --node->second.clients;
      --clients_;
      use(body);
      return check();
    }
    // A wire without senders has them all as one.
    if (!sender.empty() && heard_.contains(sender)) return;
    if (is_heard_ || answers_ >= owner_.nodes_) return;
    ++answers_;
    const auto* const count = std::get_if<ClientCount>(&body);
    const std::size_t clients = count ? std::min(count->clients, most_clients - clients_) : 0;
    Heard& heard = heard_[sender];
    heard.clients += clients;
    clients_ += clients;
    if (silent_and_gone_.erase(sender) != 0) {
      note_gone(heard);
      // The others were counted without it.
      if (most_answers_ < owner_.nodes_) ++most_answers_;
    }
    awaited_.erase(sender);
    use(body);
    use_early(sender);
    check();
  }

  /// Whether it may be one of those that are counted, but not known by their ids.
  bool on_gone(const std::string& node) {
    bool may_be_counted = !is_heard_ && awaited_.erase(node) == 0;
    if (const auto heard = heard_.find(node); heard != heard_.end()) {
      clients_ -= heard->second.clients;
      lost_clients_ += std::exchange(heard->second.clients, 0);
      reason_ = Errc::disconnected;
      note_gone(heard->second);
      may_be_counted = false;
    } else if (may_be_counted && silent_and_gone_.size() < owner_.nodes_) {
      silent_and_gone_.insert(node);
    }
    check();
    return may_be_counted;
  }

  /// At once, with what is missing.
  void end(std::error_code reason) {
    hear();
    finish(reason);
  }
  void give_up() {
    if (!expected_) at_least_one_is_missing_ = true;
    end(Errc::timeout);
  }

  void on_exception() noexcept { owner_.loop_.report_exception(); }

 private:
  struct Heard {
    /// How many of its clients have not answered.
    std::size_t clients = 0;
    bool is_gone = false;
  };

  void note_gone(Heard& node) {
    if (!std::exchange(node.is_gone, true)) ++answered_and_gone_;
  }

  std::size_t due_answers() const { return std::min(*expected_, most_answers_); }

  /// Where messages take several ways, as in a Redis Cluster, a client's answer may come before its
  /// node has said how many there are.
  void keep_early(const std::string& sender, const Body& body) {
    if (is_heard_) return;
    const Content& content = std::get<ClientAnswer>(body).arguments;
    const std::size_t bytes =
        sizeof(Body) + sender.size() + core::event_bytes(content.text, content.attachments);
    if (bytes > early_limit_bytes - early_bytes_) return;
    early_bytes_ += bytes;
    early_[sender].push_back(body);
  }
  void use_early(const std::string& sender) {
    const auto early = early_.extract(sender);
    if (!early) return;
    for (const Body& body : early.mapped()) on_answer(sender, body);
  }

  void check() {
    if (!is_heard_) {
      if (!expected_ || answers_ < due_answers() || !awaited_.empty()) return;
      hear();
    }
    if (clients_ == 0) finish(reason_);
  }

  void on_nodes_deadline() {
    hear();
    check();
  }
  void on_clients_deadline() { end(Errc::timeout); }

  MissingNodes missing() const {
    MissingNodes missing{awaited_.size(), {awaited_.begin(), awaited_.end()}};
    if (expected_ && due_answers() > answers_ && awaited_.empty())
      missing.count = due_answers() - answers_;
    if (!expected_ || at_least_one_is_missing_)
      missing.count = std::max<std::size_t>(missing.count, 1);
    return missing;
  }

  void hear() {
    if (std::exchange(is_heard_, true)) return;
    nodes_deadline_.cancel();
    early_.clear();
    const auto heard = std::exchange(question_.heard, nullptr);
    if (heard) contain(*this, [&] { heard(missing()); });
  }

  void finish(std::error_code reason) {
    const auto kept = shared_from_this();
    if (owner_.waiting_.erase(id_) == 0) return;
    clients_deadline_.cancel();
    const auto ended = std::exchange(question_.ended, nullptr);
    if (ended) contain(*this, [&] { ended(clients_ + lost_clients_, reason); });
  }

  void use(const Body& body) {
    contain(*this, [&] {
      if (question_.answered) question_.answered(body);
    });
  }

  Gather& owner_;
  const RequestId id_;
  Question question_;
  bool is_heard_ = false;
  bool at_least_one_is_missing_ = false;
  /// Those whose answers are awaited, if they are known by their ids.
  std::unordered_set<std::string> awaited_;
  /// How many nodes there were, if only that is known; zero beside ids.
  std::optional<std::size_t> expected_;
  /// As far as the others have been counted again.
  std::size_t most_answers_ = std::numeric_limits<std::size_t>::max();
  std::size_t answers_ = 0;
  std::size_t answered_and_gone_ = 0;
  /// Nodes that have gone without an answer, and are counted perhaps.
  std::unordered_set<std::string> silent_and_gone_;
  /// Nodes that have answered.
  std::unordered_map<std::string, Heard> heard_;
  std::size_t clients_ = 0;
  std::size_t lost_clients_ = 0;
  /// Answers of clients that are not counted yet, by node.
  std::unordered_map<std::string, std::vector<Body>> early_;
  std::size_t early_bytes_ = 0;
  std::error_code reason_;
  MemberTimer<Waiting, &Waiting::on_nodes_deadline> nodes_deadline_{*this};
  MemberTimer<Waiting, &Waiting::on_clients_deadline> clients_deadline_{*this};
};

Gather::~Gather() = default;

std::optional<RequestId> Gather::start(Question question) {
  if (waiting_.size() >= requests_) {
    if (question.heard) question.heard({1, {}});
    if (question.ended) question.ended(0, Errc::too_many_pending);
    return std::nullopt;
  }
  RequestId id = random_id(loop_.entropy());
  waiting_.emplace(id, std::make_shared<Waiting>(*this, id, std::move(question)));
  return id;
}

std::shared_ptr<Gather::Waiting> Gather::find(const RequestId& request) const {
  const auto found = waiting_.find(request);
  return found == waiting_.end() ? nullptr : found->second;
}

void Gather::expect(const RequestId& request, const std::vector<std::string>& nodes) {
  if (const auto waiting = find(request)) waiting->expect(nodes);
}

void Gather::expect(const RequestId& request, std::size_t nodes) {
  if (const auto waiting = find(request)) waiting->expect(nodes);
}

void Gather::expect_at_most(const RequestId& request, std::size_t nodes) {
  if (const auto waiting = find(request)) waiting->expect_at_most(nodes);
}

void Gather::give_up(const RequestId& request) {
  if (const auto waiting = find(request)) waiting->give_up();
}

void Gather::on_answer(const Message& message) {
  const auto waiting = find(request_of(message.body));
  if (waiting && waiting->nsp() == message.nsp) waiting->on_answer(message.sender, message.body);
}

template <class Wanted>
std::vector<std::shared_ptr<Gather::Waiting>> Gather::those(Wanted wanted) const {
  // A copy, because each may end.
  std::vector<std::shared_ptr<Waiting>> found;
  for (const auto& [id, waiting] : waiting_) {
    if (wanted(*waiting)) found.push_back(waiting);
  }
  return found;
}

std::vector<RequestId> Gather::on_gone(const std::string& nsp, const std::string& node) {
  std::vector<RequestId> counted;
  for (const auto& waiting : those([&](const Waiting& one) { return one.nsp() == nsp; })) {
    if (waiting->on_gone(node)) counted.push_back(waiting->id());
  }
  return counted;
}

void Gather::on_gone(const std::string& node) {
  for (const auto& waiting : those([](const Waiting&) { return true; })) waiting->on_gone(node);
}

void Gather::end(const std::string& nsp) {
  for (const auto& waiting : those([&](const Waiting& one) { return one.nsp() == nsp; }))
    waiting->end(Errc::disconnected);
}

void Gather::end_all() {
  for (const auto& waiting : those([](const Waiting&) { return true; }))
    waiting->end(Errc::disconnected);
}

}  // namespace socketio::cluster
