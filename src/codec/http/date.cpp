// SPDX-License-Identifier: MIT
#include "codec/http/date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace socketio::http {
namespace {

constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& text, unsigned number, std::size_t digits) {
  const std::string plain = std::to_string(number);
  text.append(digits - std::min(digits, plain.size()), '0').append(plain);
}

}  // namespace

std::string date_text(std::int64_t seconds_since_1970) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds_since_1970)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);

  std::string text(day_names[std::chrono::weekday(midnight).c_encoding()]);
  text.append(", ");
  append_number(text, static_cast<unsigned>(day.day()), 2);
  text.append(" ").append(month_names[static_cast<unsigned>(day.month()) - 1]).append(" ");
  append_number(text, static_cast<unsigned>(static_cast<int>(day.year())), 4);
  text.append(" ");
  append_number(text, static_cast<unsigned>(clock.hours().count()), 2);
  text.append(":");
  append_number(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text.append(":");
  append_number(text, static_cast<unsigned>(clock.seconds().count()), 2);
  text.append(" GMT");
  return text;
}

}  // namespace socketio::http
