// SPDX-License-Identifier: MIT
#include "codec/websocket/extension.hpp"

#include "codec/http/grammar.hpp"

#include <algorithm>
#include <vector>

namespace socketio::websocket {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";

struct Parameter {
  std::string_view name;
  std::optional<std::string> value;
};

struct Extension {
  std::string_view name;
  std::vector<Parameter> parameters;
};

/// Reads the list in one header field from its front.
class ListReader {
 public:
  explicit ListReader(std::string_view text) : rest_(http::trim(text)) {}

  /// Appends every extension of the list. Returns false if it is malformed.
  bool read(std::vector<Extension>& extensions) {
    do {
      auto& extension = extensions.emplace_back();
      if (!take_token(extension.name)) return false;
      while (take(';')) {
        if (!take_parameter(extension.parameters.emplace_back())) return false;
      }
    } while (take(','));
    return rest_.empty();
  }

 private:
  bool take(char wanted) {
    rest_ = http::trim(rest_);
    if (!rest_.starts_with(wanted)) return false;
    rest_ = http::trim(rest_.substr(1));
    return true;
  }

  bool take_token(std::string_view& token) {
    const std::size_t size = std::min(rest_.find_first_of(" \t;,=\""), rest_.size());
    token = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return http::is_token(token);
  }

  bool take_parameter(Parameter& parameter) {
    if (!take_token(parameter.name)) return false;
    if (!rest_.starts_with('=')) return true;
    rest_.remove_prefix(1);
    if (rest_.starts_with('"')) return take_quoted(parameter.value.emplace());
    std::string_view token;
    if (!take_token(token)) return false;
    parameter.value = token;
    return true;
  }

  /// The unquoted value must be a token as well (RFC 6455 section 9.1).
  bool take_quoted(std::string& value) {
    for (rest_.remove_prefix(1); !rest_.empty() && rest_.front() != '"'; rest_.remove_prefix(1)) {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) return false;
      value += rest_.front();
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    return http::is_token(value);
  }

  std::string_view rest_;
};

/// The extensions of all fields, which together form one list. Nothing if one of them is malformed.
std::optional<std::vector<Extension>> read_extensions(const http::Headers& headers) {
  std::vector<Extension> extensions;
  for (auto field = headers.find(extensions_field); field != headers.end();
       field = headers.find_next(extensions_field, field)) {
    if (!ListReader((*field).value).read(extensions)) return std::nullopt;
  }
  return extensions;
}

/// Digits without leading zeros, 8 to 15 (RFC 7692 section 7.1.2).
std::optional<std::uint8_t> window_bits(const std::string& text) {
  for (std::uint8_t bits = min_window_bits; bits <= max_window_bits; ++bits) {
    if (text == std::to_string(bits)) return bits;
  }
  return std::nullopt;
}

/// The parameters of one offer or answer, each at most once.
struct Terms {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_window_bits;
  std::optional<std::uint8_t> client_window_bits;
  /// An offer may omit the value (section 7.1.2.2).
  bool client_window_offered = false;
};

bool set_once(bool& flag) {
  if (flag) return false;
  return flag = true;
}

bool add_term(Terms& terms, const Parameter& parameter) {
  const auto& [name, value] = parameter;
  if (name == "server_no_context_takeover") {
    return !value && set_once(terms.server_no_context_takeover);
  }
  if (name == "client_no_context_takeover") {
    return !value && set_once(terms.client_no_context_takeover);
  }
  if (name == "server_max_window_bits") {
    if (!value || terms.server_window_bits) return false;
    terms.server_window_bits = window_bits(*value);
    return terms.server_window_bits.has_value();
  }
  if (name != "client_max_window_bits" || !set_once(terms.client_window_offered)) return false;
  if (value) terms.client_window_bits = window_bits(*value);
  return !value || terms.client_window_bits;
}

std::optional<Terms> read_terms(const Extension& extension) {
  if (!http::equals_ignoring_case(extension.name, extension_name)) return std::nullopt;
  Terms terms;
  const bool valid =
      std::all_of(extension.parameters.begin(), extension.parameters.end(),
                  [&](const Parameter& parameter) { return add_term(terms, parameter); });
  return valid ? std::optional(terms) : std::nullopt;
}

std::optional<DeflateParameters> accept_offer(const Terms& offer, const DeflateParameters& most) {
  // If the client did not say that its window can be limited, the server must not limit it
  // (section 7.1.2.2).
  if (!offer.client_window_offered && most.client_max_window_bits < max_window_bits) {
    return std::nullopt;
  }
  DeflateParameters agreed = most;
  agreed.server_no_context_takeover |= offer.server_no_context_takeover;
  agreed.client_no_context_takeover |= offer.client_no_context_takeover;
  agreed.server_max_window_bits =
      std::min(most.server_max_window_bits, offer.server_window_bits.value_or(max_window_bits));
  agreed.client_max_window_bits =
      std::min(most.client_max_window_bits, offer.client_window_bits.value_or(max_window_bits));
  return agreed;
}

std::string answer_text(const DeflateParameters& agreed) {
  std::string text(extension_name);
  if (agreed.server_no_context_takeover) text += "; server_no_context_takeover";
  if (agreed.client_no_context_takeover) text += "; client_no_context_takeover";
  if (agreed.server_max_window_bits < max_window_bits) {
    text += "; server_max_window_bits=" + std::to_string(agreed.server_max_window_bits);
  }
  if (agreed.client_max_window_bits < max_window_bits) {
    text += "; client_max_window_bits=" + std::to_string(agreed.client_max_window_bits);
  }
  return text;
}

}  // namespace

std::optional<DeflateParameters> read_deflate_answer(const http::Headers& headers) {
  const auto extensions = read_extensions(headers);
  if (!extensions || extensions->size() != 1) return std::nullopt;
  const auto terms = read_terms(extensions->front());
  if (!terms || (terms->client_window_offered && !terms->client_window_bits)) return std::nullopt;
  return DeflateParameters{
      .server_no_context_takeover = terms->server_no_context_takeover,
      .client_no_context_takeover = terms->client_no_context_takeover,
      .server_max_window_bits = terms->server_window_bits.value_or(max_window_bits),
      .client_max_window_bits = terms->client_window_bits.value_or(max_window_bits)};
}

std::optional<DeflateAnswer> choose_deflate(const http::Headers& headers,
                                            const DeflateParameters& most) {
  const auto offers = read_extensions(headers);
  if (!offers) return std::nullopt;
  for (const Extension& offer : *offers) {
    const auto terms = read_terms(offer);
    const auto agreed = terms ? accept_offer(*terms, most) : std::nullopt;
    if (agreed) return DeflateAnswer{*agreed, answer_text(*agreed)};
  }
  return std::nullopt;
}

}  // namespace socketio::websocket
