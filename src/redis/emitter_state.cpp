// SPDX-License-Identifier: MIT
#include "redis/emitter_state.hpp"

#include "base/log.hpp"
#include "net/direct_connector.hpp"

#include <bit>
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

EmitterState::EmitterState(const Address& address, std::unique_ptr<EmitterFormat> format)
    : format_(std::move(format)) {
  ConnectionSettings settings;
  settings.address = address;
  settings.name = "socketio-emitter";
  auto connector = std::make_unique<net::DirectConnector>(loop_, net::TlsSettings{});
  client_ = make_client(*loop_, std::move(connector), settings);
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
  std::unique_lock lock(format_mutex_);
  auto written =
      format_->write({std::string(cluster::emitter_sender), std::move(nsp), std::move(body)});
  lock.unlock();
  if (!written) return EmitResult::dropped;
  // A task is copied.
  const auto addressed = std::make_shared<EmitterFormat::Addressed>(*std::move(written));
  if (!reserve(addressed->command.bytes().size())) return EmitResult::dropped;
  loop_->post([this, addressed] { send(std::move(*addressed)); });
  return EmitResult::sent;
}

bool EmitterState::reserve(std::size_t bytes) {
  const bool has_room = unanswered_bytes_.fetch_add(bytes) + bytes <= waiting_bytes;
  if (unanswered_commands_.fetch_add(1) < waiting_commands && has_room) return true;
  release(bytes);
  return false;
}

void EmitterState::release(std::size_t bytes) {
  unanswered_bytes_.fetch_sub(bytes);
  unanswered_commands_.fetch_sub(1);
}

void EmitterState::send(EmitterFormat::Addressed addressed) {
  const std::size_t bytes = addressed.command.bytes().size();
  auto on_answer = [this, bytes](const redis::Answer& answer) {
    release(bytes);
    if (!answer || answer->is_error()) lose(answer);
    end_if_done();
  };
  if (addressed.key.empty()) return client_->send(std::move(addressed.command), on_answer);
  client_->send_for(addressed.key, std::move(addressed.command), on_answer);
}

void EmitterState::lose(const Answer& answer) {
  const std::uint64_t lost = ++lost_;
  // Seldom enough, however many there are.
  if (!std::has_single_bit(lost)) return;
  log_line(LogScope::redis, LogLevel::warning,
           {"an emitter has lost ", std::to_string(lost), " of what it has sent: ",
            answer ? answer->text() : "there is no connection, or it broke"});
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
  if (end_ && unanswered_commands_ == 0) loop_->defer([this] { end_now(); });
}

void EmitterState::end_now() noexcept {
  if (unanswered_commands_ != 0) {
    log_line(LogScope::redis, LogLevel::warning,
             {"an emitter ends before Redis has answered all that it has sent"});
  }
  client_->close();
  work_.reset();
  context_.stop();
}

}  // namespace socketio::redis
