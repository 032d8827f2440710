// SPDX-License-Identifier: MIT
// SimulatedStream: both ends of a TCP connection in memory. Bytes arrive in order, in pieces of
// random size and after random delays. A receive window limits the writer. Either side can stop
// reading, half-close, reset, or fall silent.
//
// Life cycle: Network::connect() makes a pair. Each end then behaves like net/tcp_stream: there is
// one on_close(), which the peer's FIN also causes. Network counts the ends that are alive. Single
// thread, that of the loop.
#pragma once

#include "base/stream.hpp"
#include "support/simulated_loop.hpp"
#include "support/under_test.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace socketio::support {

/// The behaviour of a network. By default it has no delay, does not split, and has no limit.
struct NetworkProfile {
  milliseconds delay_min{0};
  milliseconds delay_max{0};
  /// Pieces have 1 to piece_bytes bytes; 0 means that they are not split.
  std::size_t piece_bytes = 0;
  /// How much may be underway or unread in one direction.
  std::size_t window_bytes = 1024 * 1024 * 1024;
};

class SimulatedStream;

class Network {
 public:
  explicit Network(SimulatedLoop& loop, NetworkProfile profile_ = {})
      : profile(profile_), loop_(loop) {}
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  SimulatedLoop& loop() { return loop_; }
  std::pair<std::shared_ptr<SimulatedStream>, std::shared_ptr<SimulatedStream>> connect();
  /// The number of streams whose memory has not been released.
  std::size_t live_ends() const { return *live_ends_; }
  /// Lists what is still open, for the message of a failed test.
  std::string open_ends() const;

  NetworkProfile profile;

 private:
  friend class SimulatedStream;
  SimulatedLoop& loop_;
  std::shared_ptr<std::size_t> live_ends_ = std::make_shared<std::size_t>(0);
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<SimulatedStream>>
      // Keeps streams alive until they close, as a kernel does.
      open_;
};

class SimulatedStream final : public Stream {
 public:
  SimulatedStream(Network& network, std::uint64_t id)
      : Stream(network.loop()), network_(network), id_(id) {
    ++*live_ends_;
  }
  ~SimulatedStream() override { --*live_ends_; }

