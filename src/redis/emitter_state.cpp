// SPDX-License-Identifier: MIT
#include "redis/emitter_state.hpp"

#include "net/direct_connector.hpp"

#include <utility>

namespace socketio::redis {

/// The latest time of the end.
class EmitterState::End final : public Deadline {
 public:
  explicit End(EmitterState& owner) : owner_(owner) {}

 private:
  void expired() noexcept override { owner_.end_now(); }
  EmitterState& owner_;
};

EmitterState::EmitterState(const Address& address, std::string key) : key_(std::move(key)) {
  ConnectionSettings settings;
  settings.address = address;
  settings.name = "socketio-emitter";
  auto connector = std::make_unique<net::DirectConnector>(loop_, net::TlsSettings{});
  client_ = std::make_unique<Client>(*loop_, std::move(connector), settings);
  work_.emplace(context_.get_executor());
  thread_ = std::thread([this] { run(); });
  exit_hook_.emplace([this] {
    std::call_once(joined_, [this] {
      end(net::ExitHook::wait_limit);
      thread_.join();
    });
  });
}

EmitterState::~EmitterState() {
  exit_hook_.reset();
  std::call_once(joined_, [this] {
    end(patience);
    thread_.join();
  });
  loop_->stop();
  context_.restart();
  context_.poll();
}

void EmitterState::run() {
  loop_->adopt_thread();
  client_->open();
  context_.run();
  // It belongs to this thread.
  client_.reset();
  end_.reset();
  loop_->drain();
}

EmitResult EmitterState::publish(std::string nsp, cluster::Body body) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&body);
  const ClassicChannels channels(key_, nsp);
  std::string channel = channels.request();
  if (broadcast) {
    const auto& rooms = broadcast->options.rooms;
    channel = rooms.size() == 1 ? channels.room(rooms.front()) : channels.broadcast();
  }
  std::unique_lock lock(format_mutex_);
  auto payload =
      format_.encode({std::string(cluster::emitter_sender), std::move(nsp), std::move(body)});
  lock.unlock();
  if (!payload) return EmitResult::dropped;
  const std::size_t size = channel.size() + payload->size();
  if (handed_over_bytes_.fetch_add(size) + size > waiting_bytes) {
    handed_over_bytes_.fetch_sub(size);
    return EmitResult::dropped;
  }
  loop_->post([this, channel = std::move(channel), text = *std::move(payload), size] {
    handed_over_bytes_.fetch_sub(size);
    send(channel, text);
  });
  return EmitResult::sent;
}

void EmitterState::send(const std::string& channel, const std::string& payload) {
  ++unanswered_;
  client_->send({"PUBLISH", channel, payload}, [this](const redis::Answer&) {
    --unanswered_;
    end_if_done();
  });
}

void EmitterState::end(std::chrono::seconds limit) {
  // Behind everything that was emitted.
  loop_->post([this, limit] {
    end_ = std::make_unique<End>(*this);
    loop_->timers().arm(*end_, limit);
    end_if_done();
  });
}

void EmitterState::end_if_done() {
  if (end_ && unanswered_ == 0) loop_->defer([this] { end_now(); });
}

void EmitterState::end_now() noexcept {
  client_->close();
  work_.reset();
  context_.stop();
}

}  // namespace socketio::redis
