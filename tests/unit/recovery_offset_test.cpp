// SPDX-License-Identifier: MIT
// Which strings a client takes for an offset, and which it does not.
#include "core/client/recovery_offset.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::core {
namespace {

TEST(RecoveryOffset, KnowsTheOffsetsOfAdapters) {
  for (const char* const offset :
       {"OdR3kQ_", "PZZZZZZ", "OdR3kQ_.1", "OdR3kQ_.27", "1700000000000-0", "1700000000000-12345",
        "507f1f77bcf86cd799439011"}) {
    EXPECT_TRUE(looks_like_offset(offset)) << offset;
  }
}

TEST(RecoveryOffset, KnowsWhatIsNone) {
  for (const char* const text :
       {"", "hello", "message", "OdR3kQ", "OdR3kQ_.", "OdR3kQ_.x", "OdR3kQ_x", "OdR3 Q_",
        "1700000000000", "1700000000000-", "170000000000-0", "a700000000000-0",
        "507f1f77bcf86cd79943901", "507F1F77BCF86CD799439011", "0000000"}) {
    EXPECT_FALSE(looks_like_offset(text)) << text;
  }
  EXPECT_FALSE(looks_like_offset("1700000000000-" + std::string(1'000, '1')));
}

TEST(RecoveryOffset, AStringThatIsNoneDoesNotDisplaceOne) {
  RecoveryOffset offset;
  EXPECT_EQ(offset.latest(), "");
  offset.saw("OdR3kQ_");
  offset.saw("a volatile event's own text");
  EXPECT_EQ(offset.latest(), "OdR3kQ_");
  offset.saw("OdR3kQ_.1");
  EXPECT_EQ(offset.latest(), "OdR3kQ_.1");
}

TEST(RecoveryOffset, TakesUnknownFormsUntilOneIsKnown) {
  RecoveryOffset offset;
  offset.saw("shard-7/000123");
  EXPECT_EQ(offset.latest(), "shard-7/000123");
  offset.saw("shard-7/000124");
  EXPECT_EQ(offset.latest(), "shard-7/000124");
  offset.saw("1700000000000-0");
  offset.saw("shard-7/000125");
  EXPECT_EQ(offset.latest(), "1700000000000-0");
  offset.saw(std::string(100'000, 'x'));
  EXPECT_EQ(offset.latest(), "1700000000000-0");
  offset.reset();
  EXPECT_EQ(offset.latest(), "");
}

}  // namespace
}  // namespace socketio::core
