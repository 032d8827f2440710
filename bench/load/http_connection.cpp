// SPDX-License-Identifier: MIT
#include "http_connection.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <strings.h>

namespace load {
namespace {

std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    if (head.size() - at <= name.size()) break;
    if (strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    std::string_view value = head.substr(at + name.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    std::size_t length = 0;
    const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
    if (result.ec == std::errc{}) return length;
    break;
  }
  return std::nullopt;
}

}  // namespace

std::size_t HttpConnection::on_bytes(std::string_view bytes) {
  std::size_t used = 0;
  while (is_open() && used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (head_end == std::string_view::npos) break;
    const std::string_view head = rest.substr(0, head_end);
    const auto length = content_length(head);
    if (!length || !head.starts_with("HTTP/1.1 200")) {
      fail("unexpected answer: " + std::string(head.substr(0, head.find('\r'))));
      return bytes.size();
    }
    if (rest.size() - head_end - 4 < *length) break;
    used += head_end + 4 + *length;
    owner_.on_answer(*this, rest.substr(head_end + 4, *length));
  }
  return used;
}

}  // namespace load
