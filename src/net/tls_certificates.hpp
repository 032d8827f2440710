// SPDX-License-Identifier: MIT
// TlsCertificates: what a server shows its clients, and asks of them, as contexts of OpenSSL made of
// the settings. The files can be read again while connections go on, which keep what they began with.
//
// Shared by the listeners that use it and by whoever reloads it. Any thread.
#pragma once

#include "base/connector.hpp"
#include "net/tls_files.hpp"
#include "net/tls_settings.hpp"

#include <memory>
#include <mutex>

// OpenSSL's SSL
struct ssl_st;

namespace socketio::net {

class TlsCertificates {
 public:
  /// Null, with the reason in `failure`, if the settings cannot be used.
  static std::shared_ptr<TlsCertificates> load(TlsServerSettings settings, ConnectFailure& failure);

  /// Reads the files again. False, with the reason in `failure`, if they cannot be used; then
  /// nothing has changed.
  bool reload(ConnectFailure& failure);

  /// Makes the state of a connection. Null if memory is short.
  ssl_st* make_connection() const;

 private:
  TlsCertificates(TlsServerSettings settings, OwnedTlsContext context);

  const TlsServerSettings settings_;
  mutable std::mutex mutex_;
  // The one of the first certificate; it owns those of the others.
  OwnedTlsContext context_;
};

}  // namespace socketio::net
