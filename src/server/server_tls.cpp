// SPDX-License-Identifier: MIT
#include "net/tls_certificates.hpp"

#include <socketio/server_tls.hpp>

#include <system_error>
#include <utility>

namespace socketio {

namespace {

net::TlsServerSettings settings_of(const ServerTlsOptions& options) {
  using Wanted = ServerTlsOptions::ClientCertificates;
  using Asked = net::TlsServerSettings::ClientCertificates;
  net::TlsServerSettings settings;
  for (const TlsCertificate& from : options.certificates) {
    settings.certificates.push_back({from.certificate_file, from.certificate_pem, from.key_file,
                                     from.key_pem, from.key_password});
  }
  switch (options.client_certificates) {
    case Wanted::none:
      settings.client_certificates = Asked::none;
      break;
    case Wanted::request:
      settings.client_certificates = Asked::request;
      break;
    case Wanted::require:
      settings.client_certificates = Asked::require;
      break;
  }
  settings.ca_file = options.ca_file;
  settings.ca_pem = options.ca_pem;
  settings.context = options.context;
  return settings;
}

}  // namespace

ServerTls::ServerTls(const ServerTlsOptions& options) {
  ConnectFailure failure;
  certificates_ = net::TlsCertificates::load(settings_of(options), failure);
  if (!certificates_) throw std::system_error(failure.code, failure.message);
}

void ServerTls::reload() {
  ConnectFailure failure;
  if (!certificates_->reload(failure)) throw std::system_error(failure.code, failure.message);
}

}  // namespace socketio
