// SPDX-License-Identifier: MIT
//
// A WebSocket client that becomes ready by itself: upgrade request, then (unless the target is raw)
// the Engine.IO open packet and the Socket.IO connect packet for the main namespace. Once ready it
// answers pings of both protocols and passes everything else to the scenario that derives from it.
#pragma once

#include "frames.hpp"
#include "stream.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace load {

class WebSocketClient : public Stream {
 public:
  using Stream::Stream;

  bool is_ready() const { return state_ == State::Ready; }

  // From now on nothing that arrives is read or answered: the network is gone, and the server has not
  // noticed.
  void fall_silent() { is_silent_ = true; }

 protected:
  // The packet that joins the namespace, and what answers it.
  virtual std::string join_packet() { return "40"; }
  virtual void on_joined(std::string_view) {}
  virtual void on_ready() = 0;
  // A faster way for messages whose bytes are known beforehand: returns how many bytes
  // it has taken.
  virtual std::size_t take_expected(std::string_view) { return 0; }
  // A data frame that is neither expected nor a ping.
  virtual void on_message(std::string_view payload);

 private:
  enum class State { Upgrading, Opening, Joining, Ready };

  void on_connected() final;
  std::size_t on_bytes(std::string_view bytes) final;
  std::size_t on_upgrade(std::string_view bytes);
  void on_frame(const Frame& frame);
  void on_packet(std::string_view payload);
  void become_ready();

  State state_ = State::Upgrading;
  bool is_silent_ = false;
};

}  // namespace load
