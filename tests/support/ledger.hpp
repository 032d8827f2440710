// SPDX-License-Identifier: MIT
// Ledger: what was sent on each ordered channel, and what arrived. What arrives must be a prefix
// of what was sent: this one rule excludes losses, duplicates, swaps, and messages to the wrong
// receiver. Also the seeds of random tests. Plain data, single thread.
#pragma once

#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace socketio::support {

class Ledger {
 public:
  void sent(const std::string& channel, std::uint64_t id) { channels_[channel].sent.push_back(id); }
  void received(const std::string& channel, std::uint64_t id) {
    Channel& entry = channels_[channel];
    ++received_;
    if (entry.arrived < entry.sent.size() && entry.sent[entry.arrived] == id) {
      ++entry.arrived;
      return;
    }
    const std::string wanted = entry.arrived < entry.sent.size()
                                   ? std::to_string(entry.sent[entry.arrived])
                                   : std::string("nothing");
    complain(channel + ": got " + std::to_string(id) + " where " + wanted + " was due");
  }
  void complain(std::string what) { faults_.push_back(std::move(what)); }
  void expect(bool holds, const std::string& what) {
    if (!holds) complain(what);
  }
  std::size_t missing(const std::string& channel) const {
    const auto found = channels_.find(channel);
    return found == channels_.end() ? 0 : found->second.sent.size() - found->second.arrived;
  }
  const std::vector<std::string>& faults() const { return faults_; }
  std::uint64_t received_count() const { return received_; }

 private:
  struct Channel {
    std::vector<std::uint64_t> sent;
    std::size_t arrived = 0;
  };
  std::map<std::string, Channel> channels_;
  std::vector<std::string> faults_;
  std::uint64_t received_ = 0;
};

/// The contents of message `id`, which depend on nothing else: text, numbers or binary data of
/// various sizes.
inline json cargo(std::uint64_t id) {
  const std::size_t size = id % 11 == 0 ? 3'000 + id % 5'000 : id % 97;
  if (id % 5 == 0)
    return json::binary(std::vector<std::uint8_t>(size, static_cast<std::uint8_t>(id)));
  if (id % 5 == 1)
    return json{{"id", id}, {"parts", json::array({json::binary({1, 2}), json::binary({3})})}};
  return std::string(size, static_cast<char>('a' + id % 26));
}

/// Runs the seed in SIMULATION_SEED, or as many as SIMULATION_SEEDS says, or `standard` many.
template <class Run>
void for_each_seed(std::uint64_t standard, const std::string& test, Run run) {
  std::uint64_t first = 0;
  std::uint64_t count = standard;
  if (const char* const many = std::getenv("SIMULATION_SEEDS"))
    count = std::strtoull(many, nullptr, 10);
  if (const char* const one = std::getenv("SIMULATION_SEED")) {
    first = std::strtoull(one, nullptr, 10);
    count = 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("replay: SIMULATION_SEED=" + std::to_string(seed) + " ./dev test " + test);
    run(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace socketio::support
