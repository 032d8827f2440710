// SPDX-License-Identifier: MIT
// ClientOptions: what a client is made with. Names and defaults are those of the JavaScript client,
// except that cookies are kept and buffers are bounded.
#pragma once

#include <socketio/json.hpp>
#include <socketio/parser.hpp>
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

/// What the server's middlewares see as `handshake.auth`: a value, or a function that is called for
/// each connection. Either it returns the value, `[] { return json{…}; }`, or it passes it on when
/// it has it, `[](auto answer) { … answer(json{…}); }`; `answer` may be called from any thread.
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

/// Used for https and wss. By default the server's certificate is checked against the system's
/// roots, and its name against the URL's host.
struct TlsOptions {
  enum class Verify : unsigned char { peer, none };
  Verify verify = Verify::peer;
  std::string ca_file{};           ///< PEM file of the roots to use instead.
  std::string ca_pem{};            ///< The same as PEM text.
  std::string certificate_file{};  ///< The client's own chain, PEM.
  std::string key_file{};          ///< Its private key, PEM.
  std::string key_password{};
  /// SHA-256 hashes of allowed public keys (SubjectPublicKeyInfo), in base64. If there are any, one
  /// must match, in addition to the checks above.
  std::vector<std::string> pins{};
  std::string server_name{};  ///< Requested and checked instead of the URL's host.
  /// A context of yours, used instead of the files and roots above. The client takes its
  /// own reference.
  ssl_ctx_st* context = nullptr;
};

struct SocketOptions {
  Auth auth{};
  /// Sends events one at a time and in order, and repeats each until it is acknowledged, at most
  /// this many times: delivery at least once. Needs ack_timeout. Unset or 0: every event is sent
  /// once, without waiting.
  std::optional<std::size_t> retries{};
  /// How long to wait for an acknowledgement; 0: until the connection ends.
  std::chrono::milliseconds ack_timeout{0};
};

struct ClientOptions {
  // For every socket, unless socket() is given SocketOptions.
  Auth auth{};
  std::optional<std::size_t> retries{};
  std::chrono::milliseconds ack_timeout{0};

  // --- Requests ---
  /// Empty: "/socket.io", and for an engine::Client "/engine.io".
  std::string path{};
  bool add_trailing_slash = true;
  std::vector<std::pair<std::string, std::string>> query{};
  /// Sent with every request, except Accept-Encoding: the client could not read the answer.
  std::vector<std::pair<std::string, std::string>> extra_headers{};
  bool cookies = true;  ///< Keeps and sends the server's cookies, as sticky sessions need.
  std::chrono::milliseconds request_timeout{0};  ///< For one polling request; 0: none.
  std::string proxy{};  ///< "http://[user:password@]host:port", used with CONNECT.
  TlsOptions tls{};

  // --- Transports ---
  std::vector<std::string> transports{"polling",
                                      "websocket"};  ///< In the order in which to try them.
  bool upgrade = true;
  bool remember_upgrade = false;    ///< Starts with WebSocket if the last upgrade worked.
  bool try_all_transports = false;  ///< Tries the next one if one fails to connect.
  bool force_base64 = false;
  /// WebSocket messages of at least this size are compressed if the server agrees; unset: none.
  std::optional<std::size_t> deflate_threshold_bytes = 1024;
  Parser parser = Parser::standard;

  // --- Connecting ---
  bool auto_connect = true;
  std::chrono::milliseconds timeout{20'000};  ///< For one attempt to connect; 0: none.
  bool reconnection = true;
  std::optional<std::size_t> reconnection_attempts{};  ///< Unset or 0: no limit.
  std::chrono::milliseconds reconnection_delay{1'000};
  std::chrono::milliseconds reconnection_delay_max{5'000};
  double randomization_factor = 0.5;  ///< Jitter of the delay, 0 to 1.
  /// Also tries again, with the same delays and limit, when a middleware of the server refuses.
  bool retry_refused = false;

  // --- Limits ---
  /// What one socket keeps while it is not connected.
  std::size_t offline_buffer_bytes = 16 * 1024 * 1024;
  /// What the server has not taken yet; further events are dropped.
  std::size_t out_buffer_bytes = 64 * 1024 * 1024;
  /// One message or HTTP body from the server.
  std::size_t max_payload_bytes = 64 * 1024 * 1024;
  std::size_t attachments = 10;  ///< Of one packet from the server; not with MessagePack.
  /// Values and keys in one packet from the server; the default is more than max_payload_bytes can
  /// hold. In a `json`, each takes some dozens of bytes.
  std::size_t json_values = 32 * 1024 * 1024;
  std::size_t pending_acks = 10'000;  ///< Acknowledgements that one socket waits for.
};

}  // namespace socketio
