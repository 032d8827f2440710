// SPDX-License-Identifier: MIT
#include "server/bytes_bus.hpp"

#include "base/entropy.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <stdexcept>
#include <utility>

namespace socketio::server {

namespace {

/// A bus may make a channel or a file of it, and whoever can send to the bus may choose it.
bool is_node_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

BytesBus::BytesBus(Loop& loop, const MakeClusterBus& make, const ClusterAdapterOptions& options)
    : format_(cluster::FormatLimits{.message_bytes = options.message_bytes}),
      inbox_(std::make_shared<BusInbox>(
          loop, random_id(loop.entropy()),
          InboxLimits{options.message_bytes, options.waiting_messages, options.waiting_bytes},
          [this](std::string_view bytes) { receive(bytes); })) {
  try {
    bus_ = make(ClusterBus::Receiver(inbox_));
    if (!bus_) throw std::invalid_argument("the function of cluster_adapter() returned no bus");
  } catch (...) {
    inbox_->close();
    throw;
  }
}

BytesBus::~BytesBus() { inbox_->close(); }

void BytesBus::open(const std::string& nsp, Listener& listener) {
  listener_ = &listener;
  opened_.insert(nsp);
  run([&] { bus_->open(nsp); });
}

void BytesBus::close(const std::string& nsp) {
  opened_.erase(nsp);
  run([&] { bus_->close(nsp); });
}

// --- Sending ---

template <class Work>
void BytesBus::run(Work work) {
  std::string what = "an exception";
  try {
    return work();
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  // Seldom enough, however many there are.
  if (std::has_single_bit(++lost_)) {
    log_line(LogScope::server, LogLevel::warning,
             {"the adapter's bus has failed ", std::to_string(lost_), " times: ", what});
  }
}

template <class Send>
void BytesBus::send(const cluster::Message& message, Send send) {
  const auto bytes = format_.encode(message, cluster::ClusterFormat::Encoding::json_if_text);
  if (bytes) run([&] { send(*bytes); });
}

void BytesBus::publish(cluster::MessagePtr message) {
  send(*message, [&](std::string_view bytes) { bus_->publish(message->nsp, bytes); });
}

void BytesBus::answer(const std::string& node, cluster::MessagePtr message) {
  send(*message, [&](std::string_view bytes) { bus_->answer(message->nsp, node, bytes); });
}

// --- Receiving ---

void BytesBus::receive(std::string_view bytes) {
  auto message = format_.decode(bytes);
  if (!message || !is_node_id(message->sender)) {
    if (std::has_single_bit(++ignored_)) {
      log_line(LogScope::server, LogLevel::warning,
               {"of what other servers sent ", std::to_string(ignored_), " messages are none"});
    }
    return;
  }
  if (opened_.contains(message->nsp))
    listener_->on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

}  // namespace socketio::server
