// SPDX-License-Identifier: MIT
#include "redis/connection.hpp"

#include "base/log.hpp"
#include "redis/reply_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace socketio::redis {

namespace {

constexpr const char* naming = "CLIENT SETNAME";
constexpr const char* role = "ROLE";

/// The name is a convenience: a user may not be allowed to set one. But it may be the first thing that
/// a server refuses which serves nobody now.
bool is_about_the_name(std::string_view error) {
  if (error_code(error) == "NOPERM") return true;
  const Remedy remedy = remedy_for(error);
  return remedy != Remedy::configuration && remedy != Remedy::retry;
}

std::string in_seconds(std::chrono::milliseconds time) {
  const auto tenths = time.count() / 100;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

}  // namespace

std::string_view to_string(ConnectionState state) {
  constexpr std::array<std::string_view, 6> names{"closed",    "connecting", "greeting",
                                                  "restoring", "ready",      "waiting"};
  return names[static_cast<std::size_t>(state)];
}

/// One stream to Redis, and what has been read of its next reply. The stream keeps it alive; a
/// connection that has given it up gets nothing more from it.
class Connection::Link final : public StreamHandler {
 public:
  Link(std::weak_ptr<Connection> owner, std::shared_ptr<Stream> stream, const Limits& limits)
      : owner_(std::move(owner)), stream_(std::move(stream)), reader_(limits) {}

  Stream& stream() { return *stream_; }
  void give_up() {
    owner_.reset();
    stream_->close();
  }
  /// The same, but what was written is sent first. A Redis that does not read is not waited for.
  void give_up_after_flush() {
    owner_.reset();
    stream_->close_soon();
  }

 private:
  void on_bytes(std::span<char> bytes) override {
    const auto owner = owner_.lock();
    if (!owner) return;
    owner->heard_at_ = owner->loop_.timers().now();
    reader_.feed({bytes.data(), bytes.size()});
    while (!owner_.expired()) {
      std::optional<Reply> reply = reader_.next();
      if (!reply) break;
      owner->on_reply(std::move(*reply));
    }
    if (owner_.expired()) return;
    if (reader_.unfinished()) owner->listener_.on_excess(*reader_.unfinished());
    if (owner_.expired()) return;
    if (!reader_.error().empty()) return owner->on_violation(reader_.error());
    owner->send_waiting();
  }
  void on_close() override {
    const auto owner = owner_.lock();
    if (owner) owner->on_link_closed(stream_->error());
  }

  // Empty after give_up() or part().
  std::weak_ptr<Connection> owner_;
  const std::shared_ptr<Stream> stream_;
  ReplyReader reader_;
};

std::shared_ptr<Connection> Connection::make(Loop& loop, Connector& connector,
                                             ConnectionSettings settings, Listener& listener) {
  return std::shared_ptr<Connection>(
      new Connection(loop, connector, std::move(settings), listener));
}

Connection::Connection(Loop& loop, Connector& connector, ConnectionSettings settings,
                       Listener& listener)
    : loop_(loop),
      connector_(connector),
      settings_(std::move(settings)),
      listener_(listener),
      pipeline_(settings_.limits),
      backoff_({settings_.times.backoff, settings_.times.backoff_max}) {}

Connection::~Connection() { close(); }

void Connection::open() {
  if (state() == ConnectionState::closed) attempt();
}

void Connection::close() {
  if (const auto current = link()) is_ready() ? send_last(*current) : current->give_up();
  state_ = Closed{};
  deadline_.cancel();
  waiting_deadline_.cancel();
  pipeline_.drop_all();
}

void Connection::send_last(Link& link) {
  for (const auto& entry : pipeline_.take_waiting_since(TimePoint::max()))
    link.stream().write(entry.command.bytes());
  // What the system has already, it sends.
  link.stream().queued_bytes() == 0 ? link.give_up() : link.give_up_after_flush();
}

// --- Connecting ---

void Connection::attempt() {
  ++counters_.attempts;
  loop_.timers().arm(deadline_, settings_.times.connecting);
  enter(Connecting{});
  if (state() != ConnectionState::connecting) return;
  auto underway = connector_.connect(
      settings_.address.endpoint,
      [weak = weak_from_this()](std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
        const auto self = weak.lock();
        if (!self) return;
        contain(*self, [&] { self->on_connected(std::move(stream), failure); });
      });
  std::get<Connecting>(state_).attempt = std::move(underway);
}

void Connection::on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
  if (!stream) return fail(failure.message, Remedy::retry);
  auto link = std::make_shared<Link>(weak_from_this(), stream, settings_.limits);
  stream->set_handler(link);
  enter(Greeting{std::move(link)});
  greet();
}

