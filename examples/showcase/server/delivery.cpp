// SPDX-License-Identifier: MIT
#include "delivery.hpp"

#include "auth.hpp"
#include "clock.hpp"

#include <string>

namespace showcase {
namespace {

using namespace std::chrono_literals;
using socketio::json;
using socketio::Socket;
using Clock = std::chrono::steady_clock;

constexpr auto pace = 100ms;
constexpr auto may_be_away = 2min;
constexpr std::size_t visitor_bytes = 64;

/// What this server has beyond the other one. Nothing else differs: neither the code that emits, nor
/// the client.
socketio::ServerOptions with_recovery() {
  socketio::ServerOptions options;
  auto& recovery = options.connection_state_recovery.emplace();
  recovery.max_disconnection_duration = may_be_away;
  recovery.sessions = 1'000;
  // More than are told until a client that was away is forgotten, even if that was noticed late.
  recovery.log_packets = 2'000;
  // The page is from the other server's port. What is told here is no secret.
  options.cors.origins = "*";
  return options;
}

/// Whoever comes back is known by a secret of their own, as each connection has another id.
std::string visitor_of(const Socket& socket) {
  const std::string visitor = auth_text(socket, "visitor");
  return visitor.empty() || visitor.size() > visitor_bytes ? socket.id() : visitor;
}

}  // namespace

Numbers::Numbers(socketio::Server& io) : everybody_(io.of("/delivery")), clients_(everybody_) {
  io.every(pace, [this] { tell_next(); });
}

void Numbers::tell_next() {
  const auto now = Clock::now();
  if (everybody_.sockets_count() > 0) wanted_until_ = now + may_be_away;
  if (now < wanted_until_) clients_.all().emit("number", ++last_);
}

Delivery::Delivery(socketio::Server& io)
    : numbers_(io), recovering_(with_recovery()), recovered_numbers_(recovering_) {
  // After a restart the numbers begin anew, and so does the page.
  io.of("/delivery").on_connection([this, run = now_ms()](Socket socket) {
    socket.emit("welcome", json{{"run", run}, {"recoveryPort", recovery_port_}});
  });
  // The acknowledgement says that a number need not be sent again. One that was lost makes the
  // client repeat a number that has been here: it is known, and not taken for a new one.
  io.of("/delivery/retries").on("number", [this](Socket& socket, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    return arrivals_.count(visitor_of(socket), number);
  });
}

Delivery::~Delivery() {
  recovering_.stop();
  if (recovering_thread_.joinable()) recovering_thread_.join();
}

std::uint16_t Delivery::serve_recovery(std::uint16_t port) {
  recovery_port_ = recovering_.listen(port);
  recovering_thread_ = std::thread([this] { recovering_.run(); });
  return recovery_port_;
}

}  // namespace showcase
