// SPDX-License-Identifier: MIT
#include "engine/server/address_rates.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace socketio::engine {
namespace {

using namespace std::chrono_literals;

std::string address(int number) {
  return "10.0." + std::to_string(number / 256) + '.' + std::to_string(number % 256);
}

TEST(AddressRates, GiveEachAddressABucket) {
  AddressRates rates({.per_second = 1, .burst = 2});
  const TimePoint now{1'000s};
  EXPECT_TRUE(rates.take("192.0.2.1", now));
  EXPECT_TRUE(rates.take("192.0.2.1", now));
  EXPECT_FALSE(rates.take("192.0.2.1", now));
  EXPECT_TRUE(rates.take("192.0.2.2", now));
  EXPECT_TRUE(rates.take("192.0.2.1", now + 1s));
}

TEST(AddressRates, ForgetAddressesWhoseBucketIsFullAgain) {
  AddressRates rates({.per_second = 1, .burst = 1});
  TimePoint now{1'000s};
  rates.take("192.0.2.1", now);
  for (int i = 0; i < 10'000; ++i) {
    now += 1ms;
    rates.take(address(i), now);
  }
  EXPECT_LE(rates.size(), 2'048U) << "about 1000 of them are not full yet";
  EXPECT_FALSE(rates.take(address(9'999), now)) << "who is not full is remembered";
  EXPECT_TRUE(rates.take("192.0.2.1", now));
}

}  // namespace
}  // namespace socketio::engine
