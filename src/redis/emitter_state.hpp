// SPDX-License-Identifier: MIT
// EmitterState: the connection of an Emitter, on a thread of its own.
//
// Life cycle: made, which starts the thread -> publish() -> destroyed, when Redis has taken what was
// published, or after a while. Any thread.
#pragma once

#include "cluster/message.hpp"
#include "net/asio_loop.hpp"
#include "net/exit_hook.hpp"
#include "redis/client.hpp"
#include "redis/emitter_format.hpp"

#include <socketio/outcome.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace socketio::redis {

class EmitterState {
 public:
  /// How much Redis may not have answered yet. Beyond it, what is emitted is dropped: so much is
  /// emitted faster than one connection takes it. The connection keeps as much while it waits.
  static constexpr std::size_t waiting_bytes = Limits{}.waiting_bytes;
  static constexpr std::size_t waiting_commands = Limits{}.waiting_commands;
  /// How long the end waits for Redis.
  static constexpr std::chrono::seconds patience{2};

  EmitterState(const Address& address, std::unique_ptr<EmitterFormat> format);
  ~EmitterState();
  EmitterState(const EmitterState&) = delete;
  EmitterState& operator=(const EmitterState&) = delete;

  EmitResult publish(std::string nsp, cluster::Body body);
  /// Published, and not taken by Redis.
  std::uint64_t lost() const { return lost_; }

 private:
  class End;

  void run();
  /// Whether there is room for a command; release() gives the room back.
  bool reserve(std::size_t bytes);
  void release(std::size_t bytes);
  void send(EmitterFormat::Addressed addressed);
  void lose(const Answer& answer);
  /// Ends the thread when nothing waits any more, at the latest after `limit`.
  void end(std::chrono::seconds limit);
  void end_if_done();
  void end_now() noexcept;

  std::mutex format_mutex_;
  const std::unique_ptr<EmitterFormat> format_;
  // Published, and not answered yet.
  std::atomic<std::size_t> unanswered_bytes_ = 0;
  std::atomic<std::size_t> unanswered_commands_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;

  boost::asio::io_context context_{1};
  std::shared_ptr<net::AsioLoop> loop_ = std::make_shared<net::AsioLoop>(context_);
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  /// Loop's thread.
  std::unique_ptr<Client> client_;
  std::unique_ptr<End> end_;
  std::once_flag joined_;
  std::thread thread_;
  std::optional<net::ExitHook> exit_hook_;
};

}  // namespace socketio::redis
