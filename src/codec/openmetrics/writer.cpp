// SPDX-License-Identifier: MIT
#include "codec/openmetrics/writer.hpp"

#include "codec/http/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace socketio::openmetrics {

namespace {

/// Escapes a label's value, or a help text (OpenMetrics 1.0.0, "ABNF", escaped-string).
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : http::with_replacements(text)) {
    switch (c) {
      case '\n':
        out.append("\\n");
        break;
      case '"':
      case '\\':
        out.push_back('\\');
        [[fallthrough]];
      default:
        out.push_back(c);
    }
  }
}

}  // namespace

std::string float_text(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), end);
  if (text.find_first_of(".en") == text.npos) text.append(".0");
  return text;
}

void Writer::family(const Family& family) {
  name_ = family.name;
  text_.append("# TYPE ").append(name_).append(" ").append(family.type).push_back('\n');
  if (!family.unit.empty()) {
    text_.append("# UNIT ").append(name_).append(" ").append(family.unit).push_back('\n');
  }
  text_.append("# HELP ").append(name_).push_back(' ');
  append_escaped(text_, family.help);
  text_.push_back('\n');
}

void Writer::begin_sample(std::string_view suffix, Labels labels) {
  text_.append(name_).append(suffix);
  char separator = '{';
  for (const Label& label : labels) {
    text_.push_back(std::exchange(separator, ','));
    text_.append(label.name).append("=\"");
    append_escaped(text_, label.value);
    text_.push_back('"');
  }
  if (labels.size() != 0) text_.push_back('}');
  text_.push_back(' ');
}

void Writer::sample(std::string_view suffix, Labels labels, std::uint64_t value) {
  begin_sample(suffix, labels);
  text_.append(std::to_string(value)).push_back('\n');
}

void Writer::sample(std::string_view suffix, Labels labels, double value) {
  begin_sample(suffix, labels);
  text_.append(float_text(value)).push_back('\n');
}

std::string Writer::finish() {
  text_.append("# EOF\n");
  return std::move(text_);
}

}  // namespace socketio::openmetrics
