// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"

#include "codec/json/javascript_text.hpp"
#include "codec/json/value_access.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace socketio::codec {
namespace {

constexpr std::size_t smallest_capacity = 4 * 1024;
/// Capacity that is kept for good; simdjson needs about 14 times as much memory.
constexpr std::size_t kept_capacity = 64 * 1024;
/// Memory of a larger text is given back after so many texts that did not need it.
constexpr std::size_t texts_until_release = 16;

/// Counts values and keys and looks at placeholders without recursion. The parser has bounded the
/// depth.
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

}  // namespace

struct Document::State {
  explicit State(const JsonLimits& json_limits) : limits(json_limits) {}

  void reserve(std::size_t text_bytes);
  void allocate(std::size_t text_bytes);
  simdjson::error_code parse(std::string_view text);

  JsonLimits limits;
  dom::parser parser;
  dom::document document;
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;
  std::size_t small_texts = 0;
};

void Document::State::reserve(std::size_t text_bytes) {
  if (capacity > kept_capacity) {
    small_texts = text_bytes > kept_capacity ? 0 : small_texts + 1;
  }
  const bool release = small_texts >= texts_until_release;
  if (text_bytes > capacity || release) allocate(text_bytes);
}

void Document::State::allocate(std::size_t text_bytes) {
  // Old memory goes first, so that the peak is that of one text.
  capacity = 0;
  small_texts = 0;
  buffer.reset();
  parser = dom::parser();
  document = dom::document();
  const std::size_t wanted = text_bytes <= kept_capacity
                                 ? std::bit_ceil(std::max(text_bytes, smallest_capacity))
                                 : text_bytes + text_bytes / 4;
  buffer.reset(new char[wanted + simdjson::SIMDJSON_PADDING]);
  // simdjson counts the document itself as a level.
  if (parser.allocate(wanted, limits.depth + 1) || document.allocate(wanted))
    throw std::bad_alloc();
  capacity = wanted;
}

simdjson::error_code Document::State::parse(std::string_view text) {
  reserve(text.size());
  std::memcpy(buffer.get(), text.data(), text.size());
  std::memset(buffer.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  if (std::memchr(buffer.get(), '\\', text.size()))
    replace_lone_surrogates(buffer.get(), text.size());
  return parser.parse_into_document(document, buffer.get(), text.size(), false).error();
}

void prepare_json() { std::ignore = simdjson::validate_utf8("", 0); }

Document::Document(const JsonLimits& limits) : state_(std::make_unique<State>(limits)) {}

Document::~Document() = default;

Result<Value, JsonErrc> Document::parse(std::string_view text) { return parse(text, {}); }

Result<Value, JsonErrc> Document::parse(std::string_view text, std::span<const Bytes> attachments) {
  if (text.empty()) return JsonErrc::syntax;
  simdjson::error_code error = state_->parse(text);
  if (error == simdjson::NUMBER_ERROR) {
    if (const auto widened = widen_integers(text)) error = state_->parse(*widened);
  }
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error == simdjson::DEPTH_ERROR) return JsonErrc::too_deep;
  if (error != simdjson::SUCCESS) return JsonErrc::syntax;

  const dom::element root = state_->document.root();
  // A node takes at least a character and, but for one, a separator: a short text needs no count.
  if (!attachments.empty() || text.size() / 2 + 1 > state_->limits.nodes) {
    if (const auto problem = check_tree(root, state_->limits.nodes, attachments.size()))
      return *problem;
  }
  return ValueAccess::make(root, attachments);
}

}  // namespace socketio::codec
