// SPDX-License-Identifier: MIT
#include "codec/http/body_reader.hpp"

#include <algorithm>
#include <charconv>

namespace socketio::http {
namespace {

// Always fits 64 bits.
constexpr std::size_t max_size_digits = 15;

}  // namespace

Result<bool, Errc> BodyReader::start(const Framing& framing) {
  kind_ = framing.kind;
  if (kind_ == Framing::Kind::none) return true;
  if (kind_ != Framing::Kind::length) return false;
  if (framing.length > limits_.body_bytes) return Errc::body_too_large;
  remaining_bytes_ = framing.length;
  return framing.length == 0;
}

Result<bool, Errc> BodyReader::feed(std::string_view& bytes, std::string& body) {
  switch (kind_) {
    case Framing::Kind::none:
      return true;
    case Framing::Kind::length:
      take_data(bytes, body);
      return remaining_bytes_ == 0;
    case Framing::Kind::chunks:
      return feed_chunks(bytes, body);
    case Framing::Kind::stream:
      break;
  }
  return feed_stream(bytes, body);
}

void BodyReader::take_data(std::string_view& bytes, std::string& body) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_bytes_, bytes.size()));
  body.append(bytes.substr(0, n));
  bytes.remove_prefix(n);
  remaining_bytes_ -= n;
}

BodyReader::Done BodyReader::feed_stream(std::string_view& bytes, std::string& body) {
  if (bytes.size() > limits_.body_bytes - body.size()) return Errc::body_too_large;
  body.append(bytes);
  bytes = {};
  return false;
}

BodyReader::Done BodyReader::feed_chunks(std::string_view& bytes, std::string& body) {
  while (!bytes.empty() && phase_ != Phase::done) {
    if (phase_ == Phase::data) {
      take_data(bytes, body);
      if (remaining_bytes_ == 0) phase_ = Phase::data_end;
      continue;
    }
    switch (lines_.feed(bytes, line_limit())) {
      case LineReader::Outcome::need_more:
        return false;
      case LineReader::Outcome::malformed:
      case LineReader::Outcome::too_long:
        return Errc::bad_request;
      case LineReader::Outcome::line:
        break;
    }
    const auto accepted = accept_line(body.size());
    if (!accepted) return accepted.error();
  }
  return phase_ == Phase::done;
}

std::size_t BodyReader::line_limit() const {
  switch (phase_) {
    case Phase::size:
      return max_size_digits + limits_.chunk_extension_bytes - extension_bytes_;
    case Phase::trailers:
      return limits_.trailer_bytes - trailer_bytes_;
    default:
      return 0;
  }
}

BodyReader::Done BodyReader::accept_line(std::size_t body_bytes) {
  if (phase_ == Phase::size) return accept_chunk_size(lines_.line(), body_bytes);
  if (phase_ == Phase::trailers) return accept_trailer(lines_.line());
  phase_ = Phase::size;
  return true;
}

BodyReader::Done BodyReader::accept_chunk_size(std::string_view line, std::size_t body_bytes) {
  const auto digits = line.substr(0, line.find(';'));
  const auto extension = line.substr(digits.size());
  if (digits.empty() || digits.size() > max_size_digits) return Errc::bad_request;
  std::uint64_t size = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, size, 16);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return Errc::bad_request;
  if (extension.size() > limits_.chunk_extension_bytes - extension_bytes_) return Errc::bad_request;
  extension_bytes_ += extension.size();
  if (size > limits_.body_bytes - body_bytes) return Errc::body_too_large;
  remaining_bytes_ = size;
  phase_ = size == 0 ? Phase::trailers : Phase::data;
  return true;
}

// Trailer fields are checked like header fields and then dropped, as RFC 9112 7.1.2 allows. Nothing
// here depends on one, and merging them into the headers is what makes them dangerous.
BodyReader::Done BodyReader::accept_trailer(std::string_view line) {
  if (line.empty()) {
    phase_ = Phase::done;
    return true;
  }
  if (!parse_field_line(line)) return Errc::bad_request;
  if (line.size() + crlf_bytes > limits_.trailer_bytes - trailer_bytes_) return Errc::bad_request;
  trailer_bytes_ += line.size() + crlf_bytes;
  return true;
}

}  // namespace socketio::http
