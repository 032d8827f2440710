// SPDX-License-Identifier: MIT
#include "codec/http/request_parser.hpp"

#include "codec/http/body_reader.hpp"
#include "codec/http/grammar.hpp"
#include "codec/http/head_reader.hpp"

#include <optional>
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
  const auto hosts = count_of(request.headers, "Host");
  if (hosts == 0) return request.minor_version == 0;
  return hosts == 1 && is_host(request.headers.get("Host"));
}

bool is_plain(std::string_view content_encoding) {
  return content_encoding.empty() || equals_ignoring_case(content_encoding, "identity");
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

struct RequestParser::State {
  explicit State(const Limits& configured)
      : limits(configured), head(configured, request_line_limit(configured)), body(configured) {}

  enum class Phase : std::uint8_t { head, body, done };
  using Done = Result<bool, Errc>;

  Done feed(std::string_view& bytes);
  Done feed_head(std::string_view& bytes);
  Done accept_request_line(std::string_view line);
  Done end_head();
  Done check_expectation();

  const Limits limits;
  HeadReader head;
  BodyReader body;
  Request request;
  // Of a target in absolute-form.
  std::string authority;
  Phase phase = Phase::head;
  bool expects_continue = false;
  std::optional<Errc> failure;
};

RequestParser::State::Done RequestParser::State::feed(std::string_view& bytes) {
  if (phase == Phase::head) {
    const auto fed = feed_head(bytes);
    if (!fed) return fed.error();
  }
  if (phase == Phase::body && !bytes.empty()) {
    expects_continue = false;
    const auto complete = body.feed(bytes, request.body);
    if (!complete) return complete.error();
    if (*complete) phase = Phase::done;
  }
  return phase == Phase::done;
}

RequestParser::State::Done RequestParser::State::feed_head(std::string_view& bytes) {
  for (;;) {
    const auto event = head.next(bytes, request.headers);
    if (!event) return event.error();
    switch (*event) {
      case HeadReader::Event::need_more:
        return false;
      case HeadReader::Event::start_line: {
        const auto accepted = accept_request_line(head.start_line());
        if (!accepted) return accepted.error();
        break;
      }
      case HeadReader::Event::start_line_too_long:
        if (head.start_line().find(' ') > max_method_bytes) return Errc::bad_request;
        return Errc::target_too_long;
      case HeadReader::Event::end:
        return end_head();
    }
  }
}

RequestParser::State::Done RequestParser::State::accept_request_line(std::string_view line) {
  const auto parsed = parse_request_line(line);
  if (!parsed) return parsed.error();
  const std::size_t beside_target = parsed->method.size() + version_bytes + separator_bytes;
  if (line.size() - beside_target > limits.target_bytes) return Errc::target_too_long;
  request.method = parsed->method;
  // The target came in absolute-form without a path.
  if (parsed->target.starts_with('?')) request.target = "/";
  request.target.append(parsed->target);
  authority = parsed->authority;
  request.minor_version = parsed->minor_version;
  return true;
}

RequestParser::State::Done RequestParser::State::end_head() {
  if (!has_valid_host(request)) return Errc::bad_request;
  // RFC 9112 3.3: a target in absolute-form overrides Host.
  if (!authority.empty()) request.headers.set("Host", authority);
  const auto framing = framing_of(request.headers, request.minor_version);
  if (!framing) return framing.error();
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto field = request.headers.at(i);
    if (equals_ignoring_case(field.name, "Content-Encoding") && !is_plain(field.value)) {
      return Errc::unsupported_encoding;
    }
  }
  const auto expectation = check_expectation();
  if (!expectation) return expectation.error();
  const auto complete = body.start(*framing);
  if (!complete) return complete.error();

  request.keep_alive = keeps_alive(request.headers, request.minor_version);
  expects_continue = *expectation && !*complete;
  phase = *complete ? Phase::done : Phase::body;
  return true;
}

// RFC 9110 10.1.1: only one expectation is defined, and HTTP/1.0 has none.
RequestParser::State::Done RequestParser::State::check_expectation() {
  const auto expectations = count_of(request.headers, "Expect");
  if (expectations == 0 || request.minor_version == 0) return false;
  if (expectations > 1 || !equals_ignoring_case(request.headers.get("Expect"), "100-continue")) {
    return Errc::expectation_failed;
  }
  return true;
}

RequestParser::RequestParser(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

Result<std::size_t, Errc> RequestParser::feed(std::string_view bytes) {
  if (state_->failure) return *state_->failure;
  auto rest = bytes;
  const auto fed = state_->feed(rest);
  if (!fed) {
    state_->failure = fed.error();
    return fed.error();
  }
  return bytes.size() - rest.size();
}

bool RequestParser::headers_done() const { return state_->phase != State::Phase::head; }

bool RequestParser::done() const { return state_->phase == State::Phase::done; }

bool RequestParser::expects_continue() const { return state_->expects_continue; }

const Request& RequestParser::request() const { return state_->request; }

Request RequestParser::take() { return std::move(state_->request); }

}  // namespace socketio::http
