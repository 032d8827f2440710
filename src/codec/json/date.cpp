// SPDX-License-Identifier: MIT
// Dates as JavaScript writes them: ECMAScript's Date Time String Format (section 21.4.1.32), a
// profile of ISO 8601.
#include <socketio/arguments.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace socketio::detail {

namespace {

using std::chrono::milliseconds;

// The range of std::chrono::year. A Date in JavaScript goes on to the year 275760.
constexpr auto first_day = std::chrono::sys_days(std::chrono::year::min() / 1 / 1);
constexpr auto last_day = std::chrono::sys_days(std::chrono::year::max() / 12 / 31);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `count` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// Four digits, or a sign and six. "-000000" is not a year.
std::optional<int> take_year(std::string_view& text) {
  if (take(text, '+')) return take_number(text, 6);
  if (!take(text, '-')) return take_number(text, 4);
  const auto year = take_number(text, 6);
  if (!year || *year == 0) return std::nullopt;
  return -*year;
}

/// The milliseconds of ".123". Digits after the third are dropped; no fraction means zero.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
    if (digits < 3) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

/// Minutes east of UTC: "Z", or a sign, hours and minutes.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool is_west = take(text, '-');
  if (!is_west && !take(text, '+')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return is_west ? -offset : offset;
}

std::optional<std::chrono::sys_days> take_day(std::string_view& text) {
  const auto year = take_year(text);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  constexpr int last_year = static_cast<int>(std::chrono::year::max());
  if (!day || *day < 1 || *year < -last_year || *year > last_year) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace

std::optional<std::string> date_to_text(std::int64_t milliseconds_since_1970) {
  const std::chrono::sys_time<milliseconds> time{milliseconds(milliseconds_since_1970)};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  if (days < first_day || days > last_day) return std::nullopt;
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  const int year = static_cast<int>(date.year());
  std::array<char, 32> text{};
  const char* const format = year < 0      ? "-%06d-%02u-%02uT%02d:%02d:%02d.%03dZ"
                             : year > 9999 ? "+%06d-%02u-%02uT%02d:%02d:%02d.%03dZ"
                                           : "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ";
  const int size = std::snprintf(
      text.data(), text.size(), format, year < 0 ? -year : year,
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<std::int64_t> text_to_date(std::string_view text) {
  const auto day = take_day(text);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 24 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  if (*hour == 24 && (*minute != 0 || *second != 0 || *fraction != 0)) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const milliseconds time = day->time_since_epoch() + std::chrono::hours(*hour) +
                            std::chrono::minutes(*minute - *offset) +
                            std::chrono::seconds(*second) + milliseconds(*fraction);
  return time.count();
}

}  // namespace socketio::detail
