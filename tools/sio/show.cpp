// SPDX-License-Identifier: MIT
#include "show.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <unistd.h>

namespace sio {

using socketio::json;

namespace {

constexpr std::size_t shown_bytes = 8;

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<std::size_t>(std::clamp<int>(size, 0, buffer.size() - 1))};
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_binary(std::string& out, const json::binary_t& bytes) {
  out += print("<%zu byte%s", bytes.size(), bytes.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(bytes.size(), shown_bytes); ++i) {
    out += print("%s%02x", i == 0 ? ": " : " ", bytes[i]);
  }
  out += bytes.size() > shown_bytes ? " …>" : ">";
}

void append_text(std::string& out, const json& value) {
  if (value.is_binary()) return append_binary(out, value.get_binary());
  if (!value.is_structured()) {
    out += dump(value);
    return;
  }
  out += value.is_array() ? '[' : '{';
  bool first = true;
  for (const auto& item : value.items()) {
    if (!std::exchange(first, false)) out += ',';
    if (value.is_object()) out += dump(item.key()) + ':';
    append_text(out, item.value());
  }
  out += value.is_array() ? ']' : '}';
}

json with_buffers(const json& value) {
  if (value.is_binary()) {
    return {{"type", "Buffer"}, {"data", static_cast<const socketio::Bytes&>(value.get_binary())}};
  }
  json copy = value;
  if (copy.is_structured()) {
    for (json& item : copy) item = with_buffers(item);
  }
  return copy;
}

std::string time_text(std::chrono::system_clock::time_point time, const char* format,
                      std::tm* (*split)(const std::time_t*, std::tm*)) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  const auto since = time.time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since) % 1000;
  std::tm parts{};
  split(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), format, &parts);
  return text.data() + print(".%03d", static_cast<int>(milliseconds.count()));
}

}  // namespace

Style Style::of(std::FILE* stream) {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool unwanted =
      (no_color && *no_color) || !terminal || std::string_view(terminal) == "dumb";
  return Style(unwanted || !isatty(fileno(stream)) ? "" : "\x1b[0m");
}

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!has_colours() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + reset_;
}

std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte < 0x20 || byte == 0x7f) {
      out += print("\\u%04x", byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F
      out += print("\\u%04x", next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string to_text(const json& value) {
  std::string out;
  append_text(out, value);
  return without_controls(out);
}

std::string to_text_list(const json& values) {
  std::string out;
  for (const json& value : values) out += ' ' + to_text(value);
  return out;
}

std::string to_word(std::string_view name) {
  const bool is_word = !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\';
  });
  return is_word ? without_controls(name) : to_text(json(name));
}

std::string to_json_line(const json& value) { return without_controls(dump(with_buffers(value))); }

std::string to_text(const socketio::ConnectionError& error) {
  std::string out = without_controls(error.message);
  std::string cause = error.details.empty() && error.code ? error.code.message() : error.details;
  if (error.status != 0) {
    cause = "HTTP " + std::to_string(error.status) + (cause.empty() ? "" : ": ") + cause;
  }
  if (!cause.empty() && cause != error.message) out += " (" + without_controls(cause) + ")";
  if (!error.data.is_null()) out += ' ' + to_text(error.data);
  return out;
}

std::string to_text(std::error_code error) { return error.message(); }

std::string utc_time(std::chrono::system_clock::time_point time) {
  return time_text(time, "%Y-%m-%dT%H:%M:%S", gmtime_r) + 'Z';
}

std::string clock_time(std::chrono::system_clock::time_point time) {
  return time_text(time, "%H:%M:%S", localtime_r);
}

std::string to_text(std::chrono::nanoseconds duration) {
  const double nanoseconds = static_cast<double>(duration.count());
  if (nanoseconds < 1e6) return print("%.0f µs", nanoseconds / 1e3);
  if (nanoseconds < 10e6) return print("%.2f ms", nanoseconds / 1e6);
  if (nanoseconds < 1e9) return print("%.0f ms", nanoseconds / 1e6);
  return print("%.1f s", nanoseconds / 1e9);
}

}  // namespace sio
