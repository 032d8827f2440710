// SPDX-License-Identifier: MIT
#include "server/proxy_trust.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

namespace socketio::server {

namespace {

struct NamedBlocks {
  std::string_view name;
  std::array<std::string_view, 4> blocks;
};

// Those of Express.
constexpr std::array<NamedBlocks, 3> named_blocks{{
    {"loopback", {"127.0.0.1/8", "::1/128"}},
    {"linklocal", {"169.254.0.0/16", "fe80::/10"}},
    {"uniquelocal", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}},
}};

/// What proxies have said.
struct Said {
  std::vector<std::string_view> addresses;  // the farthest first
  std::string_view scheme;
  std::string_view host;
};

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// What is before the next `separator` that is not between quotes, trimmed. `text` goes on behind.
std::string_view take_part(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (quoted && text[end] == '\\')
      ++end;
    else if (text[end] == '"')
      quoted = !quoted;
    else if (text[end] == separator && !quoted)
      break;
  }
  end = std::min(end, text.size());
  const auto part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(text.size(), end + 1));
  return part;
}

std::string_view first_of_list(std::string_view list) {
  return trimmed(list.substr(0, list.find(',')));
}

/// Elements of `Forwarded`. Values with escapes do not occur where they would mean anything.
Said read_forwarded(std::string_view text) {
  Said said;
  bool is_first = true;
  while (!text.empty()) {
    auto element = take_part(text, ',');
    std::string_view address;
    while (!element.empty()) {
      auto value = take_part(element, ';');
      const auto name = take_part(value, '=');
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      if (http::equals_ignoring_case(name, "for")) address = value;
      if (is_first && http::equals_ignoring_case(name, "proto")) said.scheme = value;
      if (is_first && http::equals_ignoring_case(name, "host")) said.host = value;
    }
    said.addresses.push_back(address);
    is_first = false;
  }
  return said;
}

Said read_x_forwarded(std::string_view addresses, const http::Headers& headers) {
  Said said;
  while (!addresses.empty()) said.addresses.push_back(take_part(addresses, ','));
  said.scheme = first_of_list(headers.get("x-forwarded-proto"));
  said.host = first_of_list(headers.get("x-forwarded-host"));
  return said;
}

/// An address that may have a port, and brackets if it is an IPv6 one.
std::optional<ip::Address> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    return ip::Address::parse(text.substr(1, end - 1));
  }
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return ip::Address::parse(text);
}

}  // namespace

std::optional<ProxyTrust> ProxyTrust::from(const TrustProxy& options) {
  if (options.hops == 0 && options.addresses.empty()) return std::nullopt;
  ProxyTrust trust;
  trust.hops_ = options.hops;
  for (const std::string& address : options.addresses) {
    const auto named =
        std::find_if(named_blocks.begin(), named_blocks.end(),
                     [&](const NamedBlocks& blocks) { return blocks.name == address; });
    if (named != named_blocks.end()) {
      for (const auto text : named->blocks) {
        if (const auto block = ip::Block::parse(text)) trust.blocks_.push_back(*block);
      }
    } else if (const auto block = ip::Block::parse(address)) {
      trust.blocks_.push_back(*block);
    } else {
      throw std::invalid_argument("trust_proxy: no address: " + address);
    }
  }
  return trust;
}

bool ProxyTrust::trusts(const std::optional<ip::Address>& address, std::size_t distance) const {
  return distance < hops_ ||
         (address && std::any_of(blocks_.begin(), blocks_.end(),
                                 [&](const ip::Block& block) { return block.contains(*address); }));
}

std::string ProxyTrust::client_address(const std::vector<std::string_view>& named,
                                       std::string_view peer) const {
  std::string client(peer);
  std::size_t distance = 0;
  // From the nearest on: what is farther than the first that is not trusted may be invented.
  for (auto next = named.rbegin(); next != named.rend(); ++next) {
    const auto address = parse_node(*next);
    if (!address) return std::string(peer);
    client = address->text();
    if (!trusts(address, ++distance)) break;
  }
  return client;
}

Origin ProxyTrust::origin_of(const http::Headers& headers, std::string_view peer,
                             bool is_secure) const {
  Origin origin{
      .address = std::string(peer), .host = std::string(headers.get("host")), .secure = is_secure};
  if (!trusts(ip::Address::parse(peer), 0)) return origin;
  const std::string addresses = headers.joined("x-forwarded-for");
  const std::string forwarded = headers.joined("forwarded");
  const bool has_older = headers.has("x-forwarded-for") || headers.has("x-forwarded-proto") ||
                         headers.has("x-forwarded-host");
  const Said said = has_older ? read_x_forwarded(addresses, headers) : read_forwarded(forwarded);
  origin.address = client_address(said.addresses, peer);
  if (!said.scheme.empty()) {
    origin.secure = http::equals_ignoring_case(said.scheme, "https") ||
                    http::equals_ignoring_case(said.scheme, "wss");
  }
  if (!said.host.empty()) origin.host = said.host;
  return origin;
}

}  // namespace socketio::server
