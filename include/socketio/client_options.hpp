// SPDX-License-Identifier: MIT
// The options of a client. Names and defaults are those of the JavaScript client, but for
// cookies, which are kept, and for buffers, which are bounded.
#pragma once

#include <socketio/json.hpp>
#include <socketio/task.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace socketio {

/// What the server's middlewares see as `handshake.auth`: a value, or a function that is asked at
/// each connection: `[] { return json{…}; }`, or `[](auto answer) { … answer(json{…}); }` for what
/// takes time (`answer` may be called later, from any thread).
class Auth {
 public:
  using Answer = std::function<void(json)>;
  using Function = std::function<void(Answer)>;

  Auth() = default;
  Auth(json value)
      : function_([value = std::move(value)](const Answer& answer) { answer(value); }) {}
  template <class F,
            class = std::enable_if_t<std::is_invocable_v<F&> || std::is_invocable_v<F&, Answer>>>
  Auth(F function) {
    if constexpr (std::is_invocable_v<F&>) {
      function_ = [function = std::move(function)](const Answer& answer) mutable {
        answer(function());
      };
    } else {
      static_assert(!detail::is_task<std::invoke_result_t<F&, Answer>>,
                    "socketio: auth cannot be a coroutine: keep `answer`, and call it later");
      function_ = std::move(function);
    }
  }
  explicit operator bool() const { return static_cast<bool>(function_); }
  void operator()(const Answer& answer) const { function_(answer); }

 private:
  Function function_;
};

/// Used for https and wss. The server's certificate is checked against the system's roots, and its
/// name against the URL's host, unless something here says otherwise.
struct TlsOptions {
  enum class Verify : unsigned char { peer, none };
  Verify verify = Verify::peer;
  std::string ca_file{};           ///< PEM file of roots, instead of the system's.
  std::string ca_pem{};            ///< The same as text.
  std::string certificate_file{};  ///< The client's own chain, PEM.
  std::string key_file{};          ///< Its private key, PEM.
  std::string key_password{};
  /// SHA-256 of allowed public keys (SubjectPublicKeyInfo), in base64; one must match, besides the
  /// checks above.
  std::vector<std::string> pins{};
  std::string server_name{};  ///< Asked for and checked instead of the URL's host.
  /// Your own context, in place of files and roots above; the client takes a reference of its own.
  ssl_ctx_st* context = nullptr;
};

/// Which encoding of packets the server uses.
enum class Parser : unsigned char {
  standard,  ///< socket.io-parser: JSON, the default of every server.
  msgpack    ///< socket.io-msgpack-parser
};

struct SocketOptions {
  Auth auth{};
  /// Events are sent one at a time, each again until it is acknowledged, at most 1 + this often: at
  /// least once, in order. Needs ack_timeout. Nothing, or 0: as they come, once each.
  std::optional<std::size_t> retries{};
  /// How long an acknowledgement is waited for; 0: until the connection ends.
  std::chrono::milliseconds ack_timeout{0};
};

struct ClientOptions {
  // What sockets are made with, unless socket() says otherwise: see SocketOptions.
  Auth auth{};
  std::optional<std::size_t> retries{};
  std::chrono::milliseconds ack_timeout{0};

  // --- Requests ---
  std::string path = "/socket.io";
  bool add_trailing_slash = true;
  std::vector<std::pair<std::string, std::string>> query{};
  /// On every request. Accept-Encoding is left out: we could not read what it asks for.
  std::vector<std::pair<std::string, std::string>> extra_headers{};
  bool cookies = true;  ///< Keeps the server's cookies and sends them: sticky sessions need it.
  std::chrono::milliseconds request_timeout{0};  ///< Of one polling request; 0: none.
  std::string proxy{};  ///< "http://[user:password@]host:port": tunnels by CONNECT.
  TlsOptions tls{};

  // --- Transports ---
  std::vector<std::string> transports{"polling", "websocket"};  ///< In the order of trying.
  bool upgrade = true;
  bool remember_upgrade = false;    ///< Starts with WebSocket if the last upgrade succeeded.
  bool try_all_transports = false;  ///< If one fails to connect, tries the next.
  bool force_base64 = false;
  /// WebSocket messages from this size on are compressed if the server agrees; nothing: never.
  std::optional<std::size_t> deflate_threshold_bytes = 1024;
  Parser parser = Parser::standard;

  // --- Connecting ---
  bool auto_connect = true;
  std::chrono::milliseconds timeout{20'000};  ///< Of one attempt to connect; 0: none.
  bool reconnection = true;
  std::optional<std::size_t> reconnection_attempts{};  ///< Nothing, or 0: without end.
  std::chrono::milliseconds reconnection_delay{1'000};
  std::chrono::milliseconds reconnection_delay_max{5'000};
  double randomization_factor = 0.5;  ///< Of the delay; from 0 to 1.
  /// Also tries again, with the same delays and as often, when a middleware of the server refuses.
  bool retry_refused = false;

  // --- Limits ---
  std::size_t offline_buffer_bytes = 16 * 1024 * 1024;  ///< Of one socket, while not connected.
  std::size_t out_buffer_bytes =
      64 * 1024 * 1024;  ///< Not yet taken by the server; beyond, events are dropped.
  std::size_t max_payload_bytes =
      64 * 1024 * 1024;          ///< One message, or HTTP body, from the server.
  std::size_t attachments = 10;  ///< Of one packet from the server; not with MessagePack.
  /// Values and keys of one packet from the server; by default more than max_payload_bytes can
  /// hold. Each takes up to some dozens of bytes where handlers get `json`.
  std::size_t json_values = 32 * 1024 * 1024;
  std::size_t pending_acks = 10'000;  ///< Of one socket.
};

}  // namespace socketio