void Connection::greet() {
  const Address& address = settings_.address;
  greeting_due_ = 0;
  if (!address.user.empty()) {
    ask({"AUTH", address.user, address.password}, "AUTH");
  } else if (!address.password.empty()) {
    ask({"AUTH", address.password}, "AUTH");
  }
  if (address.database != 0) ask({"SELECT", std::to_string(address.database)}, "SELECT");
  if (!settings_.name.empty()) ask({"CLIENT", "SETNAME", settings_.name}, naming);
  // A sentinel may not know yet that another one has become the master.
  if (!address.sentinels.endpoints.empty()) ask({role}, role);
  // Refused by a server that reads its file, or wants a password.
  ask({"PING"}, "PING");
}

void Connection::ask(Command command, const char* step) {
  const auto current = link();
  if (!current) return;
  ++greeting_due_;
  transmit(*current, pipeline_.send_first(
                         {std::move(command),
                          [this, step](const Answer& answer) { on_greeting_answer(step, answer); },
                          settings_.times.connecting,
                          {}}));
}

void Connection::on_greeting_answer(const char* step, const Answer& answer) {
  if (!answer) return;
  if (answer->is_error() && !(step == naming && is_about_the_name(answer->text()))) {
    return fail(std::string(step) + ": " + std::string(answer->text()), remedy_for(answer->text()));
  }
  if (step == role) {
    const Reply::Array* const parts = answer->array();
    if (!parts || parts->empty() || parts->front().text() != "master") {
      return fail("this is not the master", Remedy::fail_over);
    }
  }
  if (--greeting_due_ != 0) return;
  enter(Restoring{link()});
  if (state() != ConnectionState::restoring) return;
  watch();
  listener_.on_greeted();
}

void Connection::declare_ready() {
  if (state() != ConnectionState::restoring) return;
  ++counters_.connects;
  enter(Ready{link()});
  send_waiting();
}

// --- Commands ---

void Connection::send(Command command, OnAnswer on_answer) {
  send(std::move(command), std::move(on_answer), settings_.times.answer);
}

void Connection::send(Command command, OnAnswer on_answer, std::chrono::milliseconds timeout) {
  send({std::move(command), std::move(on_answer), timeout, loop_.timers().now()});
}

void Connection::send(Pipeline::Entry entry) {
  if (state() == ConnectionState::closed) return;
  if (!pipeline_.has_room_to_wait(entry.command.bytes().size())) {
    ++counters_.dropped;
    std::deque<Pipeline::Entry> dropped;
    dropped.push_back(std::move(entry));
    return give_up(std::move(dropped), CommandErrc::dropped);
  }
  pipeline_.wait(std::move(entry));
  send_waiting();
}

std::deque<Pipeline::Entry> Connection::take_waiting() {
  auto taken = pipeline_.take_waiting_since(TimePoint::max());
  watch_waiting();
  return taken;
}

void Connection::send_now(Command command, OnAnswer on_answer) {
  const auto current = link();
  if (!current) return;
  transmit(*current, pipeline_.send_first(
                         {std::move(command), std::move(on_answer), settings_.times.answer, {}}));
}

void Connection::send_waiting() {
  if (is_ready()) {
    const auto current = link();
    while (const Pipeline::Entry* const entry = pipeline_.send_next()) transmit(*current, *entry);
  }
  watch_waiting();
}

void Connection::transmit(Link& link, const Pipeline::Entry& entry) {
  ++counters_.commands;
  link.stream().write(entry.command.bytes());
  if (pipeline_.unanswered() != 1) return;
  due_since_ = loop_.timers().now();
  watch();
}

void Connection::on_reply(Reply reply) {
  if (listener_.take_push(reply)) return;
  const auto current = link();
  std::optional<Pipeline::Entry> answered = pipeline_.take_answered();
  if (!answered) return on_violation("an answer to no question");
  due_since_ = heard_at_;
  watch();
  std::string fails_over;
  // Before it has answered anything, it may be one that refuses everything.
  if (is_ready() && !reply.is_error()) backoff_.reset();
  if (reply.is_error()) {
    ++counters_.refused;
    if (remedy_for(reply.text()) == Remedy::fail_over) fails_over = reply.text();
  }
  Answer answer(std::move(reply));
  if (!listener_.take_command(*answered, answer)) {
    if (answer->is_error() && !answered->on_answer) tell(Loss::refused, answer->text());
    if (answered->on_answer) answered->on_answer(std::move(answer));
  }
  if (!fails_over.empty() && link() == current) fail(fails_over, Remedy::fail_over);
}

void Connection::tell(Loss loss, std::string_view why) {
  constexpr std::array<std::string_view, 4> losses{"dropped", "given up", "perhaps lost",
                                                   "refused"};
  TimePoint& silent_until = silent_until_[static_cast<std::size_t>(loss)];
  const TimePoint now = loop_.timers().now();
  if (now < silent_until) return;
  silent_until = now + log_interval;
  log_line(LogScope::redis, LogLevel::warning,
           {"what was published at ", describe(settings_.address), " is ",
            losses[static_cast<std::size_t>(loss)], ": ", why});
}

