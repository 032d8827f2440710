// SPDX-License-Identifier: MIT
#include "http_connection.hpp"
#include "scenario.hpp"

#include <memory>
#include <vector>

namespace load {
namespace {

// Separates the packets of a payload.
constexpr char record_separator = '\x1e';

struct Polling {
  Loop loop;
  Report report;
  std::string packet;
  std::size_t ready = 0;

  explicit Polling(const Options& options)
      : loop(options),
        report("polling-echo", "messages", options),
        packet("42[\"echo\"," + json_argument(options.argument_bytes) + "]") {}
};

// Works like the official client: one connection always has a GET underway, the other one posts.
// The next event is posted when both the previous POST and its echo have been answered.
class Session final : private HttpConnection::Owner {
 public:
  Session(Polling& polling, const Target& target)
      : polling_(polling),
        target_(target),
        receive_(polling.loop, target, *this),
        transmit_(polling.loop, target, *this) {}

  void open(unsigned source) {
    source_ = source;
    receive_.connect(source);
  }

  void emit() {
    sent_ = polling_.loop.now();
    posting_ = true;
    echo_missing_ = true;
    std::string body = owes_pong_ ? std::string("3") + record_separator : std::string();
    owes_pong_ = false;
    post(body += polling_.packet);
  }

 private:
  enum class State { Opening, Joining, Ready };

  void on_open(HttpConnection& connection) override {
    if (&connection == &receive_) return poll();
    posting_ = true;
    post("40");
    poll();
  }

  void poll() {
    if (request_line_.empty()) request_line_ = "/socket.io/?EIO=4&transport=polling";
    receive_.send("GET " + request_line_ + " HTTP/1.1\r\nHost: " + target_.authority + "\r\n\r\n");
  }

  void post(const std::string& body) {
    transmit_.send("POST " + request_line_ + " HTTP/1.1\r\nHost: " + target_.authority +
                   "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  void on_answer(HttpConnection& connection, std::string_view body) override {
    if (&connection == &transmit_) {
      posting_ = false;
      return emit_when_free();
    }
    if (state_ == State::Opening) return on_handshake(body);
    while (!body.empty()) {
      const std::size_t end = body.find(record_separator);
      on_packet(body.substr(0, end));
      body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    }
    if (failed_) return;
    poll();
    emit_when_free();
  }

  void on_handshake(std::string_view body) {
    constexpr std::string_view name = "\"sid\":\"";
    const std::size_t begin = body.find(name);
    if (!body.starts_with("0{") || begin == std::string_view::npos) {
      return on_lost("no Engine.IO open packet");
    }
    const std::string_view sid = body.substr(begin + name.size());
    request_line_.append("&sid=").append(sid.substr(0, sid.find('"')));
    state_ = State::Joining;
    transmit_.connect(source_);
  }

  void on_packet(std::string_view packet) {
    if (packet == "2") {
      owes_pong_ = true;
    } else if (state_ == State::Joining && packet.starts_with("40")) {
      state_ = State::Ready;
      ++polling_.ready;
    } else if (state_ == State::Ready && echo_missing_ && packet == polling_.packet) {
      echo_missing_ = false;
      started_ = true;
      polling_.report.latency.record(polling_.loop.now() - sent_, 1);
      ++polling_.report.count;
    } else {
      on_lost("unexpected packet: " + std::string(packet.substr(0, 80)));
    }
  }

  void emit_when_free() {
    if (started_ && !posting_ && !echo_missing_) emit();
  }

  void on_lost(std::string_view why) override {
    if (failed_) return;
    failed_ = true;
    if (state_ != State::Ready) ++polling_.ready;
    polling_.report.failed(why);
    receive_.reset();
    transmit_.reset();
  }

  Polling& polling_;
  const Target& target_;
  HttpConnection receive_;
  HttpConnection transmit_;
  std::string request_line_;
  State state_ = State::Opening;
  unsigned source_ = 0;
  std::uint64_t sent_ = 0;
  bool posting_ = false;
  bool echo_missing_ = false;
  bool started_ = false;
  bool owes_pong_ = false;
  bool failed_ = false;
};

}  // namespace

Report run_polling_echo(const Options& options) {
  Polling polling(options);
  std::vector<std::unique_ptr<Session>> sessions;
  open_all(
      polling.loop, options.connections,
      [&](std::size_t i) {
        sessions.push_back(std::make_unique<Session>(polling, options.target));
        sessions.back()->open(static_cast<unsigned>(i));
      },
      [&] { return polling.ready; });
  for (const auto& session : sessions) session->emit();
  measure(polling.loop, options, polling.report, [&] {
    polling.report.count = 0;
    polling.report.latency.clear();
  });
  return std::move(polling.report);
}

}  // namespace load
