// SPDX-License-Identifier: MIT
// BroadcastAnswers: waits for all the acknowledgements of a broadcast. They are complete once each
// of the servers has said how many clients it asks and each of those clients has answered, in any
// order. Then it calls `all`, once.
//
// Life cycle: held by the callbacks that report to it. Loop's thread only.
#pragma once

#include <socketio/acknowledgement.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

namespace socketio::core {

class BroadcastAnswers {
 public:
  BroadcastAnswers(detail::AckCallback each, std::function<void()> all)
      : each_(std::move(each)), all_(std::move(all)) {}

  void on_server_count(std::size_t servers) {
    servers_ = servers;
    check();
  }
  void on_client_count(std::size_t clients) {
    ++servers_heard_;
    clients_ += clients;
    check();
  }
  void on_answer(std::error_code error, const Value* arguments) {
    ++answers_;
    try {
      each_(error, arguments);
    } catch (...) {
      check();
      throw;
    }
    check();
  }

 private:
  void check() {
    if (servers_ != servers_heard_ || answers_ != clients_) return;
    if (const auto all = std::exchange(all_, nullptr)) all();
  }

  detail::AckCallback each_;
  std::function<void()> all_;
  std::optional<std::size_t> servers_;
  std::size_t servers_heard_ = 0;
  std::size_t clients_ = 0;
  std::size_t answers_ = 0;
};

}  // namespace socketio::core
