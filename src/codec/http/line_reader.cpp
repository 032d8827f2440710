// SPDX-License-Identifier: MIT
#include "codec/http/line_reader.hpp"

#include "codec/http/grammar.hpp"

namespace socketio::http {

LineReader::Outcome LineReader::feed_piece(std::string_view& bytes, std::size_t limit) {
  if (handed_out_) {
    held_.clear();
    handed_out_ = false;
  }
  if (bytes.empty()) return Outcome::need_more;
  if (cr_seen_) return end_line(bytes, 0, 0);

  const auto room = limit - held_.size();
  const auto within = bytes.substr(0, room);
  const std::size_t n = text_bytes(within);
  if (n == room && n < bytes.size() && is_text(bytes[n])) {
    held_.append(within);
    line_ = held_;
    return Outcome::too_long;
  }
  if (n < bytes.size() && bytes[n] != '\r') return Outcome::malformed;
  if (n + 1 < bytes.size()) return end_line(bytes, n, n + 1);
  cr_seen_ = n < bytes.size();
  held_.append(bytes.substr(0, n));
  bytes = {};
  return Outcome::need_more;
}

LineReader::Outcome LineReader::end_line(std::string_view& bytes, std::size_t content_bytes,
                                         std::size_t lf_position) {
  if (bytes[lf_position] != '\n') return Outcome::malformed;
  line_ = bytes.substr(0, content_bytes);
  if (!held_.empty()) {
    held_.append(line_);
    line_ = held_;
  }
  bytes.remove_prefix(lf_position + 1);
  cr_seen_ = false;
  handed_out_ = true;
  return Outcome::line;
}

}  // namespace socketio::http
