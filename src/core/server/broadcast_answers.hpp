// SPDX-License-Identifier: MIT
// BroadcastAnswers: waits for all the acknowledgements of a broadcast. They are complete once it is
// known how many clients are asked and each of them has answered, in any order. Then it calls `all`,
// once.
//
// Life cycle: held by the callbacks that report to it. Loop's thread only.
#pragma once

#include <socketio/acknowledgement.hpp>

#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

namespace socketio::core {

class BroadcastAnswers {
 public:
  BroadcastAnswers(detail::AckCallback each, detail::AllCallback all)
      : each_(std::move(each)), all_(std::move(all)) {}

  void on_asked(std::size_t clients, MissingNodes missing) {
    clients_ = clients;
    missing_ = std::move(missing);
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
    if (clients_ != answers_) return;
    if (const auto all = std::exchange(all_, nullptr)) all(std::move(missing_));
  }

  detail::AckCallback each_;
  detail::AllCallback all_;
  std::optional<std::size_t> clients_;
  MissingNodes missing_;
  std::size_t answers_ = 0;
};

}  // namespace socketio::core
