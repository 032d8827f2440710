// SPDX-License-Identifier: MIT
// TlsContext: what all TLS connections of one owner share: OpenSSL's context, the checks of the
// peer, and one buffer for what is decrypted. Made from settings; reads their files then.
//
// Shared by its streams. One thread: the loop's.
#pragma once

#include "base/connector.hpp"
#include "net/tls_settings.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct ssl_st;  // OpenSSL's SSL

namespace socketio::net {

class TlsContext {
 public:
  /// Room for what is decrypted at once: several records, so that a handler is called less often.
  static constexpr std::size_t plain_buffer_bytes = 64 * 1024;

  /// For clients. Null, and `failure` says why, if the settings cannot be used.
  static std::shared_ptr<TlsContext> for_client(const TlsSettings& settings,
                                                ConnectFailure& failure);

  /// A connection's state for the client of `host`, which is asked for and checked; null if OpenSSL
  /// does not take the name.
  ssl_st* make_client(const std::string& host) const;
  /// The name that a connection to `host` asks for and checks.
  const std::string& name_for(const std::string& host) const {
    return server_name_.empty() ? host : server_name_;
  }
  /// The certificate's key is among the pinned ones, or none are.
  bool allows_key_of(const ssl_st* connection) const;

  /// `plain_buffer_bytes`, with the padding of StreamHandler::on_bytes() behind; give_back() it.
  std::vector<char> take_buffer();
  void give_back(std::vector<char> buffer) { buffer_ = std::move(buffer); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using OwnedContext = std::unique_ptr<ssl_ctx_st, Free>;

  TlsContext(OwnedContext context, const TlsSettings& settings, std::vector<std::string> pins);

  OwnedContext context_;
  TlsSettings::Verify verify_;
  std::string server_name_;
  std::vector<std::string> pins_;  // SHA-256, raw
  std::vector<char> buffer_;
};

}  // namespace socketio::net