void Connection::give_up(std::deque<Pipeline::Entry> entries, CommandErrc code) {
  std::erase_if(entries,
                [&](Pipeline::Entry& entry) { return listener_.take_command(entry, code); });
  const auto untold =
      std::erase_if(entries, [](const Pipeline::Entry& entry) { return !entry.on_answer; });
  if (untold != 0) {
    switch (code) {
      case CommandErrc::dropped:
        tell(Loss::dropped, "too much waits for Redis");
        break;
      case CommandErrc::expired:
        tell(Loss::expired, "it has waited too long for a connection");
        break;
      case CommandErrc::lost:
        tell(Loss::lost, "the connection broke before Redis had answered");
        break;
    }
  }
  if (entries.empty()) return;
  // A task is copied.
  auto shared = std::make_shared<std::deque<Pipeline::Entry>>(std::move(entries));
  loop_.defer([weak = weak_from_this(), shared, code] {
    for (const Pipeline::Entry& entry : *shared) {
      const auto self = weak.lock();
      if (!self || self->state() == ConnectionState::closed) return;
      contain(*self, [&] { entry.on_answer(code); });
    }
  });
}

// --- The end of a connection ---

void Connection::on_violation(std::string_view why) {
  ++counters_.violations;
  fail("Redis does not speak its protocol: " + std::string(why), Remedy::retry);
}

void Connection::on_link_closed(const std::error_code& error) {
  fail(error ? error.message() : "Redis has closed the connection", Remedy::retry);
}

void Connection::reconnect(std::string_view why) {
  if (link()) fail(why, Remedy::retry);
}

void Connection::fail(std::string_view why, Remedy remedy) {
  is_ready() ? ++counters_.breaks : ++counters_.failures;
  // The reason may belong to what is destroyed.
  const std::string reason(why);
  if (const auto current = link()) current->give_up();
  std::deque<Pipeline::Entry> unanswered = pipeline_.take_unanswered();
  // Somebody has to change a setting first.
  const auto delay = remedy == Remedy::configuration ? settings_.times.backoff_max
                                                     : backoff_.next(loop_.entropy());
  loop_.timers().arm(deadline_, delay);
  enter(Waiting{}, reason, remedy);
  counters_.lost += unanswered.size();
  give_up(std::move(unanswered), CommandErrc::lost);
}

void Connection::on_exception() noexcept {
  loop_.report_exception();
  if (const auto current = link()) return current->stream().close();
  if (state() != ConnectionState::closed) {
    state_ = Waiting{};
    loop_.timers().arm(deadline_, settings_.times.backoff_max);
  }
}

void Connection::enter(State state, std::string_view why, Remedy remedy) {
  const ConnectionState before = this->state();
  state_ = std::move(state);
  listener_.on_state({before, this->state(), why, remedy});
}

std::shared_ptr<Connection::Link> Connection::link() const {
  if (const auto* const greeting = std::get_if<Greeting>(&state_)) return greeting->link;
  if (const auto* const restoring = std::get_if<Restoring>(&state_)) return restoring->link;
  if (const auto* const ready = std::get_if<Ready>(&state_)) return ready->link;
  return nullptr;
}

// --- Time ---

void Connection::watch() {
  // Until it is greeted, the attempt has one deadline.
  if (state() != ConnectionState::restoring && !is_ready()) return;
  const Pipeline::Entry* const due = pipeline_.next_due();
  loop_.timers().arm(deadline_, due ? due->timeout : settings_.times.silence);
}

void Connection::on_deadline() {
  switch (state()) {
    case ConnectionState::closed:
      return;
    case ConnectionState::waiting:
      return attempt();
    case ConnectionState::connecting:
    case ConnectionState::greeting:
      ++counters_.timeouts;
      return fail("no answer for " + in_seconds(settings_.times.connecting), Remedy::retry);
    case ConnectionState::restoring:
    case ConnectionState::ready:
      return watch_for_silence();
  }
}

void Connection::watch_for_silence() {
  const TimePoint now = loop_.now();
  const Pipeline::Entry* const due = pipeline_.next_due();
  const auto patience = due ? due->timeout : settings_.times.silence;
  // What arrives slowly arrives.
  const TimePoint since = due ? std::max(due_since_, heard_at_) : heard_at_;
  if (now < since + patience) return loop_.timers().arm(deadline_, since + patience - now);
  if (!due) return send_now({"PING"}, [](const Answer&) {});
  ++counters_.timeouts;
  fail("no answer for " + in_seconds(patience), Remedy::retry);
}

void Connection::watch_waiting() {
  const Pipeline::Entry* const first = pipeline_.first_waiting();
  if (!first) return waiting_deadline_.cancel();
  if (waiting_deadline_.armed()) return;
  loop_.timers().arm(waiting_deadline_,
                     first->queued_at + settings_.times.waiting - loop_.timers().now());
}

void Connection::on_waiting_deadline() {
  std::deque<Pipeline::Entry> expired =
      pipeline_.take_waiting_since(loop_.now() - settings_.times.waiting);
  counters_.expired += expired.size();
  watch_waiting();
  give_up(std::move(expired), CommandErrc::expired);
}

}  // namespace socketio::redis
