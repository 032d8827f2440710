// SPDX-License-Identifier: MIT
#include "codec/http/request_parser.hpp"

#include "codec/http/grammar.hpp"

#include <utility>

namespace socketio::http {
namespace {

constexpr std::size_t version_bytes = 8;
constexpr std::size_t separator_bytes = 2;

std::size_t request_line_limit(const Limits& limits) {
  return max_method_bytes + limits.target_bytes + version_bytes + separator_bytes;
}

// Exactly one Host (RFC 9112 3.2). HTTP/1.0 may do without.
bool has_valid_host(const Request& request) {
  const Occurrence hosts = occurrence_of(request.headers, "Host");
  if (hosts.count == 0) return request.minor_version == 0;
  return hosts.count == 1 && is_host(hosts.value);
}

bool is_plain(const Headers& headers) {
  bool is_plain = true;
  headers.for_each("Content-Encoding", [&](std::string_view coding) {
    is_plain &= coding.empty() || equals_ignoring_case(coding, "identity");
  });
  return is_plain;
}

}  // namespace

std::uint16_t status_of(Errc error) {
  switch (error) {
    case Errc::bad_request:
      return 400;
    case Errc::body_too_large:
      return 413;
    case Errc::target_too_long:
      return 414;
    case Errc::unsupported_encoding:
      return 415;
    case Errc::expectation_failed:
      return 417;
    case Errc::headers_too_large:
      return 431;
    case Errc::transfer_encoding:
      return 501;
    case Errc::version_not_supported:
      return 505;
  }
  return 400;
}

RequestParser::Done RequestParser::feed_rest(std::string_view& bytes) {
  if (phase_ == Phase::head) {
    const auto fed = feed_head(bytes);
    if (!fed) return fed.error();
  }
  if (phase_ == Phase::body && !bytes.empty()) {
    expects_continue_ = false;
    const auto complete = body_.feed(bytes, request_.body);
    if (!complete) return complete.error();
    if (*complete) phase_ = Phase::done;
  }
  return phase_ == Phase::done;
}

RequestParser::Done RequestParser::feed_head(std::string_view& bytes) {
  for (;;) {
    const auto event = head_.next(bytes, request_.headers);
    if (!event) return event.error();
    switch (*event) {
      case HeadReader::Event::need_more:
        return false;
      case HeadReader::Event::start_line: {
        const auto accepted = accept_request_line(head_.start_line());
        if (!accepted) return accepted.error();
        break;
      }
      case HeadReader::Event::start_line_too_long:
        if (head_.start_line().find(' ') > max_method_bytes) return Errc::bad_request;
        return Errc::target_too_long;
      case HeadReader::Event::end:
        return end_head();
    }
  }
}

RequestParser::Done RequestParser::accept_request_line(std::string_view line) {
  const auto parsed = parse_request_line(line);
  if (!parsed) return parsed.error();
  const std::size_t beside_target = parsed->method.size() + version_bytes + separator_bytes;
  if (line.size() - beside_target > limits_.target_bytes) return Errc::target_too_long;
  request_.method = parsed->method;
  request_.target = parsed->target;
  if (!parsed->authority.empty()) {
    authority_ = parsed->authority;
    // It came in absolute-form, and may have no path.
    if (parsed->target.starts_with('?')) request_.target.insert(0, 1, '/');
  }
  request_.minor_version = parsed->minor_version;
  return true;
}

RequestParser::Done RequestParser::end_head() {
  if (!has_valid_host(request_)) return Errc::bad_request;
  // RFC 9112 3.3: a target in absolute-form overrides Host.
  if (!authority_.empty()) request_.headers.set("Host", authority_);
  const auto framing = framing_of(request_.headers, request_.minor_version);
  if (!framing) return framing.error();
  if (!is_plain(request_.headers)) return Errc::unsupported_encoding;
  const auto expectation = check_expectation();
  if (!expectation) return expectation.error();
  const auto complete = body_.start(*framing);
  if (!complete) return complete.error();

  request_.keep_alive = keeps_alive(request_.headers, request_.minor_version);
  expects_continue_ = *expectation && !*complete;
  phase_ = *complete ? Phase::done : Phase::body;
  return true;
}

// RFC 9110 10.1.1: only one expectation is defined, and HTTP/1.0 has none.
RequestParser::Done RequestParser::check_expectation() const {
  const Occurrence expectations = occurrence_of(request_.headers, "Expect");
  if (expectations.count == 0 || request_.minor_version == 0) return false;
  if (expectations.count > 1 || !equals_ignoring_case(expectations.value, "100-continue")) {
    return Errc::expectation_failed;
  }
  return true;
}

RequestParser::RequestParser(const Limits& limits)
    : limits_(limits), head_(limits_, request_line_limit(limits_)), body_(limits_) {}

void RequestParser::restart() {
  head_.restart_message();
  body_.restart();
  request_.method.clear();
  request_.target.clear();
  request_.headers.clear();
  request_.body.clear();
  authority_.clear();
  phase_ = Phase::head;
  expects_continue_ = false;
  failure_.reset();
}

std::size_t RequestParser::kept_bytes() const {
  return head_.kept_bytes() + body_.kept_bytes() + request_.method.capacity() +
         request_.target.capacity() + request_.headers.capacity_bytes() + request_.body.capacity() +
         authority_.capacity();
}

Result<std::size_t, Errc> RequestParser::feed(std::string_view bytes) {
  if (failure_) return *failure_;
  auto rest = bytes;
  const auto fed = feed_rest(rest);
  if (!fed) {
    failure_ = fed.error();
    return fed.error();
  }
  return bytes.size() - rest.size();
}

}  // namespace socketio::http
