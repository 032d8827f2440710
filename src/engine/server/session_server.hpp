// SPDX-License-Identifier: MIT
// engine::SessionServer: checks handshakes and requests, keeps the sessions of one loop, and passes
// each request to its session. Refusals have the codes and bodies of the JavaScript server's
// event "connection_error".
//
// Life cycle: gets every request with its path, until close(). Loop's thread only.
#pragma once

#include "base/id_set.hpp"
#include "base/loop.hpp"
#include "codec/websocket/frame.hpp"
#include "codec/websocket/handshake.hpp"
#include "engine/server/address_counts.hpp"
#include "engine/server/address_rates.hpp"
#include "engine/server/counters.hpp"
#include "engine/server/exchange.hpp"
#include "engine/server/options.hpp"
#include "engine/server/session.hpp"

#include <socketio/json.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::engine {

class Drain;
class WebSocketTransport;

/// The response for a refusal; `message` replaces the standard text.
http::Response refusal_response(Refusal refusal, std::string_view message = {});

/// Called for refused requests, as the reference emits "connection_error": with an object that says
/// what is known besides the refusal.
using RefusalHook = std::function<void(const Exchange&, Refusal, json context)>;

/// The reference's `code`; that of `bad_request` for what the reference does not refuse.
int code_of(Refusal refusal);
/// The reference's text for the code.
std::string_view message_of(Refusal refusal);

/// Makes the handler of a new session. It is set before the first message.
using SessionFactory =
    std::function<std::shared_ptr<SessionHandler>(const std::shared_ptr<Session>&)>;

/// Called before a response of a session's transport is sent, 101 included: may add headers.
using HeadersHook = std::function<void(const Exchange&, const Session&, http::Response&)>;

/// Takes the id of a new session; nothing if none could be made.
using IdMade = std::function<void(const std::shared_ptr<Exchange>& exchange,
                                  const std::optional<std::string>& id)>;
/// Makes the id of a session, now or later, on the loop, unless the client goes.
using GenerateId = std::function<void(const std::shared_ptr<Exchange>& exchange, IdMade)>;

/// Takes the decision on a handshake: the text of a refusal, or nothing to allow it.
using Decided = std::function<void(const std::shared_ptr<Exchange>& exchange,
                                   const std::optional<std::string>& refusal)>;
/// Decides on a handshake, now or later, on the loop, unless the client goes.
using AllowRequest = std::function<void(const std::shared_ptr<Exchange>& exchange, Decided)>;

class SessionServer final : public SessionOwner {
 public:
  SessionServer(Loop& loop, Options options, SessionFactory factory);
  ~SessionServer() override;

  void set_allow_request(AllowRequest allow) { allow_request_ = std::move(allow); }
  /// Without, ids are random.
  void set_generate_id(GenerateId generate) { generate_id_ = std::move(generate); }
  void set_refusal_hook(RefusalHook hook) { refusal_hook_ = std::move(hook); }
  void set_headers_hook(HeadersHook hook) { headers_hook_ = std::move(hook); }

  /// Accepts a request with the engine's path whose headers are complete.
  void accept(const std::shared_ptr<Exchange>& exchange);
  /// Counts it and notifies the refusal hook, and no one else.
  void report(const Exchange& exchange, Refusal refusal, json context);
  /// Notifies it and answers. `context` may contain a `message`, which replaces the standard text.
  void report_and_refuse(Exchange& exchange, Refusal refusal, const json& context);

  /// The number of open sessions. Any thread.
  std::size_t session_count() const { return session_count_.load(std::memory_order_relaxed); }
  /// The number of those that have closed, and wait for the poll that tells their client.
  std::size_t closing_count() const { return closing_.size(); }
  /// Closes every session at once, and refuses new ones.
  void close();
  /// Refuses new sessions, closes the others evenly over `spread`, and then calls `on_empty`, which
  /// may be soon but is not before this returns. Only the first call has an effect.
  void drain(std::chrono::milliseconds spread, std::function<void()> on_empty);
  /// Closes any session. There must be one.
  void close_one();

