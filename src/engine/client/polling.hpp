// SPDX-License-Identifier: MIT
// HTTP long-polling in the client (Engine.IO protocol 4, "HTTP long-polling"). GETs bring packets
// and POSTs send them, one of each at a time. What is sent while a POST is underway waits and
// goes with the next one. The response to a POST means that the server has handled its packets, so
// separate() needs no more than a new POST.
//
// Life cycle: open() asks for the handshake; the session calls start() when it has arrived; for an
// upgrade pause(), then resume() or hand_over(); before an orderly end send_close(). Loop's thread.
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
  /// The handshake has arrived. `max_payload_bytes` is the server's limit for one POST; 0: none.
  void start(std::string_view sid, std::size_t max_payload_bytes);

  /// Waits until the current GET and POST have finished, then notifies the listener.
  void pause();
  void resume();
  /// After pause(): passes the waiting packets to `successor`.
  void hand_over(ClientTransport& successor);

  /// Sends a close packet, which is the last. When the server has it, or cannot get it, the
  /// listener's on_transport_drain() is called. Call it only if idle().
  void send_close();
  /// No packet is waiting and no POST is underway.
  bool idle() const { return queue_.empty() && !post_channel_->busy(); }

  TransportName name() const override { return TransportName::polling; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void separate() override;
  bool is_separating() const override;
  void flush_separated(const KeepsMessage& keeps) override;
  bool writable() const override { return phase_ == Phase::started && idle(); }
  std::size_t queued_bytes() const override { return queued_bytes_; }
  // The response to each POST notifies anyway.
  void want_drain() override {}
  /// Cancels what is underway.
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
  /// The number of waiting packets that fit into the next POST.
  std::size_t packets_that_fit() const;
  void check_paused();
  void fail(std::string_view message, Failure failure);
  void end(DisconnectReason reason, const Failure& failure);

  // Used until closed.
  const ClientContext context_;
  std::shared_ptr<HttpChannel> poll_channel_;
  std::shared_ptr<HttpChannel> post_channel_;
  std::string sid_;
  std::size_t max_payload_bytes_ = 0;
  std::deque<WaitingPacket> queue_;
  // Includes the POST that is underway.
  std::size_t queued_bytes_ = 0;
  Phase phase_ = Phase::opening;
  bool post_scheduled_ = false;
  // The current POST must be handled before anything else is sent.
  bool post_is_separated_ = false;
};

}  // namespace socketio::engine
