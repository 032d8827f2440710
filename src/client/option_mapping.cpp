// SPDX-License-Identifier: MIT
#include "client/option_mapping.hpp"

#include "codec/http/grammar.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::client {

namespace {

std::vector<engine::TransportName> transports(const ClientOptions& options) {
  std::vector<engine::TransportName> names;
  for (const std::string& wanted : options.transports) {
    names.push_back(engine::transport_named(wanted));
  }
  return names;
}

std::string request_path(const ClientOptions& options) {
  std::string path = options.path.empty() ? "/socket.io" : options.path;
  if (path.ends_with('/')) path.pop_back();
  if (!path.starts_with('/')) path.insert(path.begin(), '/');
  if (options.add_trailing_slash && !path.ends_with('/')) path += '/';
  return path;
}

/// MessagePack has its attachments inside the one message, whose size is the limit, as
/// in JavaScript. So may an application's parser.
std::size_t attachments(const ClientOptions& options) {
  return options.parser.kind() == Parser::standard ? options.attachments
                                                   : std::numeric_limits<std::size_t>::max();
}

}  // namespace

engine::NamedValues query_with(const Url& url, engine::NamedValues own) {
  const std::size_t named = own.size();
  for (const auto& given : url.query) {
    const bool is_named = std::any_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(named),
                                      [&](const auto& one) { return one.first == given.first; });
    if (!is_named) own.push_back(given);
  }
  return own;
}

engine::NamedValues checked_headers(engine::NamedValues headers) {
  for (const auto& [name, value] : headers) {
    if (!http::is_token(name)) throw std::invalid_argument("\"" + name + "\" is no header's name");
    if (!http::is_field_value(value)) {
      throw std::invalid_argument("the header " + name + " has a value that cannot be sent");
    }
  }
  return headers;
}

core::ManagerOptions manager_options(const Url& url, const ClientOptions& options) {
  core::ManagerOptions manager;
  engine::ClientOptions& engine = manager.engine;
  engine.endpoint = url.endpoint;
  engine.path = request_path(options);
  engine.query = query_with(url, options.query);
  engine.extra_headers = checked_headers(options.extra_headers);
  engine.transports = transports(options);
  engine.upgrade = options.upgrade;
  engine.remember_upgrade = options.remember_upgrade;
  engine.try_all_transports = options.try_all_transports;
  engine.force_base64 = options.force_base64;
  engine.cookies = options.cookies;
  engine.request_timeout = options.request_timeout;
  engine.deflate_threshold_bytes = options.deflate_threshold_bytes;
  engine.max_payload_bytes = options.max_payload_bytes;

  manager.parser = options.parser;
  manager.packet = {attachments(options), options.max_payload_bytes};
  manager.json.nodes = options.json_values;
  manager.auto_connect = options.auto_connect;
  manager.timeout = options.timeout;
  manager.reconnection = options.reconnection;
  manager.reconnection_attempts = options.reconnection_attempts.value_or(0);
  manager.backoff = {options.reconnection_delay, options.reconnection_delay_max,
                     options.randomization_factor};
  manager.retry_refused = options.retry_refused;
  manager.offline_buffer_bytes = options.offline_buffer_bytes;
  manager.out_buffer_bytes = options.out_buffer_bytes;
  manager.pending_acks = options.pending_acks;
  return manager;
}

net::ConnectorSettings connector_settings(const ClientOptions& options) {
  net::ConnectorSettings settings;
  settings.proxy = options.proxy;
  net::TlsSettings& tls = settings.tls;
  tls.verify = options.tls.verify == TlsOptions::Verify::none ? net::TlsSettings::Verify::none
                                                              : net::TlsSettings::Verify::peer;
  tls.ca_file = options.tls.ca_file;
  tls.ca_pem = options.tls.ca_pem;
  tls.certificate_file = options.tls.certificate_file;
  tls.key_file = options.tls.key_file;
  tls.key_password = options.tls.key_password;
  tls.pins = options.tls.pins;
  tls.server_name = options.tls.server_name;
  tls.context = options.tls.context;
  return settings;
}

SocketOptions socket_options(const ClientOptions& options) {
  return {options.auth, options.retries, options.ack_timeout};
}

}  // namespace socketio::client
