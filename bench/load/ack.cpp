// SPDX-License-Identifier: MIT
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <vector>

namespace load {
namespace {

struct Acks {
  Loop loop;
  Report report;
  // Indexed by id: a connection uses as many ids as it has events in flight.
  std::vector<std::string> requests;
  std::string expected_arguments;
  // The frames that the current connection sends at the end of its read.
  std::string gathered;
  std::size_t ready = 0;

  explicit Acks(const Options& options)
      : loop(options), report("ack", "acknowledgements", options) {
    const std::string argument = json_argument(options.argument_bytes);
    expected_arguments = "[" + argument + "]";
    for (std::size_t id = 0; id < options.in_flight; ++id) {
      requests.push_back(
          client_frame(Opcode::Text, "42" + std::to_string(id) + "[\"ack\"," + argument + "]"));
    }
  }
};

class AckClient final : public WebSocketClient {
 public:
  AckClient(Acks& acks, const Target& target)
      : WebSocketClient(acks.loop, target), acks_(acks), sent_(acks.requests.size()) {}

  void emit_all() {
    acks_.gathered.clear();
    for (std::size_t id = 0; id < sent_.size(); ++id) emit(id);
    send(acks_.gathered);
  }

 private:
  static constexpr std::uint64_t not_in_flight = 0;

  void emit(std::size_t id) {
    sent_[id] = loop().now();
    acks_.gathered += acks_.requests[id];
  }

  void on_ready() override { ++acks_.ready; }

  std::optional<std::size_t> id_of(std::string_view payload) const {
    if (!payload.starts_with("43")) return std::nullopt;
    std::size_t id = 0;
    const char* const end = payload.data() + payload.size();
    const auto [rest, error] = std::from_chars(payload.data() + 2, end, id);
    if (error != std::errc{} || id >= sent_.size()) return std::nullopt;
    const std::string_view arguments(rest, static_cast<std::size_t>(end - rest));
    if (arguments != acks_.expected_arguments) return std::nullopt;
    return id;
  }

  void on_message(std::string_view payload) override {
    const auto id = id_of(payload);
    if (!id || sent_[*id] == not_in_flight) return WebSocketClient::on_message(payload);
    acks_.report.latency.record(loop().now() - sent_[*id], 1);
    ++acks_.report.count;
    emit(*id);
  }

  void on_read_end() override {
    if (acks_.gathered.empty()) return;
    send(acks_.gathered);
    acks_.gathered.clear();
  }

  void on_failure(std::string_view why) override {
    acks_.gathered.clear();
    if (!is_ready()) ++acks_.ready;
    acks_.report.failed(why);
  }

  Acks& acks_;
  std::vector<std::uint64_t> sent_;
};

}  // namespace

Report run_ack(const Options& options) {
  Acks acks(options);
  std::vector<std::unique_ptr<AckClient>> clients;
  open_all(
      acks.loop, options.connections,
      [&](std::size_t i) {
        clients.push_back(std::make_unique<AckClient>(acks, options.target));
        clients.back()->connect(static_cast<unsigned>(i));
      },
      [&] { return acks.ready; });
  for (const auto& client : clients) client->emit_all();
  acks.gathered.clear();
  measure(acks.loop, options, acks.report, [&] {
    acks.report.count = 0;
    acks.report.latency.clear();
  });
  return std::move(acks.report);
}

}  // namespace load
