// SPDX-License-Identifier: MIT
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace load {
namespace {

// One client sends; all of them, including the sender, receive. A broadcast is done when the last
// client has received it, and then the next one is sent. Broadcasts differ only in their order.
struct Fan {
  struct Broadcast {
    std::uint64_t sent;
    std::size_t missing;
  };

  Loop loop;
  Report report;
  // `in_flight` frames in a row.
  std::string request;
  std::size_t request_bytes;
  std::string expected;
  // Broadcast n is at n % size.
  std::vector<Broadcast> in_flight;
  std::uint64_t emitted = 0;
  // Broadcasts that were done in this turn; as many new ones follow.
  std::size_t done = 0;
  std::size_t ready = 0;

  explicit Fan(const Options& options)
      : loop(options), report("fan", "deliveries", options), in_flight(options.in_flight) {
    const std::string packet = "42[\"fan\"," + json_argument(options.argument_bytes) + "]";
    const std::string frame = client_frame(Opcode::Text, packet);
    request_bytes = frame.size();
    for (std::size_t i = 0; i < options.in_flight; ++i) request += frame;
    expected = server_frame(Opcode::Text, packet);
  }

  // Broadcasts are sent again in the order in which they end, which is the order of their numbers.
  std::string_view start(std::size_t broadcasts) {
    loop.touch_clock();
    for (std::size_t i = 0; i < broadcasts; ++i) {
      in_flight[emitted++ % in_flight.size()] = {loop.now(), report.connections};
    }
    return std::string_view(request).substr(0, broadcasts * request_bytes);
  }

  void delivered(std::uint64_t broadcast) {
    Broadcast& one = in_flight[broadcast % in_flight.size()];
    report.latency.record(loop.now() - one.sent, 1);
    if (--one.missing == 0) ++done;
  }
};

class FanClient final : public WebSocketClient {
 public:
  FanClient(Fan& fan, const Target& target) : WebSocketClient(fan.loop, target), fan_(fan) {}

 private:
  void on_ready() override { ++fan_.ready; }

  std::size_t take_expected(std::string_view bytes) override {
    const std::string& expected = fan_.expected;
    std::size_t used = 0;
    while (bytes.size() - used >= expected.size() && received_ < fan_.emitted &&
           std::memcmp(bytes.data() + used, expected.data(), expected.size()) == 0) {
      used += expected.size();
      fan_.delivered(received_++);
      ++fan_.report.count;
    }
    return used;
  }

  void on_failure(std::string_view why) override {
    if (!is_ready()) ++fan_.ready;
    fan_.report.failed(why);
  }

  Fan& fan_;
  std::uint64_t received_ = 0;
};

}  // namespace

Report run_fan(const Options& options) {
  Fan fan(options);
  std::vector<std::unique_ptr<FanClient>> clients;
  open_all(
      fan.loop, options.connections,
      [&](std::size_t i) {
        const Target& target = options.other && i % 2 == 1 ? *options.other : options.target;
        clients.push_back(std::make_unique<FanClient>(fan, target));
        clients.back()->connect(static_cast<unsigned>(i));
      },
      [&] { return fan.ready; });
  FanClient& sender = *clients.front();
  fan.loop.on_turn([&] {
    if (fan.done > 0) sender.send(fan.start(std::exchange(fan.done, 0)));
  });
  sender.send(fan.start(options.in_flight));
  measure(fan.loop, options, fan.report, [&] {
    fan.report.count = 0;
    fan.report.latency.clear();
  });
  return std::move(fan.report);
}

}  // namespace load
