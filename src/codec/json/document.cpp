// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"

#include "codec/json/javascript_text.hpp"
#include "codec/json/plain.hpp"
#include "codec/json/value_access.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace socketio::codec {
namespace {

constexpr std::size_t smallest_capacity = 4 * 1024;
/// Capacity that is never freed. Memory for a larger text is given back, because simdjson needs
/// about 14 times the size of the text.
constexpr std::size_t kept_capacity = 64 * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Counts values and keys and checks placeholders, without recursion. The parser has already
/// limited the depth.
std::optional<JsonErrc> check_tree(const dom::element& root, std::size_t node_limit,
                                   std::size_t attachments) {
  std::vector<dom::element> containers{root};
  std::size_t nodes = 1;
  const auto visit = [&](const dom::element& child) {
    ++nodes;
    if (child.is_object() || child.is_array()) containers.push_back(child);
  };
  while (!containers.empty()) {
    const dom::element container = containers.back();
    containers.pop_back();
    if (container.is_array()) {
      for (const dom::element item : dom::array(container)) visit(item);
    } else if (container.is_object()) {
      const auto placeholder = attachments ? as_placeholder(container) : std::nullopt;
      if (placeholder && (!placeholder->num || *placeholder->num >= attachments))
        return JsonErrc::invalid_placeholder;
      for (const auto member : dom::object(container)) {
        ++nodes;
        visit(member.value);
      }
    }
    if (nodes > node_limit) return JsonErrc::too_many_nodes;
  }
  return std::nullopt;
}

/// Newer versions of simdjson report integers beyond 64 bits with an error code of their own.
template <class Error>
bool is_number_error(Error error) {
  if constexpr (requires { Error::BIGINT_ERROR; }) {
    if (error == Error::BIGINT_ERROR) return true;
  }
  return error == Error::NUMBER_ERROR;
}

/// with_numbers_in_reach() replaced each number beyond double in `text`. This puts a
/// NumberBeyondDouble in the place of each replacement in simdjson's tree. The tree is a tape
/// (simdjson's doc/tape.md): one word for each item, whose first byte says what it is, and a second
/// word with the value if it is a number.
void mark_numbers_beyond_double(dom::document& document, std::string_view text) {
  const auto is_number = [&](std::size_t word) {
    const auto kind = static_cast<char>(document.tape[word] >> 56);
    return kind == 'l' || kind == 'u' || kind == 'd';
  };
  // The root word comes first.
  std::size_t word = 1;
  for (Numbers numbers(text); numbers.next(); word += 2) {
    while (!is_number(word)) ++word;
    if (numbers.reach() == Numbers::Reach::beyond_double) {
      document.tape[word + 1] =
          std::bit_cast<std::uint64_t>(NumberBeyondDouble::at(numbers.begin()));
    }
  }
}

}  // namespace

struct Document::State {
  explicit State(const JsonLimits& json_limits) : limits(json_limits) {}

  /// Short, without white space, as JSON.stringify writes it. False if it is not.
  bool parse_plain(std::string_view text) {
    if (text.size() > plain_text_bytes) return false;
    make_room(text.size());
    return codec::parse_plain(text, limits.depth, document);
  }
  std::optional<JsonErrc> parse_any(std::string_view text);
  simdjson::error_code parse(std::string_view text);
  simdjson::error_code parse_anew(std::string_view text);
  void make_room(std::size_t text_bytes) {
    if (text_bytes > capacity || capacity > kept_capacity) allocate(text_bytes);
  }
  void allocate(std::size_t text_bytes);
  void give_back();

  JsonLimits limits;
  dom::parser parser;
  dom::document document;
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;
  ParsedText parsed;
  // What `parsed` views.
  std::string text_beyond_double;
};

void Document::State::allocate(std::size_t text_bytes) {
  // Frees the old memory first, so that the peak is the memory of one text.
  give_back();
  const std::size_t wanted = text_bytes <= kept_capacity
                                 ? std::bit_ceil(std::max(text_bytes, smallest_capacity))
                                 : text_bytes;
  buffer.reset(new char[wanted + simdjson::SIMDJSON_PADDING]);
  // simdjson counts the document itself as a level.
  if (parser.allocate(wanted, limits.depth + 1) || document.allocate(wanted))
    throw std::bad_alloc();
  capacity = wanted;
}

void Document::State::give_back() {
  capacity = 0;
  buffer.reset();
  parser = dom::parser();
  document = dom::document();
  parsed = {};
  std::string().swap(text_beyond_double);
}

simdjson::error_code Document::State::parse(std::string_view text) {
  make_room(text.size());
  std::memcpy(buffer.get(), text.data(), text.size());
  std::memset(buffer.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  if (std::memchr(buffer.get(), '\\', text.size()))
    replace_lone_surrogates(buffer.get(), text.size());
  const auto error = parser.parse_into_document(document, buffer.get(), text.size(), false).error();
  // The tree no longer needs them.
  if (capacity > kept_capacity) {
    parser = dom::parser();
    buffer.reset();
  }
  return error;
}

/// Parses again, after replacing the numbers that made it fail.
simdjson::error_code Document::State::parse_anew(std::string_view text) {
  const auto changed = with_numbers_in_reach(text);
  if (!changed) return simdjson::NUMBER_ERROR;
  const simdjson::error_code error = parse(*changed);
  if (error != simdjson::SUCCESS) return error;
  text_beyond_double = text;
  parsed.text = text_beyond_double;
  mark_numbers_beyond_double(document, text);
  return simdjson::SUCCESS;
}

std::optional<JsonErrc> Document::State::parse_any(std::string_view text) {
  // JSON.parse refuses a byte order mark, which newer versions of simdjson skip.
  if (text.empty() || text.starts_with(byte_order_mark)) return JsonErrc::syntax;
  simdjson::error_code error = parse(text);
  if (is_number_error(error)) error = parse_anew(text);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error == simdjson::DEPTH_ERROR) return JsonErrc::too_deep;
  return error == simdjson::SUCCESS ? std::nullopt : std::optional(JsonErrc::syntax);
}

void prepare_json() { std::ignore = simdjson::validate_utf8("", 0); }

Document::Document(const JsonLimits& limits) : state_(std::make_unique<State>(limits)) {}

Document::~Document() = default;

Result<Value, JsonErrc> Document::parse(std::string_view text) { return parse(text, {}); }

Result<Value, JsonErrc> Document::parse(std::string_view text, std::span<const Bytes> attachments) {
  State& state = *state_;
  state.parsed = {};
  if (!state.parse_plain(text)) {
    if (const auto problem = state.parse_any(text)) return *problem;
  }

  const dom::element root = state.document.root();
  // Each node takes at least one character and, except for one, a separator, so a short text need
  // not be counted.
  if (!attachments.empty() || text.size() / 2 + 1 > state.limits.nodes) {
    if (const auto problem = check_tree(root, state.limits.nodes, attachments.size()))
      return *problem;
  }
  state.parsed.attachments = attachments;
  return ValueAccess::make(root, &state.parsed);
}

void Document::give_back_large() {
  if (state_->capacity > kept_capacity) state_->give_back();
}

}  // namespace socketio::codec
