// SPDX-License-Identifier: MIT
//
// When the messages in flight on one connection were sent, oldest first. Messages that were sent in
// one system call share an entry, so recording costs a few steps per read rather than per message.
// The answers arrive in order.
#pragma once

#include "histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace load {

class SendTimes {
 public:
  explicit SendTimes(std::size_t in_flight) : batches_(in_flight) {}

  void sent(std::uint64_t now, std::size_t messages) {
    batches_[(first_ + used_++) % batches_.size()] = {now, messages};
  }

  // `messages` is at most the number of messages that were sent and not answered.
  void answered(std::uint64_t now, std::size_t messages, Histogram& latency) {
    while (messages > 0) {
      Batch& oldest = batches_[first_];
      const std::size_t taken = messages < oldest.messages ? messages : oldest.messages;
      latency.record(now - oldest.sent, taken);
      messages -= taken;
      oldest.messages -= taken;
      if (oldest.messages == 0) {
        first_ = (first_ + 1) % batches_.size();
        --used_;
      }
    }
  }

 private:
  struct Batch {
    std::uint64_t sent;
    std::size_t messages;
  };

  std::vector<Batch> batches_;
  std::size_t first_ = 0;
  std::size_t used_ = 0;
};

}  // namespace load
