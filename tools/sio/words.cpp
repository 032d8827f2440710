// SPDX-License-Identifier: MIT
#include "words.hpp"

#include "exit_code.hpp"

#include <socketio/client.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace sio {

using socketio::Bytes;
using socketio::json;

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A negative number, or an array.
bool needs_guard(std::string_view word) {
  return word.starts_with('[') || (word.size() > 1 && word[0] == '-' && is_digit(word[1]));
}

bool begins_json(char c) { return c == '{' || c == '[' || c == '"'; }

/// The position after the JSON string, array or object with which `text` begins.
std::size_t end_of_json(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
    if (!in_string && depth == 0) return i + 1;
  }
  throw UsageError("this does not end: " + std::string(text));
}

Bytes read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary | std::ios::ate);
  if (!file) throw UsageError("cannot read " + name + ": " + std::strerror(errno));
  const std::streamoff size = file.tellg();
  if (size > static_cast<std::streamoff>(file_limit_bytes)) {
    throw UsageError(name + " is larger than " + std::to_string(file_limit_bytes) + " bytes");
  }
  Bytes bytes(static_cast<std::size_t>(std::max<std::streamoff>(size, 0)));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw UsageError("cannot read " + name + ": it is no file of bytes");
  return bytes;
}

}  // namespace

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t begin = line.find_first_not_of(blanks); begin != std::string_view::npos;
       begin = line.find_first_not_of(blanks)) {
    line.remove_prefix(begin);
    const std::size_t end = begins_json(line.front())
                                ? end_of_json(line)
                                : std::min(line.find_first_of(blanks), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
    if (!line.empty() && blanks.find(line.front()) == std::string_view::npos) {
      throw UsageError("a blank is missing behind " + words.back());
    }
  }
  return words;
}

std::string guarded(std::string word) { return needs_guard(word) ? ' ' + word : word; }

std::string unguarded(std::string word) {
  const bool is_guarded = word.starts_with(' ') && needs_guard(std::string_view(word).substr(1));
  return is_guarded ? word.substr(1) : word;
}

void check_event_name(const std::string& name) {
  try {
    // Nothing is sent: this only checks the name.
    socketio::ClientSocket().emit(name);
  } catch (const std::invalid_argument& reserved) {
    throw UsageError(reserved.what());
  }
}

json read_argument(std::string_view word) {
  if (word.size() > 1 && word.front() == '@') {
    return json::binary(read_file(std::string(word.substr(1))));
  }
  json value = json::parse(word, nullptr, false);
  if (!value.is_discarded()) return value;
  if (!word.empty() && begins_json(word.front())) {
    throw UsageError("this is no JSON: " + std::string(word));
  }
  return std::string(word);
}

socketio::Arguments read_arguments(const std::vector<std::string>& words) {
  json values = json::array();
  for (const std::string& word : words) values.push_back(read_argument(word));
  socketio::TextBuffer text;
  std::vector<Bytes> attachments;
  socketio::JsonWriter(text, attachments).value(values);
  return {std::string(text.view().substr(1, text.size() - 2)), std::move(attachments)};
}

}  // namespace sio
