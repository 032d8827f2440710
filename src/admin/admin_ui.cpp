// SPDX-License-Identifier: MIT
#include "admin/admin_ui.hpp"

#include "admin/describe.hpp"
#include "core/server/connection.hpp"
#include "core/server/socket_state.hpp"
#include "net/system.hpp"

#include <boost/asio/ip/host_name.hpp>

#include <exception>

namespace socketio::admin {

namespace {

std::string host_name() {
  boost::system::error_code unknown;
  return boost::asio::ip::host_name(unknown);
}

/// What a page is told that has given the password.
struct NewSession {
  std::string id;
};

/// What a client has given as `auth`, if it is a text.
std::optional<std::string> text_of(const json& auth, const char* name) {
  const auto found = auth.find(name);
  if (found == auth.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// An event in the way of JavaScript's catch-all handlers.
json with_name(std::string_view event, const json& arguments) {
  json all = json::array({event});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace

AdminUi::AdminUi(server::Worker& worker, AdminUiOptions options)
    : worker_(worker),
      node_(worker.node()),
      options_(std::move(options)),
      nsp_(*node_.of(options_.namespace_name)),
      host_name_(host_name()),
      started_(worker.loop().timers().now()),
      sessions_(options_.sessions_kept) {
  if (options_.auth.is_required()) {
    passwords_.emplace(worker.loop(), options_.auth.password_hash(), options_.passwords_waiting);
  }
}

void AdminUi::serve() {
  const Namespace nsp = pages();
  if (passwords_) {
    nsp.use([this](Socket& socket, const Next& next) { authenticate(socket, next); });
  }
  nsp.on_connection([this](const Socket& page) { greet(page); });
  if (!options_.readonly) add_commands();
}

std::chrono::system_clock::time_point AdminUi::now() const {
  return std::chrono::system_clock::time_point(
      std::chrono::milliseconds(node_.loop().wall_clock_ms()));
}

// --- Pages ---

void AdminUi::authenticate(const Socket& socket, const Next& next) {
  const json& auth = socket.handshake().auth;
  const MiddlewareError refusal{"invalid credentials"};
  const auto session = text_of(auth, "sessionId");
  if (session && sessions_.contains(*session)) return next();
  const auto password = text_of(auth, "password");
  if (!password || text_of(auth, "username") != options_.auth.username()) return next(refusal);
  const bool is_admitted =
      passwords_->check(*password, [weak = weak_from_this(), socket, next, refusal](bool matches) {
        const auto self = weak.lock();
        if (!self || !matches) return next(refusal);
        const std::string id = random_id(self->node_.loop().entropy());
        self->sessions_.add(id);
        socket.data<NewSession>().id = id;
        next();
      });
  if (!is_admitted) next(refusal);
}

void AdminUi::greet(const Socket& page) {
  // Not from the middleware, as in JavaScript: the page misses what comes before it is connected.
  const std::string& session = page.data<NewSession>().id;
  if (!session.empty()) page.emit("session", session);
  page.emit("config", json{{"supportedFeatures", features()}});
  if (!is_development()) return;
  json sockets = json::array();
  for (const auto& nsp : node_.namespaces()) {
    for (core::SocketState* const socket : nsp->everybody()) sockets.push_back(describe(*socket));
  }
  page.emit("all_sockets", std::move(sockets));
}

json AdminUi::features() const {
  json features = json::array();
  if (!options_.readonly) {
    features = {"EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"};
  }
  features.push_back("AGGREGATED_EVENTS");
  if (is_development()) features.push_back("ALL_EVENTS");
  return features;
}

void AdminUi::add_commands() {
  using Room = std::optional<std::string>;
  const Namespace nsp = pages();
  nsp.on("emit", [this](const std::string& of, const Room& room, const std::string& event,
                        const Arguments& arguments) {
    for_named(of, room, [&](const BroadcastOperator& them) { them.emit(event, arguments); });
  });
  nsp.on("join", [this](const std::string& of, const std::string& joined, const Room& room) {
    for_named(of, room, [&](const BroadcastOperator& them) { them.sockets_join(joined); });
  });
  nsp.on("leave", [this](const std::string& of, const std::string& left, const Room& room) {
    for_named(of, room, [&](const BroadcastOperator& them) { them.sockets_leave(left); });
  });
  nsp.on("_disconnect", [this](const std::string& of, bool closes, const Room& room) {
    const Close close = closes ? Close::connection : Close::socket;
    for_named(of, room, [&](const BroadcastOperator& them) { them.disconnect_sockets(close); });
  });
}

void AdminUi::for_named(const std::string& nsp, const std::optional<std::string>& room,
                        const std::function<void(const BroadcastOperator&)>& command) {
  const auto found = node_.find(parser::namespace_name(nsp));
  if (!found) return;
  const Namespace named(found);
  // As in JavaScript, an empty text is no room.
  command(room && !room->empty() ? named.in(*room) : named.in(std::vector<std::string>{}));
}

void AdminUi::tell_stats() {
  json events = events_.take();
  if (has_pages()) tell_numbers(std::move(events));
  if (is_development()) tell_data();
}

void AdminUi::tell_numbers(json events) {
  json namespaces = json::array();
  for (const auto& nsp : node_.namespaces()) {
    namespaces.push_back({{"name", nsp->name()}, {"socketsCount", nsp->socket_count()}});
  }
  const std::chrono::duration<double> uptime = node_.loop().now() - started_;
  const std::string& id = options_.server_id;
  tell("server_stats", json{{"serverId", id.empty() ? host_name_ : id},
                            {"hostname", host_name_},
                            {"pid", net::process_number()},
                            {"uptime", uptime.count()},
                            {"clientsCount", worker_.engine().session_count()},
                            {"pollingClientsCount",
                             worker_.engine().counters().open[engine::TransportName::polling]},
                            {"aggregatedEvents", std::move(events)},
                            {"namespaces", std::move(namespaces)}});
}

void AdminUi::tell_data() {
  for (const auto& nsp : node_.namespaces()) {
    for (core::SocketState* const socket : nsp->everybody()) {
      const json* const data = socket->json_data();
      const auto told = told_data_.find(socket->id());
      if (!data || told == told_data_.end() || told->second == *data) continue;
      told->second = *data;
      tell("socket_updated", json{{"id", socket->id()}, {"nsp", nsp->name()}, {"data", *data}});
    }
  }
}

// --- What happens to clients ---

void AdminUi::count(std::string_view packets, std::string_view bytes,
                    const engine::PacketView& packet) {
  if (packet.data.empty()) return;
  const std::int64_t now_ms = node_.loop().wall_clock_ms();
  events_.add(now_ms, packets);
  events_.add(now_ms, bytes, {}, packet.data.size());
}

void AdminUi::on_client(const std::shared_ptr<core::Connection>& client) {
  const engine::Socket conn(core::EngineSocketState::of(node_.link(), client->shared_session()));
  events_.add(node_.loop().wall_clock_ms(), "rawConnection");
  conn.on_packet(
      [this](const engine::PacketView& packet) { count("packetsIn", "bytesIn", packet); });
  conn.on_packet_create(
      [this](const engine::PacketView& packet) { count("packetsOut", "bytesOut", packet); });
  conn.on_close([this](DisconnectReason reason) {
    events_.add(node_.loop().wall_clock_ms(), "rawDisconnection", to_string(reason));
  });
  if (!is_development()) return;
  conn.on_upgrade([this, weak = std::weak_ptr(client)](std::string_view transport) {
    if (const auto upgraded = weak.lock()) tell_transport(*upgraded, transport);
  });
}

void AdminUi::tell_transport(const core::Connection& client, std::string_view transport) {
  for (const auto& socket : client.sockets()) {
    if (!socket->connected()) continue;
    tell("socket_updated",
         json{{"id", socket->id()}, {"nsp", socket->nsp().name()}, {"transport", transport}});
  }
}

void AdminUi::on_connected(core::SocketState& state) {
  if (!is_development()) return;
  if (has_pages()) tell("socket_connected", describe(state), now());
  told_data_[state.id()] = data_of(state);
  // What a page is sent would be sent to the pages.
  if (&state.nsp() != &nsp_) watch_events(state);
  Socket(state.shared_from_this())
      .on_disconnect([this](const Socket& gone, DisconnectReason reason) {
        told_data_.erase(gone.id());
        tell("socket_disconnected", gone.nsp().name(), gone.id(), to_string(reason), now());
      });
}

void AdminUi::watch_events(core::SocketState& socket) {
  // Not with Socket::on_any(), which would decode events that are shown to nobody.
  const auto teller = [this](const char* what) {
    return [this, what](const Socket& whose, std::string_view event,
                        detail::WatchedArguments& arguments) {
      if (!has_pages()) return;
      tell(what, whose.nsp().name(), whose.id(), with_name(event, arguments.as_json()), now());
    };
  };
  socket.handlers().any.add(teller("event_received"));
  socket.handlers().any_outgoing.add(teller("event_sent"));
  socket.nsp().watch_outgoing();
}

void AdminUi::on_joined(core::NamespaceState& nsp, const std::string& id,
                        const std::vector<std::string>& rooms) {
  if (!is_development()) return;
  for (const std::string& room : rooms) tell("room_joined", nsp.name(), room, id, now());
}

void AdminUi::on_left(core::NamespaceState& nsp, const std::string& id,
                      const std::vector<std::string>& rooms) noexcept {
  if (!is_development() || !has_pages()) return;
  try {
    // As in JavaScript, behind what the reason for leaving leads to.
    node_.loop().defer([weak = weak_from_this(), name = nsp.name(), id, rooms, left = now()] {
      const auto self = weak.lock();
      if (!self) return;
      for (const std::string& room : rooms) self->tell("room_left", name, room, id, left);
    });
  } catch (...) {
    node_.report("admin_ui", std::current_exception());
  }
}

}  // namespace socketio::admin