  void add_headers(const Exchange& exchange, const Session& session,
                   http::Response& response) const override {
    if (headers_hook_) headers_hook_(exchange, session, response);
  }
  bool on_session_closing(Session& session) override;
  void on_session_end(Session& session) override;

 private:
  /// How a client wants to talk.
  struct Terms {
    TransportName transport;
    engineio::Protocol protocol;
    bool base64;
    bool is_v3() const { return protocol == engineio::Protocol::v3; }
    BinaryForm binary_form() const;
  };
  /// What a request, which outlives it, says in its query.
  class Query {
   public:
    explicit Query(const http::Request& request);
    std::string_view transport() const { return values_[1].text; }
    bool wants(TransportName name) const {
      return name == TransportName::polling ? wants_polling_ : wants_websocket_;
    }
    std::string_view sid() const { return values_[2].text; }
    engineio::Protocol protocol() const;
    /// Only if check() has found nothing.
    Terms terms() const;

   private:
    std::array<http::QueryValue, 4> values_;
    bool wants_polling_;
    bool wants_websocket_;
  };

  struct Refused {
    Refusal refusal;
    json context;
  };

  std::optional<Refused> check(const http::Request& request, const Query& query, Session* session,
                               bool is_upgrade) const;
  /// The same for what is asked of a session that there is.
  static std::optional<Refused> check_session(const Query& query, Session& session,
                                              bool is_upgrade);
  /// Counts it and answers.
  void refuse(Exchange& exchange, Refusal refusal);
  static void answer(Exchange& exchange, Refusal refusal, std::string_view message = {});
  bool is_ending() const { return closed_ || drain_ != nullptr; }
  void handshake(const std::shared_ptr<Exchange>& exchange, const Terms& terms);
  /// It has been allowed.
  void admit(const std::shared_ptr<Exchange>& exchange, const Terms& terms);
  void open_session(const std::shared_ptr<Exchange>& exchange, const Terms& terms, std::string id);
  /// The rates of handshakes allow another one.
  bool takes_handshake_of(const Exchange& exchange);
  /// `sessions_` has changed.
  void note_count() noexcept { session_count_.store(sessions_.size(), std::memory_order_relaxed); }
  /// The session has left `sessions_`.
  void stop_counting(const Session& session) noexcept;
  /// Whether another session may be opened from there.
  bool has_room_for(const Exchange& exchange) const;
  /// Whether a session may have that id, which the application has made.
  bool is_usable(std::string_view id) const;
  void accept_upgrade(Exchange& exchange, const Terms& terms,
                      const std::shared_ptr<Session>& session);
  /// The value of Sec-WebSocket-Accept. Refuses the request, and returns nothing, if it does not
  /// ask for a WebSocket in the right way.
  std::optional<websocket::AcceptKey> check_websocket(Exchange& exchange);
  /// Answers 101. If that fails, the transport ends.
  void switch_protocols(Exchange& exchange, const websocket::AcceptKey& accept,
                        const Session& session,
                        const std::shared_ptr<WebSocketTransport>& transport) const;
  std::shared_ptr<Session> make_session(Exchange& exchange, const Terms& terms, std::string id);
  std::shared_ptr<Session> find(std::string_view sid) const;
  /// `use()` opens a session. If it fails, what it has done is undone.
  template <class Use>
  void open_or_give_up(Session& session, Use use);
  /// The transport that it wants.
  bool is_enabled(const Query& query) const;

  websocket::Limits websocket_limits_;
  SessionFactory factory_;
  AllowRequest allow_request_;
  GenerateId generate_id_;
  RefusalHook refusal_hook_;
  HeadersHook headers_hook_;
  IdSet<Session> sessions_;
  std::atomic<std::size_t> session_count_ = 0;
  // Closed sessions whose clients have not been told.
  IdSet<Session> closing_;
  // Counts only if there is a limit for each address.
  AddressCounts addresses_;
  // Nothing if their rate is not limited.
  std::optional<TokenBucket> handshakes_;
  std::optional<AddressRates> handshakes_of_addresses_;
  // Null before drain().
  std::shared_ptr<Drain> drain_;
  bool closed_ = false;
};

}  // namespace socketio::engine
