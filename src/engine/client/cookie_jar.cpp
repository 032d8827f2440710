// SPDX-License-Identifier: MIT
#include "engine/client/cookie_jar.hpp"

#include "codec/http/grammar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

namespace socketio::engine {
namespace {

// A cookie that expired at this time is deleted.
constexpr std::int64_t long_ago_ms = std::numeric_limits<std::int64_t>::min();

// Longer lifetimes are cut to a hundred years, which cannot overflow.
constexpr std::int64_t longest_life_s = std::int64_t{100} * 366 * 24 * 3600;

std::string_view cut(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto front = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return front;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the digits at the front as a number; nothing unless there are `least` to `most` of them.
std::optional<int> leading_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int number = 0;
  while (digits < text.size() && digits < most && is_digit(text[digits])) {
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits < least || (digits < text.size() && is_digit(text[digits]))) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

struct CookieDate {
  std::optional<int> day, month, year;
  std::optional<std::chrono::seconds> time;
};

std::optional<std::chrono::seconds> time_of_day(std::string_view token) {
  const auto hour = leading_number(token, 1, 2);
  if (!hour || token.empty() || token.front() != ':') return std::nullopt;
  token.remove_prefix(1);
  const auto minute = leading_number(token, 1, 2);
  if (!minute || token.empty() || token.front() != ':') return std::nullopt;
  token.remove_prefix(1);
  const auto second = leading_number(token, 1, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<int> month_of(std::string_view token) {
  constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
    return http::equals_ignoring_case(token.substr(0, name.size()), name);
  });
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin()) + 1;
}

void read_date_token(std::string_view token, CookieDate& date) {
  if (!date.time && (date.time = time_of_day(token))) return;
  auto rest = token;
  if (!date.day && (date.day = leading_number(rest, 1, 2))) return;
  if (!date.month && (date.month = month_of(token))) return;
  rest = token;
  if (!date.year) date.year = leading_number(rest, 2, 4);
}

/// RFC 6265 section 5.1.1, which accepts every form of date that servers have ever sent.
std::optional<std::int64_t> parse_date(std::string_view text) {
  const auto is_delimiter = [](char c) {
    const bool in_token = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          c == ':' || static_cast<unsigned char>(c) >= 0x7f;
    return !in_token;
  };
  CookieDate date;
  for (std::size_t at = 0; at < text.size();) {
    if (is_delimiter(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_delimiter(text[at])) ++at;
    read_date_token(text.substr(begin, at - begin), date);
  }
  if (!date.day || !date.month || !date.year || !date.time) return std::nullopt;
  int year = *date.year;
  if (year < 70) year += 2000;
  if (year < 100) year += 1900;
  const std::chrono::year_month_day day{std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(*date.month)),
                                        std::chrono::day(static_cast<unsigned>(*date.day))};
  if (year < 1601 || !day.ok()) return std::nullopt;
  const auto moment = std::chrono::sys_days(day).time_since_epoch() + *date.time;
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment).count();
}

/// A value that is zero, negative or not a number deletes the cookie (section 5.2.2).
std::int64_t expiry_of_max_age(std::string_view text, std::int64_t now_ms) {
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec == std::errc::result_out_of_range && text.front() != '-') seconds = longest_life_s;
  if (seconds <= 0) return long_ago_ms;
  return now_ms + std::min(seconds, longest_life_s) * 1000;
}

}  // namespace

void CookieJar::take(const http::Headers& headers, std::int64_t now_ms) {
  headers.for_each("Set-Cookie", [&](std::string_view line) { take(line, now_ms); });
}

void CookieJar::take(std::string_view set_cookie, std::int64_t now_ms) {
  auto rest = set_cookie;
  auto pair = cut(rest, ';');
  if (pair.find('=') == pair.npos) return;
  Cookie cookie;
  cookie.name = http::trim(cut(pair, '='));
  if (cookie.name.empty()) return;
  auto value = http::trim(pair);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  cookie.value = value;
  while (!rest.empty()) {
    auto attribute = cut(rest, ';');
    const auto key = http::trim(cut(attribute, '='));
    const auto text = http::trim(attribute);
    if (http::equals_ignoring_case(key, "Expires")) {
      cookie.expires_ms = parse_date(text).value_or(long_ago_ms);
    } else if (http::equals_ignoring_case(key, "Max-Age")) {
      cookie.expires_ms = expiry_of_max_age(text, now_ms);
    }
  }
  put(std::move(cookie), now_ms);
}

void CookieJar::put(Cookie cookie, std::int64_t now_ms) {
  if (cookie.size() > cookie_limit_bytes) return;
  const bool is_deletion = cookie.expires_ms && *cookie.expires_ms <= now_ms;
  const auto known = std::find_if(cookies_.begin(), cookies_.end(),
                                  [&](const Cookie& other) { return other.name == cookie.name; });
  if (known != cookies_.end()) {
    *known = std::move(cookie);
  } else if (!is_deletion) {
    cookies_.push_back(std::move(cookie));
  }
  drop_expired(now_ms);
  std::size_t total = 0;
  for (const Cookie& kept : cookies_) total += kept.size();
  while (cookies_.size() > cookie_limit || total > total_limit_bytes) {
    total -= cookies_.front().size();
    cookies_.erase(cookies_.begin());
  }
}

void CookieJar::drop_expired(std::int64_t now_ms) {
  const auto is_expired = [now_ms](const Cookie& cookie) {
    return cookie.expires_ms && *cookie.expires_ms <= now_ms;
  };
  cookies_.erase(std::remove_if(cookies_.begin(), cookies_.end(), is_expired), cookies_.end());
}

std::string CookieJar::header(std::int64_t now_ms) {
  drop_expired(now_ms);
  std::string text;
  for (const Cookie& cookie : cookies_) {
    if (!text.empty()) text += "; ";
    text.append(cookie.name).append("=").append(cookie.value);
  }
  return text;
}

}  // namespace socketio::engine
