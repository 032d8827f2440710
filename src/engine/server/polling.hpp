// SPDX-License-Identifier: MIT
// HTTP long-polling (Engine.IO protocol 4, "HTTP long-polling"): a parked GET carries what the
// server sends, POSTs carry what the client sends; one of each at a time. What is sent while no GET
// is parked waits here.
//
// Life cycle: accept() gets every request of the session; a response leaves at the end of the turn
// in which something was sent. Loop's thread only.
#pragma once

#include "engine/server/exchange.hpp"
#include "engine/server/session.hpp"
#include "engine/server/transport.hpp"

#include <memory>
#include <string>

namespace socketio::engine {

class PollingTransport final : public ServerTransport,
                               public ExchangeListener,
                               public std::enable_shared_from_this<PollingTransport> {
 public:
  explicit PollingTransport(Session& session) : session_(&session) {}

  /// A GET or POST of this session, its headers complete.
  void accept(std::shared_ptr<Exchange> exchange);
  bool poll_pending() const { return poll_ != nullptr; }
  /// Answers a parked poll with a noop packet, so that the client can pause for an upgrade.
  void send_noop();
  /// The client sent a close packet: a pending poll is answered with a noop.
  void end_poll();
  /// Moves what waits over to `successor`, and answers a parked poll, at the end of an upgrade.
  void hand_over(ServerTransport& successor);
  /// After close(): the client's next poll brings the news.
  bool awaits_last_poll() const { return closing_ && poll_ == nullptr && !told_; }

  TransportName name() const override { return TransportName::polling; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void send_prepared(PreparedMessage& message) override;
  bool writable() const override { return poll_ != nullptr && payload_.empty(); }
  std::size_t queued_bytes() const override { return payload_.size(); }
  void want_drain() override {}  // every response tells
  void close() override;
  void cut() override;
  /// For contain().
  void on_exception() noexcept;

  void on_body(Exchange& exchange) override;
  void on_abort(Exchange& exchange, Abort why) override;
  /// The session is gone; nothing more is told to it.
  void detach() { session_ = nullptr; }

 private:
  void accept_poll(std::shared_ptr<Exchange> exchange);
  void accept_post(std::shared_ptr<Exchange> exchange);
  void deliver(const std::string& payload);
  /// Calls `append(std::string&)` for the next packets; if that throws, nothing has changed.
  template <class Append>
  void add_packets(Compress compress, Append append);
  void schedule_response();
  void respond_to_poll();
  void fail(DisconnectReason reason);

  Session* session_;
  std::shared_ptr<Exchange> poll_;
  std::shared_ptr<Exchange> post_;
  // What waits, as it will travel: kept one by one, small packets would cost many times what they
  // are counted for.
  std::string payload_;
  bool response_scheduled_ = false;
  bool may_compress_ = false;
  bool closing_ = false;
  bool told_ = false;
};

}  // namespace socketio::engine
