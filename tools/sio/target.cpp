// SPDX-License-Identifier: MIT
#include "target.hpp"

#include "exit_code.hpp"
#include "words.hpp"

#include <string_view>
#include <utility>

namespace sio {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs read_pairs(const std::vector<std::string>& words, char separator, std::string_view what) {
  Pairs pairs;
  for (const std::string& word : words) {
    const std::size_t end = word.find(separator);
    if (end == std::string::npos || end == 0) {
      throw UsageError(std::string(what) + ": " + word + " has no " + separator);
    }
    const std::size_t begin = separator == ':' ? word.find_first_not_of(' ', end + 1) : end + 1;
    pairs.emplace_back(word.substr(0, end),
                       begin == std::string::npos ? std::string() : word.substr(begin));
  }
  return pairs;
}

/// The option may be repeated; each use takes one word.
CLI::Option* repeated(CLI::Option* option) {
  return option->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void Target::add_to(CLI::App& command) {
  command.add_option("URL", url, "of the server; a path in it is the namespace")->required();
  const std::string connection = "Connection";
  command.add_option("-n,--namespace", nsp, "namespace, instead of the URL's path")
      ->group(connection);
  command.add_option("-a,--auth", auth, "JSON object for the server's middlewares")
      ->group(connection);
  repeated(command.add_option("-q,--query", query, "name=value, sent with the handshake"))
      ->group(connection);
  repeated(command.add_option("-H,--header", headers, "name:value, sent with each request"))
      ->group(connection);
  command.add_option("--path", path, "where the server answers")
      ->capture_default_str()
      ->group(connection);
  repeated(command.add_option("-t,--transport", transports,
                              "polling or websocket; both: the first, then upgrade"))
      ->check(CLI::IsMember({"polling", "websocket"}).description(""))
      ->group(connection);
  command.add_flag("--msgpack", msgpack, "the server uses socket.io-msgpack-parser")
      ->group(connection);
  command.add_option("--proxy", proxy, "http://[user:password@]host:port")->group(connection);
  add_number(command, "--connect-timeout", connect_timeout_ms,
             "what one attempt may take, and then the server to let us join", 1, 3'600'000, "MS")
      ->group(connection);
  const std::string tls = "TLS";
  command.add_flag("-k,--insecure", insecure, "takes any certificate")->group(tls);
  command.add_option("--ca", ca, "PEM file of roots, instead of the system's")->group(tls);
  auto* chain = command.add_option("--cert", certificate, "PEM file with our own certificate");
  auto* secret = command.add_option("--key", key, "PEM file with its private key");
  chain->group(tls)->needs(secret);
  secret->group(tls)->needs(chain);
}

void Target::add_reconnection_to(CLI::App& command) {
  command
      .add_flag("--no-reconnect", no_reconnect,
                "ends when there is no connection, instead of trying again")
      ->group("Connection");
}

std::string Target::full_url() const {
  return url.find("://") == std::string::npos ? "http://" + url : url;
}

socketio::ClientOptions Target::client_options() const {
  socketio::ClientOptions options;
  if (!auth.empty()) {
    const socketio::json value = read_argument(auth);
    if (!value.is_object()) throw UsageError("--auth: this is no JSON object: " + auth);
    options.auth = value;
  }
  options.path = path;
  options.query = read_pairs(query, '=', "--query");
  options.extra_headers = read_pairs(headers, ':', "--header");
  if (!transports.empty()) options.transports = transports;
  if (msgpack) options.parser = socketio::Parser::msgpack;
  options.proxy = proxy;
  options.timeout = std::chrono::milliseconds(connect_timeout_ms);
  options.reconnection = !no_reconnect;
  if (insecure) options.tls.verify = socketio::TlsOptions::Verify::none;
  options.tls.ca_file = ca;
  options.tls.certificate_file = certificate;
  options.tls.key_file = key;
  return options;
}

}  // namespace sio
