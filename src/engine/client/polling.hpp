// SPDX-License-Identifier: MIT
// HTTP long-polling at the client (Engine.IO protocol 4, "HTTP long-polling"): one GET after
// another brings packets, POSTs take them, one of each at a time. What is sent while a POST is
// underway waits here and goes together with the next. The answer to a POST means that the server
// has handled it, so what is separated goes with different ones.
//
// Life cycle: open() asks for the handshake; the session calls start() when it came; pause() and
// then resume() or hand_over() for an upgrade; send_close() before an orderly end. Loop's thread.
#pragma once

#include "engine/client/http_channel.hpp"
#include "engine/client/transport.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::engine {

class ClientPolling final : public ClientTransport,
                            public std::enable_shared_from_this<ClientPolling> {
 public:
  explicit ClientPolling(const ClientContext& context);
  ~ClientPolling() override;

  void open() override { poll(); }
  /// The handshake came. `max_payload_bytes` is what the server takes in one POST; 0: anything.
  void start(std::string_view sid, std::size_t max_payload_bytes);

  /// Lets the GET and the POST that are underway finish, then notifies the listener.
  void pause();
  void resume();
  /// Paused: moves what waits over to `successor`.
  void hand_over(ClientTransport& successor);

  /// Sends a close packet and nothing behind it; when the server has it, or cannot get it, the
  /// listener gets a drain. Only when idle.
  void send_close();
  /// Nothing waits and no POST is underway.
  bool idle() const { return queue_.empty() && !post_channel_->busy(); }

  TransportName name() const override { return TransportName::polling; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void separate() override;
  bool is_separating() const override;
  void flush_separated(const KeepsMessage& keeps) override;
  bool writable() const override { return phase_ == Phase::started && idle(); }
  std::size_t queued_bytes() const override { return queued_bytes_; }
  void want_drain() override {}  // every answered POST notifies
  /// Cuts what is underway.
  void close() override;
  void cut() override { close(); }
  /// For contain().
  void on_exception() noexcept { context_.listener.on_exception(); }

 private:
  enum class Phase : std::uint8_t { opening, started, pausing, closing, closed };

  void poll();
  void on_poll_answer(const http::Response* response, const Failure& failure);
  void deliver(std::string_view payload);
  void schedule_post();
  void post();
  void post_what_fits();
  void on_post_answer(std::size_t posted_bytes, const http::Response* response,
                      const Failure& failure);
  /// How many of the waiting packets go into the next POST.
  std::size_t packets_that_fit() const;
  void check_paused();
  void fail(std::string_view message, Failure failure);
  void end(DisconnectReason reason, const Failure& failure);

  const ClientContext context_;  // used until closed
  std::shared_ptr<HttpChannel> poll_channel_;
  std::shared_ptr<HttpChannel> post_channel_;
  std::string sid_;
  std::size_t max_payload_bytes_ = 0;
  std::deque<WaitingPacket> queue_;
  std::size_t queued_bytes_ = 0;  // and those of the POST that is underway
  Phase phase_ = Phase::opening;
  bool post_scheduled_ = false;
  bool post_is_separated_ = false;  // the one that is underway, from what follows
};

}  // namespace socketio::engine
