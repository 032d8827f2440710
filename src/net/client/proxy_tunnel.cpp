// SPDX-License-Identifier: MIT
#include "net/client/proxy_tunnel.hpp"

#include "base/base64.hpp"
#include "base/immortal.hpp"
#include "net/settled_attempt.hpp"
#include "net/tcp_connector.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace socketio::net {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::size_t reason_limit_bytes = 64;

class ProxyCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "proxy"; }
  std::string message(int code) const override {
    switch (static_cast<ProxyErrc>(code)) {
      case ProxyErrc::bad_settings:
        return "not a proxy that can be used";
      case ProxyErrc::refused:
        return "the proxy refused";
      case ProxyErrc::bad_answer:
        return "the proxy gave no valid answer";
    }
    return "unknown proxy error";
  }
};

/// True if no character ends or divides a line.
bool fits_in_a_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text.size() - i < 3) return std::nullopt;
    if (std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

std::optional<std::uint16_t> port_from(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stopped != end || port == 0) return std::nullopt;
  return port;
}

/// `host[:port]`, with brackets around an IPv6 address.
std::optional<Endpoint> endpoint_from(std::string_view text) {
  Endpoint endpoint{{}, http_port};
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    endpoint.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    endpoint.host = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (endpoint.host.empty() || !fits_in_a_line(endpoint.host) ||
      endpoint.host.find_first_of("/?#@") != std::string::npos) {
    return std::nullopt;
  }
  if (text.empty()) return endpoint;
  const auto port = text.front() == ':' ? port_from(text.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  endpoint.port = *port;
  return endpoint;
}

std::string connect_request(const Proxy& proxy, const Endpoint& target) {
  const bool is_v6 = target.host.find(':') != std::string::npos;
  const std::string authority =
      (is_v6 ? '[' + target.host + ']' : target.host) + ':' + std::to_string(target.port);
  std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (!proxy.credentials.empty()) {
    request += "Proxy-Authorization: Basic ";
    base64::append_encoded(request, proxy.credentials);
    request += "\r\n";
  }
  return request + "\r\n";
}

struct Answer {
  int status = 0;
  // Status and reason, for people.
  std::string text;
};

/// Parses the first line of a response: "HTTP/1.1 200 OK".
std::optional<Answer> answer_from(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t status_at = version.size() + 2;
  constexpr std::size_t status_end = status_at + 3;
  if (line.size() < status_end || line.substr(0, version.size()) != version) return std::nullopt;
  if (line[status_at - 1] != ' ') return std::nullopt;
  if (line.size() > status_end && line[status_end] != ' ') return std::nullopt;
  Answer answer;
  const auto digits = line.substr(status_at, 3);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), answer.status);
  if (answer.status < 100) return std::nullopt;
  answer.text = line.substr(status_at, 4 + reason_limit_bytes);
  for (char& c : answer.text) {
    if (c < ' ' || c == '\x7f') c = '?';
  }
  return answer;
}

/// One CONNECT. It is the stream's handler until the response is known.
class Tunnel final : public StreamHandler {
 public:
  Tunnel(std::shared_ptr<Stream> stream, const Proxy& proxy, const Endpoint& target,
         Connector::Done done)
      : stream_(std::move(stream)),
        where_("proxy " + describe(proxy.endpoint)),
        target_(describe(target)),
        done_(std::move(done)) {}

  void give_up() {
    done_ = nullptr;
    if (const auto stream = release()) stream->close();
  }

  void on_bytes(std::span<char> bytes) override;
  void on_close() override;

 private:
  /// Releases the stream, unless `head` is only an interim response.
  void look_at(std::string_view head);
  void fail(ProxyErrc code, const std::string& what) { fail({code, where_ + ' ' + what}); }
  void fail(const ConnectFailure& failure);
  std::shared_ptr<Stream> release() {
    if (stream_) stream_->set_handler(nullptr);
    return std::exchange(stream_, nullptr);
  }

  std::shared_ptr<Stream> stream_;
  std::string where_;
  std::string target_;
  Connector::Done done_;
  std::string unread_;
  std::size_t received_bytes_ = 0;
};

void Tunnel::on_bytes(std::span<char> bytes) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  received_bytes_ += bytes.size();
  unread_.append(bytes.data(), bytes.size());
  while (stream_) {
    const auto end = unread_.find(end_of_head);
    if (end == std::string::npos) break;
    const std::string head = unread_.substr(0, end);
    unread_.erase(0, end + end_of_head.size());
    look_at(head);
  }
  if (stream_ && received_bytes_ > proxy_answer_limit_bytes) {
    fail(ProxyErrc::bad_answer, "sent a header without end");
  }
}

void Tunnel::look_at(std::string_view head) {
  const auto answer = answer_from(head.substr(0, head.find("\r\n")));
  if (!answer) return fail(ProxyErrc::bad_answer, "does not speak HTTP");
  if (answer->status < 200) return;  // RFC 9110 section 15.2
  if (answer->status >= 300) {
    return fail(ProxyErrc::refused, "refused to connect to " + target_ + ": " + answer->text);
  }
  // In TLS and HTTP the client speaks first, so these bytes are not from the server.
  if (!unread_.empty()) return fail(ProxyErrc::bad_answer, "sent more than its answer");
  const auto done = std::exchange(done_, nullptr);
  done(release(), {});
}

void Tunnel::on_close() {
  if (!stream_) return;
  const std::error_code cause = stream_->error();
  if (cause) return fail({cause, where_ + ": " + cause.message()});
  fail(ProxyErrc::bad_answer, "closed the connection without an answer");
}

void Tunnel::fail(const ConnectFailure& failure) {
  if (const auto stream = release()) stream->close();
  if (const auto done = std::exchange(done_, nullptr)) done(nullptr, failure);
}

class TunnelAttempt final : public Connector::Attempt {
 public:
  explicit TunnelAttempt(std::shared_ptr<Tunnel> tunnel) : tunnel_(std::move(tunnel)) {}
  ~TunnelAttempt() override { tunnel_->give_up(); }

 private:
  std::shared_ptr<Tunnel> tunnel_;
};

}  // namespace

std::error_code make_error_code(ProxyErrc code) {
  return {static_cast<int>(code), immortal<ProxyCategory>()};
}

std::optional<Proxy> Proxy::parse(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (url.substr(0, scheme.size()) != scheme) return std::nullopt;
  url.remove_prefix(scheme.size());
  if (!url.empty() && url.back() == '/') url.remove_suffix(1);
  Proxy proxy;
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    auto credentials = percent_decoded(url.substr(0, at));
    if (!credentials) return std::nullopt;
    proxy.credentials = std::move(*credentials);
    if (proxy.credentials.find(':') == std::string::npos) proxy.credentials += ':';
    url.remove_prefix(at + 1);
  }
  auto endpoint = endpoint_from(url);
  if (!endpoint) return std::nullopt;
  proxy.endpoint = std::move(*endpoint);
  return proxy;
}

std::unique_ptr<Connector::Attempt> open_tunnel(std::shared_ptr<Stream> stream, const Proxy& proxy,
                                                const Endpoint& target, Connector::Done done) {
  if (!fits_in_a_line(target.host)) {
    stream->close();
    return fail_later(stream->loop(), {ProxyErrc::bad_settings, "no host to ask a proxy for"},
                      std::move(done));
  }
  auto tunnel = std::make_shared<Tunnel>(stream, proxy, target, std::move(done));
  stream->set_handler(tunnel);
  stream->write(connect_request(proxy, target));
  return std::make_unique<TunnelAttempt>(std::move(tunnel));
}

}  // namespace socketio::net
