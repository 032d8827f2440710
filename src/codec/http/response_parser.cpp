// SPDX-License-Identifier: MIT
#include "codec/http/response_parser.hpp"

#include "codec/http/body_reader.hpp"
#include "codec/http/grammar.hpp"
#include "codec/http/head_reader.hpp"

#include <optional>
#include <utility>

namespace socketio::http {
namespace {

// Status lines are short: this is longer than any reason phrase in use.
constexpr std::size_t status_line_limit = 512;

constexpr std::size_t max_interim_responses = 8;

bool is_interim(std::uint16_t status) { return status < 200 && status != 101; }

}  // namespace

struct ResponseParser::State {
  State(const Limits& chosen, AnswerTo question)
      : limits(chosen), answer_to(question), head(limits, status_line_limit), body(limits) {}

  enum class Phase : std::uint8_t { head, body, done };
  using Done = Result<bool, Errc>;

  Done feed(std::string_view& bytes);
  Done feed_head(std::string_view& bytes);
  Done end_head();
  Done skip_interim();
  bool has_body() const;

  const Limits limits;
  const AnswerTo answer_to;
  HeadReader head;
  BodyReader body;
  Response response;
  std::uint8_t minor_version = 1;
  std::size_t interim_responses = 0;
  bool keep_alive = false;
  Phase phase = Phase::head;
  std::optional<Errc> failure;
};

ResponseParser::State::Done ResponseParser::State::feed(std::string_view& bytes) {
  if (phase == Phase::head) {
    const auto fed = feed_head(bytes);
    if (!fed) return fed.error();
  }
  if (phase == Phase::body && !bytes.empty()) {
    const auto complete = body.feed(bytes, response.body);
    if (!complete) return complete.error();
    if (*complete) phase = Phase::done;
  }
  return phase == Phase::done;
}

ResponseParser::State::Done ResponseParser::State::feed_head(std::string_view& bytes) {
  while (phase == Phase::head) {
    const auto event = head.next(bytes, response.headers);
    if (!event) return event.error();
    switch (*event) {
      case HeadReader::Event::need_more:
        return false;
      case HeadReader::Event::start_line: {
        const auto parsed = parse_status_line(head.start_line());
        if (!parsed) return parsed.error();
        response.status = parsed->status;
        minor_version = parsed->minor_version;
        break;
      }
      case HeadReader::Event::start_line_too_long:
        return Errc::bad_request;
      case HeadReader::Event::end: {
        const auto accepted = is_interim(response.status) ? skip_interim() : end_head();
        if (!accepted) return accepted.error();
        break;
      }
    }
  }
  return true;
}

// RFC 9110 15.2 allows any number of interim responses. More than a few would keep the
// client waiting.
ResponseParser::State::Done ResponseParser::State::skip_interim() {
  if (++interim_responses > max_interim_responses) return Errc::bad_request;
  response.headers = {};
  head.restart();
  return true;
}

bool ResponseParser::State::has_body() const {
  return answer_to != AnswerTo::head && response.status != 101 && response.status != 204 &&
         response.status != 304;
}

ResponseParser::State::Done ResponseParser::State::end_head() {
  auto framing = framing_of(response.headers, minor_version);
  if (!framing) return framing.error();
  if (!has_body()) {
    framing->kind = Framing::Kind::none;
  } else if (framing->kind == Framing::Kind::none) {
    framing->kind = Framing::Kind::stream;
  }
  const auto complete = body.start(*framing);
  if (!complete) return complete.error();
  keep_alive =
      framing->kind != Framing::Kind::stream && keeps_alive(response.headers, minor_version);
  phase = *complete ? Phase::done : Phase::body;
  return true;
}

ResponseParser::ResponseParser(const Limits& limits, AnswerTo answer_to)
    : state_(std::make_unique<State>(limits, answer_to)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

Result<std::size_t, Errc> ResponseParser::feed(std::string_view bytes) {
  if (state_->failure) return *state_->failure;
  auto rest = bytes;
  const auto fed = state_->feed(rest);
  if (!fed) {
    state_->failure = fed.error();
    return fed.error();
  }
  return bytes.size() - rest.size();
}

Result<bool, Errc> ResponseParser::feed_end() {
  if (state_->failure) return *state_->failure;
  const bool framed_by_end =
      state_->phase == State::Phase::body && state_->body.framing() == Framing::Kind::stream;
  if (framed_by_end) state_->phase = State::Phase::done;
  if (done()) return true;
  state_->failure = Errc::bad_request;
  return Errc::bad_request;
}

bool ResponseParser::done() const { return state_->phase == State::Phase::done; }

bool ResponseParser::keep_alive() const { return state_->keep_alive; }

const Response& ResponseParser::response() const { return state_->response; }

Response ResponseParser::take() { return std::move(state_->response); }

}  // namespace socketio::http
