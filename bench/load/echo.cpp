// SPDX-License-Identifier: MIT
#include "scenario.hpp"
#include "send_times.hpp"
#include "websocket_client.hpp"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace load {
namespace {

struct Echo {
  Loop loop;
  Report report;
  std::size_t in_flight;
  // `in_flight` frames in a row, so that any number of them is one send.
  std::string request;
  // One answer.
  std::string expected;
  std::size_t request_bytes;
  std::size_t ready = 0;

  explicit Echo(const Options& options)
      : loop(options), report("echo", "messages", options), in_flight(options.in_flight) {
    const std::string packet = "42[\"echo\"," + json_argument(options.argument_bytes) + "]";
    const std::string frame = client_frame(Opcode::Text, packet);
    request_bytes = frame.size();
    for (std::size_t i = 0; i < in_flight; ++i) request += frame;
    expected = server_frame(Opcode::Text, packet);
  }
};

class EchoClient final : public WebSocketClient {
 public:
  EchoClient(Echo& echo, const Target& target)
      : WebSocketClient(echo.loop, target), echo_(echo), times_(echo.in_flight) {}

  void emit(std::size_t messages) {
    times_.sent(loop().now(), messages);
    in_flight_ += messages;
    send(std::string_view(echo_.request).substr(0, messages * echo_.request_bytes));
  }

 private:
  void on_ready() override { ++echo_.ready; }

  std::size_t take_expected(std::string_view bytes) override {
    const std::string& expected = echo_.expected;
    std::size_t answers = 0;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (static_cast<std::size_t>(end - at) >= expected.size() &&
           std::memcmp(at, expected.data(), expected.size()) == 0) {
      at += expected.size();
      ++answers;
    }
    answered_ += answers;
    return answers * expected.size();
  }

  void on_read_end() override {
    if (answered_ == 0) return;
    if (answered_ > in_flight_) return fail("more answers than requests");
    times_.answered(loop().now(), answered_, echo_.report.latency);
    echo_.report.count += answered_;
    in_flight_ -= answered_;
    emit(std::exchange(answered_, 0));
  }

  void on_failure(std::string_view why) override {
    if (!is_ready()) ++echo_.ready;
    echo_.report.failed(why);
  }

  Echo& echo_;
  SendTimes times_;
  std::size_t in_flight_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace

Report run_echo(const Options& options) {
  Echo echo(options);
  std::vector<std::unique_ptr<EchoClient>> clients;
  open_all(
      echo.loop, options.connections,
      [&](std::size_t i) {
        clients.push_back(std::make_unique<EchoClient>(echo, options.target));
        clients.back()->connect(static_cast<unsigned>(i));
      },
      [&] { return echo.ready; });
  for (const auto& client : clients) client->emit(options.in_flight);
  measure(echo.loop, options, echo.report, [&] {
    echo.report.count = 0;
    echo.report.latency.clear();
  });
  return std::move(echo.report);
}

}  // namespace load
