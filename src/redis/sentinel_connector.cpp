// SPDX-License-Identifier: MIT
#include "redis/sentinel_connector.hpp"

#include "base/number.hpp"
#include "net/connect_path.hpp"
#include "net/tcp_connector.hpp"
#include "redis/command.hpp"
#include "redis/reply_reader.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace socketio::redis {

namespace {

// An answer is a host and a port.
constexpr Limits answer_limits{.reply_bytes = 4096, .reply_elements = 16};

/// The endpoint in an answer, or why there is none.
std::string read_endpoint(const Reply& reply, Endpoint& endpoint) {
  if (reply.is_nil()) return "it does not know the master";
  if (reply.is_error()) return std::string(reply.text());
  const Reply::Array* const parts = reply.array();
  if (!parts || parts->size() != 2) return "its answer is no address";
  endpoint.host = parts->front().text();
  endpoint.port = number_in<std::uint16_t>(parts->back().text()).value_or(0);
  const bool is_address = endpoint.port != 0 && !endpoint.host.empty();
  return is_address ? std::string() : "its answer is no address";
}

}  // namespace

/// One question to one sentinel.
class SentinelConnector::Question final : public StreamHandler {
 public:
  /// Gets the answer, or why there is none. Destroys the question.
  using OnAnswer = std::function<void(const Reply* answer, const std::string& why)>;

  Question(std::shared_ptr<Stream> stream, const Sentinels& sentinels, OnAnswer on_answer)
      : stream_(std::move(stream)), on_answer_(std::move(on_answer)) {
    if (!sentinels.user.empty()) {
      stream_->write(Command{"AUTH", sentinels.user, sentinels.password}.bytes());
    } else if (!sentinels.password.empty()) {
      stream_->write(Command{"AUTH", sentinels.password}.bytes());
    }
    awaits_auth_ = !sentinels.user.empty() || !sentinels.password.empty();
    stream_->write(Command{"SENTINEL", "get-master-addr-by-name", sentinels.master}.bytes());
  }

  void give_up() {
    on_answer_ = nullptr;
    stream_->close();
  }

 private:
  void on_bytes(std::span<char> bytes) override {
    if (!on_answer_) return;
    reader_.feed({bytes.data(), bytes.size()});
    while (const std::optional<Reply> reply = reader_.next()) {
      if (std::exchange(awaits_auth_, false) && !reply->is_error()) continue;
      return finish(&*reply, {});
    }
    if (!reader_.error().empty()) finish(nullptr, "it does not speak its protocol");
  }
  void on_close() override {
    finish(nullptr, stream_->error() ? stream_->error().message() : "it has closed the connection");
  }
  void finish(const Reply* answer, const std::string& why) {
    const OnAnswer on_answer = std::exchange(on_answer_, nullptr);
    stream_->close();
    if (on_answer) on_answer(answer, why);
  }

  const std::shared_ptr<Stream> stream_;
  OnAnswer on_answer_;
  ReplyReader reader_{answer_limits};
  bool awaits_auth_ = false;
};

class SentinelConnector::Search final : public net::ConnectPath,
                                        public std::enable_shared_from_this<Search> {
 public:
  Search(SentinelConnector& connector, const Endpoint& target, Done done)
      : ConnectPath(connector.loop_, std::move(done)), connector_(connector), master_(target) {}
  ~Search() override {
    if (question_) question_->give_up();
  }

  /// Asks the next sentinel.
  void ask() {
    drop_question();
    const auto& endpoints = connector_.sentinels_.endpoints;
    if (asked_ == endpoints.size()) return finish(nullptr, failure_);
    current_ = (connector_.first_ + asked_++) % endpoints.size();
    connector_.loop_.timers().arm(timer_, sentinel_timeout);
    step_ = connector_.below_->connect(
        endpoints[current_], [this](std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
          contain(*this, [&] { on_connected(std::move(stream), failure); });
        });
  }
  /// For contain(): the attempt has failed.
  void on_exception() noexcept {
    connector_.loop_.report_exception();
    drop_question();
    finish(nullptr, {std::make_error_code(std::errc::not_enough_memory), {}});
  }

 private:
  void on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
    if (!stream) return on_failed(failure.code, failure.message);
    question_ = std::make_shared<Question>(
        stream, connector_.sentinels_,
        [this](const Reply* answer, const std::string& why) { on_answer(answer, why); });
    stream->set_handler(question_);
  }
  void on_answer(const Reply* answer, const std::string& why) {
    const std::string problem = answer ? read_endpoint(*answer, master_) : why;
    if (!problem.empty()) {
      return on_failed(std::make_error_code(std::errc::protocol_error), problem);
    }
    connector_.first_ = current_;
    timer_.cancel();
    question_ = nullptr;
    step_ = connector_.below_->connect(
        master_, next([this](std::shared_ptr<Stream> stream) { finish(std::move(stream), {}); }));
  }
  void on_failed(const std::error_code& code, const std::string& why) {
    const Endpoint& sentinel = connector_.sentinels_.endpoints[current_];
    failure_ = {code, "sentinel at " + net::describe(sentinel) + ": " + why};
    ask();
  }
  void on_timeout() { on_failed(std::make_error_code(std::errc::timed_out), "no answer"); }
  void drop_question() {
    if (const auto question = std::exchange(question_, nullptr)) question->give_up();
  }

  SentinelConnector& connector_;
  Endpoint master_;
  std::size_t asked_ = 0;
  std::size_t current_ = 0;
  ConnectFailure failure_;
  std::shared_ptr<Question> question_;
  MemberTimer<Search, &Search::on_timeout> timer_{*this};
};

SentinelConnector::SentinelConnector(Loop& loop, std::unique_ptr<Connector> below,
                                     Sentinels sentinels)
    : loop_(loop), below_(std::move(below)), sentinels_(std::move(sentinels)) {}

SentinelConnector::~SentinelConnector() = default;

std::unique_ptr<Connector::Attempt> SentinelConnector::connect(const Endpoint& endpoint,
                                                               Done done) {
  class Handle final : public Attempt {
   public:
    explicit Handle(std::shared_ptr<Search> search) : search_(std::move(search)) {}

   private:
    const std::shared_ptr<Search> search_;
  };
  auto search = std::make_shared<Search>(*this, Endpoint{{}, 0, endpoint.secure}, std::move(done));
  search->ask();
  return std::make_unique<Handle>(std::move(search));
}

}  // namespace socketio::redis
