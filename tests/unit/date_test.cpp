// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"

#include <socketio/arguments.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

std::string encoded(Clock::time_point time) {
  TextBuffer text;
  std::vector<Bytes> attachments;
  JsonWriter writer(text, attachments);
  encode(writer, time);
  return std::string(text.view());
}

template <class Time = Clock::time_point>
std::optional<Time> decoded(const std::string& json_text) {
  codec::Document document(codec::own_text);
  const auto value = document.parse(json_text);
  Time time;
  if (!value || !decode(*value, time)) return std::nullopt;
  return time;
}

// Each text is the result of JavaScript's `new Date(milliseconds).toJSON()`.
TEST(Date, IsWrittenAsJavaScriptDoes) {
  EXPECT_EQ(detail::date_to_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(detail::date_to_text(1'700'000'000'123), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(detail::date_to_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(detail::date_to_text(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(detail::date_to_text(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(detail::date_to_text(253'402'300'800'000), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(detail::date_to_text(-62'167'219'200'000), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(detail::date_to_text(-62'167'219'200'001), "-000001-12-31T23:59:59.999Z");
}

TEST(Date, BeyondTheCalendarIsNone) {
  // The last millisecond of the year 32767.
  EXPECT_TRUE(detail::date_to_text(971'890'963'199'999));
  EXPECT_FALSE(detail::date_to_text(971'890'963'200'000));
  EXPECT_FALSE(detail::date_to_text(std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(detail::date_to_text(std::numeric_limits<std::int64_t>::min()));
}

TEST(Date, TravelsAsTextAndBack) {
  const auto time = Clock::time_point(1'700'000'000'123ms);
  EXPECT_EQ(encoded(time), R"("2023-11-14T22:13:20.123Z")");
  EXPECT_EQ(decoded(encoded(time)), time);
  EXPECT_EQ(encoded(time + 999us), encoded(time)) << "what is finer than a millisecond is cut off";
  EXPECT_EQ(encoded(Clock::time_point(-1us)), R"("1969-12-31T23:59:59.999Z")");
}

TEST(Date, IsReadWithAnyOffset) {
  const auto time = Clock::time_point(1'700'000'000s);
  for (const char* const text :
       {"2023-11-14T22:13:20Z", "2023-11-14T22:13:20.0Z", "2023-11-14T22:13:20.000000000Z",
        "2023-11-14T23:13:20+01:00", "2023-11-14T16:43:20-05:30", "2023-11-15T12:13:20+14:00",
        "+002023-11-14T22:13:20Z"}) {
    EXPECT_EQ(decoded('"' + std::string(text) + '"'), time) << text;
  }
  EXPECT_EQ(decoded(R"("2023-11-14T24:00:00Z")"), decoded(R"("2023-11-15T00:00:00Z")"));
  EXPECT_EQ(decoded(R"("2023-11-14T22:13:20.5Z")"), time + 500ms);
  EXPECT_EQ(decoded(R"("2023-11-14T22:13:20.123999Z")"), time + 123ms);
}

TEST(Date, OtherTextsAreNone) {
  for (const char* const text : {"",
                                 "2023",
                                 "2023-11-14",
                                 "2023-11-14T22:13Z",
                                 "2023-11-14T22:13:20",
                                 "2023-11-14 22:13:20Z",
                                 "2023-02-29T00:00:00Z",
                                 "2023-13-01T00:00:00Z",
                                 "2023-00-01T00:00:00Z",
                                 "2023-01-00T00:00:00Z",
                                 "2023-01-32T00:00:00Z",
                                 "2023-11-14T25:00:00Z",
                                 "2023-11-14T24:00:01Z",
                                 "2023-11-14T22:60:00Z",
                                 "2023-11-14T22:13:60Z",
                                 "2023-11-14T22:13:20.Z",
                                 "2023-11-14T22:13:20.1234567890Z",
                                 "2023-11-14T22:13:20+0100",
                                 "2023-11-14T22:13:20+24:00",
                                 "2023-11-14T22:13:20+01:60",
                                 "2023-11-14T22:13:20Z ",
                                 "-000000-01-01T00:00:00Z",
                                 "+040000-01-01T00:00:00Z",
                                 "2O23-11-14T22:13:20Z",
                                 "now"}) {
    EXPECT_EQ(decoded('"' + std::string(text) + '"'), std::nullopt) << text;
  }
  EXPECT_EQ(decoded("1700000000123"), std::nullopt);
  EXPECT_EQ(decoded("null"), std::nullopt);
}

TEST(Date, ThatTheClockCannotHoldDoesNotFit) {
  const std::string late = R"("2263-01-01T00:00:00.000Z")";
  EXPECT_EQ(decoded(late), std::nullopt) << "nanoseconds since 1970 end in 2262";
  using Seconds = std::chrono::time_point<Clock, std::chrono::seconds>;
  EXPECT_EQ(decoded<Seconds>(late), Seconds(9'246'182'400s));
}

}  // namespace
}  // namespace socketio
