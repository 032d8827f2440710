// SPDX-License-Identifier: MIT
#include "back_off.hpp"
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace load {
namespace {

constexpr std::uint64_t broadcast_interval = 20 * millisecond;
// For those that are back, to receive what they have missed.
constexpr std::uint64_t settling_time = 2'000 * millisecond;
// The last ones should be back earlier: 5 s without a network, and the longest back-off.
constexpr std::uint64_t longest_absence = 20'000 * millisecond;
constexpr std::uint64_t never = ~std::uint64_t{0};

class JitteryClient;

// One client emits numbers, which the server broadcasts; the others lose their network now and then.
struct Jitter {
  Loop loop;
  Report report;
  std::mt19937 random{1};
  const Target& target;
  std::size_t ready = 0;
  unsigned opened = 0;
  std::uint64_t sent = 0;
  bool settles = false;

  explicit Jitter(const Options& options)
      : loop(options), report("jitter", "deliveries", options), target(options.target) {}

  std::uint64_t between(double least_ms, double most_ms) {
    return static_cast<std::uint64_t>(std::uniform_real_distribution(least_ms, most_ms)(random)) *
           millisecond;
  }
};

// The text between two quotes behind `name` in a JSON object; empty if there is none.
std::string member(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t begin = object.find(key);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = object.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// One of the two connections of a client: the one that is in use, or the one that it has lost.
class Line final : public WebSocketClient {
 public:
  Line(Jitter& jitter, JitteryClient& client)
      : WebSocketClient(jitter.loop, jitter.target), client_(client) {}

 private:
  std::string join_packet() override;
  void on_joined(std::string_view packet) override;
  void on_ready() override;
  void on_message(std::string_view packet) override;
  void on_failure(std::string_view why) override;

  JitteryClient& client_;
};

// What one client knows of the broadcasts, over all of its connections.
class JitteryClient {
 public:
  explicit JitteryClient(Jitter& jitter)
      : jitter_(jitter), lines_{Line(jitter, *this), Line(jitter, *this)} {}

  void open() { line().connect(jitter_.opened++); }
  void look_at_clock(std::uint64_t now) {
    if (now >= lost_at_ && !jitter_.settles) lose(now);
    if (now >= back_at_) come_back();
  }
  std::string join_packet() const {
    if (private_id_.empty()) return "40";
    return R"(40{"pid":")" + private_id_ + R"(","offset":")" + offset_ + R"("})";
  }
  void on_joined(std::string_view packet) { private_id_ = member(packet, "pid"); }
  void on_ready() {
    // The one that it had lost, of which the server may not know yet.
    other_line().reset();
    if (!std::exchange(was_ready_, true)) ++jitter_.ready;
    is_away_ = false;
    lost_at_ = jitter_.loop.now() + jitter_.between(1'000, 8'000);
  }
  void on_message(std::string_view packet);
  void on_failure(const Line& failed, std::string_view why) {
    if (&failed != &line()) return;
    if (!was_ready_) ++jitter_.ready;
    jitter_.report.failed(why);
  }
  bool is_away() const { return is_away_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t disorder() const { return disorder_; }

 private:
  Line& line() { return lines_[current_]; }
  Line& other_line() { return lines_[1 - current_]; }

  // Half of the losses are known to the server at once. Of the others it learns when the client is
  // back: until then it sends into the void.
  void lose(std::uint64_t now) {
    lost_at_ = never;
    is_away_ = true;
    const std::uint64_t network_returns = now + jitter_.between(1'000, 5'000);
    back_at_ = now;
    for (unsigned attempt = 0; back_at_ < network_returns; ++attempt) {
      back_at_ += back_off(jitter_.random, attempt);
    }
    if (jitter_.random() % 2 == 0) return line().reset();
    line().fall_silent();
  }
  void come_back() {
    back_at_ = never;
    current_ = 1 - current_;
    open();
  }

  Jitter& jitter_;
  Line lines_[2];
  std::size_t current_ = 0;
  bool was_ready_ = false;
  bool is_away_ = false;
  std::uint64_t lost_at_ = never;
  std::uint64_t back_at_ = never;
  std::string private_id_;
  std::string offset_;
  std::uint64_t last_ = 0;
  std::uint64_t received_ = 0;
  // Messages that came twice, or behind a later one.
  std::uint64_t disorder_ = 0;
};

// 42["fan","17"] or, with recovery, 42["fan","17","offset"].
void JitteryClient::on_message(std::string_view packet) {
  constexpr std::string_view begin = R"(42["fan",")";
  if (!packet.starts_with(begin))
    return jitter_.report.failed("unexpected: " + std::string(packet));
  const char* const number_begin = packet.data() + begin.size();
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(number_begin, packet.data() + packet.size(), number);
  const std::string_view rest = packet.substr(static_cast<std::size_t>(parsed.ptr - packet.data()));
  if (rest.starts_with("\",\"")) offset_ = rest.substr(3, rest.size() - 5);
  if (number <= last_) {
    ++disorder_;
    return;
  }
  last_ = number;
  ++received_;
}

std::string Line::join_packet() { return client_.join_packet(); }
void Line::on_joined(std::string_view packet) { client_.on_joined(packet); }
void Line::on_ready() { client_.on_ready(); }
void Line::on_message(std::string_view packet) { client_.on_message(packet); }
void Line::on_failure(std::string_view why) { client_.on_failure(*this, why); }

// Never loses its network, and ignores what it receives.
class Sender final : public WebSocketClient {
 public:
  explicit Sender(Jitter& jitter) : WebSocketClient(jitter.loop, jitter.target), jitter_(jitter) {}
  void send_next() {
    const std::string packet = R"(42["fan",")" + std::to_string(++jitter_.sent) + R"("])";
    send(client_frame(Opcode::Text, packet));
  }

 private:
  void on_ready() override { ++jitter_.ready; }
  void on_message(std::string_view) override {}
  void on_failure(std::string_view why) override {
    if (!is_ready()) ++jitter_.ready;
    jitter_.report.failed(why);
  }

  Jitter& jitter_;
};

}  // namespace

Report run_jitter(const Options& options) {
  Jitter jitter(options);
  Loop& loop = jitter.loop;
  Sender sender(jitter);
  sender.connect(0);
  std::vector<std::unique_ptr<JitteryClient>> clients;
  open_all(
      loop, options.connections,
      [&](std::size_t) {
        clients.push_back(std::make_unique<JitteryClient>(jitter));
        clients.back()->open();
      },
      [&] { return jitter.ready > 0 ? jitter.ready - 1 : 0; });

  std::uint64_t next_broadcast = loop.now();
  loop.on_turn([&] {
    for (const auto& client : clients) client->look_at_clock(loop.now());
    while (!jitter.settles && loop.now() >= next_broadcast) {
      sender.send_next();
      next_broadcast += broadcast_interval;
    }
  });
  measure(loop, options, jitter.report, [] {});
  jitter.settles = true;
  const std::uint64_t end = loop.now() + longest_absence;
  const auto is_away = [](const auto& client) { return client->is_away(); };
  while (loop.now() < end && std::any_of(clients.begin(), clients.end(), is_away)) {
    loop.run_until_time(loop.now() + 100 * millisecond);
  }
  loop.run_until_time(loop.now() + settling_time);

  Report& report = jitter.report;
  report.count = 0;
  report.disorder = 0;
  for (const auto& client : clients) {
    report.count += client->received();
    *report.disorder += client->disorder();
  }
  report.received_share =
      static_cast<double>(report.count) / static_cast<double>(jitter.sent * clients.size());
  return std::move(report);
}

}  // namespace load