  std::string remote_address() const override { return "127.0.0.1"; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override {
    if (!std::exchange(paused_, false)) return;
    post([](SimulatedStream& stream) { stream.deliver(); });
  }
  bool is_reading_paused() const { return paused_; }

  /// Calls this end's handler with `bytes` at once, for events that must occur in the same turn.
  void receive_now(const std::string& bytes) { hand_over(bytes); }
  /// Sends FIN: what the peer sends still arrives.
  void shut_down_writing() {
    flush();
    send_end();
  }
  /// Ends both sides at once, ahead of anything that is still underway.
  void reset() {
    const auto keep = self();
    const auto other = peer_.lock();
    if (other) other->cut();
    cut();
  }
  /// From now on nothing gets through in either direction, and neither side is notified, as when a
  /// cable is pulled.
  void go_silent() {
    silent_ = true;
    if (const auto other = peer_.lock()) other->silent_ = true;
  }

  void flush() override {
    const auto keep = self();
    if (ended_ && state_ == State::closing_after_flush) return end_after_flush();
    if (state_ == State::closed || ended_) return;
    const auto other = peer_.lock();
    while (!queue_.empty()) {
      const std::size_t room =
          network_.profile.window_bytes - std::min(network_.profile.window_bytes, underway_bytes_);
      // The peer's reading calls flush() again.
      if (room == 0) return wait_for_peer();
      send_piece(other, room);
    }
    if (state_ == State::closing_after_flush) return end_after_flush();
    notify_drained();
  }

 protected:
  std::size_t underway_bytes() const override { return underway_bytes_; }
  void shut() override {
    send_end();
    release();
  }

 private:
  friend class Network;
  enum class Kind : std::uint8_t { bytes, end };
  struct Piece {
    Kind kind;
    std::string bytes;
  };

  std::shared_ptr<SimulatedStream> self() {
    return std::static_pointer_cast<SimulatedStream>(shared_from_this());
  }
  SimulatedLoop& loop() { return network_.loop(); }

  template <class Use>
  void post(Use use) {
    loop().post([weak = weak_from_this(), use] {
      if (const auto stream = weak.lock()) use(static_cast<SimulatedStream&>(*stream));
    });
  }
  void release() {
    // The caller holds another reference.
    network_.open_.erase(id_);
  }

  void send_piece(const std::shared_ptr<SimulatedStream>& other, std::size_t room) {
    const NotUnderTest network;
    std::string_view front;
    queue_.for_each([&](std::string_view piece) {
      front = piece;
      return false;
    });
    std::size_t size = std::min(front.size(), room);
    if (network_.profile.piece_bytes != 0) {
      size = std::min(size, loop().dice().between(1, network_.profile.piece_bytes));
    }
    std::string bytes(front.substr(0, size));
    consume(size);
    if (!other || silent_) return;
    underway_bytes_ += size;
    transmit(other, {Kind::bytes, std::move(bytes)});
  }

  void transmit(const std::shared_ptr<SimulatedStream>& other, Piece piece) {
    const NotUnderTest network;
    const auto& profile = network_.profile;
    const milliseconds delay{
        loop().dice().between(static_cast<std::size_t>(profile.delay_min.count()),
                              static_cast<std::size_t>(profile.delay_max.count()))};
    // Bytes arrive in order, as in TCP.
    last_arrival_ = std::max(last_arrival_, loop().now() + delay);
    loop().after(last_arrival_ - loop().now(),
                 [weak = std::weak_ptr(other), piece = std::move(piece)]() mutable {
                   if (const auto stream = weak.lock()) stream->arrive(std::move(piece));
                 });
  }

  void arrive(Piece piece) {
    if (silent_ || cut_) return;
    inbox_.push_back(std::move(piece));
    deliver();
  }

  void deliver() {
    const auto keep = self();
    while (!inbox_.empty() && !paused_ && !cut_) {
      const Piece piece = std::move(inbox_.front());
      inbox_.pop_front();
      loop().record(id_);
      loop().record(piece.bytes);
      if (piece.kind == Kind::end) return finish();
      acknowledge(piece.bytes.size());
      if (state_ == State::open) hand_over(piece.bytes);
    }
  }

  void hand_over(const std::string& bytes) {
    // Each piece gets a block of its own, so that a sanitizer notices reads beyond the 64 bytes of
    // padding that StreamHandler::on_bytes() promises.
    constexpr std::size_t padding_bytes = 64;
    std::unique_ptr<char[]> block;
    {
      const NotUnderTest network;
      block = std::make_unique<char[]>(bytes.size() + padding_bytes);
    }
    std::memcpy(block.get(), bytes.data(), bytes.size());
    if (const auto handler = handler_) handler->on_bytes({block.get(), bytes.size()});
  }

  void acknowledge(std::size_t size) {
    const auto other = peer_.lock();
    if (!other) return;
    other->underway_bytes_ -= size;
    if (!other->queue_.empty()) other->post([](SimulatedStream& stream) { stream.flush(); });
  }

  void end_after_flush() {
    send_end();
    stop_waiting();
    state_ = State::closed;
    release();
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close();
  }

  void send_end() {
    if (std::exchange(ended_, true)) return;
    const auto other = peer_.lock();
    if (other && !silent_) transmit(other, {Kind::end, {}});
  }

  void cut() {
    if (std::exchange(cut_, true)) return;
    ended_ = true;
    inbox_.clear();
    loop().record(id_);
    post([](SimulatedStream& stream) {
      stream.error_ = std::make_error_code(std::errc::connection_reset);
      stream.finish();
    });
  }

  Network& network_;
  std::uint64_t id_;
  std::shared_ptr<std::size_t> live_ends_ = network_.live_ends_;
  std::weak_ptr<SimulatedStream> peer_;
  std::deque<Piece> inbox_;
  TimePoint last_arrival_{};
  // Sent by this end and not read by the peer.
  std::size_t underway_bytes_ = 0;
  bool paused_ = false;
  bool silent_ = false;
  bool cut_ = false;
  bool ended_ = false;
};

inline std::pair<std::shared_ptr<SimulatedStream>, std::shared_ptr<SimulatedStream>>
Network::connect() {
  auto near = std::make_shared<SimulatedStream>(*this, ++last_id_);
  auto far = std::make_shared<SimulatedStream>(*this, ++last_id_);
  open_.emplace(near->id_, near);
  open_.emplace(far->id_, far);
  near->peer_ = far;
  far->peer_ = near;
  return {near, far};
}

inline Network::~Network() {
  loop_.settle();
  // Streams and their handlers refer to each other until they close.
  for (const auto& [id, stream] : open_) stream->set_handler(nullptr);
  open_.clear();
  loop_.settle();
}

inline std::string Network::open_ends() const {
  std::string text;
  for (const auto& [id, stream] : open_) {
    text += " #" + std::to_string(id) + (stream->silent_ ? " silent" : "") +
            (stream->paused_ ? " paused" : "") + (stream->is_open() ? " open" : " closing") +
            " queued " + std::to_string(stream->queued_bytes()) +
            (stream->handler_ ? "" : " without handler");
  }
  return text;
}

/// A handler that only records what it receives.
class Recorder final : public StreamHandler {
 public:
  void on_bytes(std::span<char> bytes) override {
    text.append(bytes.data(), bytes.size());
    ++pieces;
  }
  void on_drain() override { ++drains; }
  void on_close() override { ++closes; }

  std::string text;
  int pieces = 0;
  int drains = 0;
  int closes = 0;
};

/// A text in which each place looks different.
inline std::string lines(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(text.size()) + '\n';
  text.resize(size);
  return text;
}

}  // namespace socketio::support
