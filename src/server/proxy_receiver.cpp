// SPDX-License-Identifier: MIT
#include "server/proxy_receiver.hpp"

#include "base/loop.hpp"

#include <utility>

namespace socketio::server {

void ProxyReceiver::begin(const std::shared_ptr<net::TcpStream>& stream,
                          std::chrono::milliseconds timeout, Next next) {
  const auto receiver = std::make_shared<ProxyReceiver>(stream, std::move(next));
  stream->set_handler(receiver);
  stream->loop().timers().arm(receiver->timer_, timeout);
}

void ProxyReceiver::on_bytes(std::span<char> bytes) {
  const auto self = shared_from_this();  // the next handler takes its place
  const auto used = reader_.feed({bytes.data(), bytes.size()});
  if (!used) return stream_->close();
  if (!reader_.done()) return;
  timer_.cancel();
  const auto stream = std::exchange(stream_, nullptr);
  if (const auto& source = reader_.source()) stream->set_remote_address(source->text());
  std::exchange(next_, nullptr)();
  // Who is not admitted is not heard.
  if (*used < bytes.size() && stream->is_open()) stream->pass_on(bytes.subspan(*used));
}

void ProxyReceiver::on_timeout() { stream_->close(); }

void ProxyReceiver::on_exception() noexcept { stream_->on_exception(); }

void ProxyReceiver::on_close() {
  timer_.cancel();
  next_ = nullptr;
  stream_.reset();
}

}  // namespace socketio::server
