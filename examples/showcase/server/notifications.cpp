// SPDX-License-Identifier: MIT
#include "notifications.hpp"

#include "refusal.hpp"
#include "text.hpp"

namespace showcase {
namespace {

using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::json;
using socketio::Socket;

constexpr std::size_t user_limit = 24;  // characters
constexpr std::size_t item_limit = 60;

/// Kept with each socket; empty until it says whose it is.
struct Authenticated {
  std::string user;
};

/// All connections of one user.
std::string room_of(const std::string& user) { return "user:" + user; }

HttpResponse failure(std::uint16_t status, std::string_view why) {
  return HttpResponse::of_json({{"error", why}}, status);
}

/// A user's id may be text or a number; empty if it is neither.
std::string id_of(const json& user) {
  if (user.is_number_integer()) return user.dump();
  return user.is_string() ? user.get<std::string>() : std::string();
}

/// The text of that name in a JSON object; empty if there is none.
std::string text_at(const std::optional<json>& object, const char* name) {
  if (!object || !object->is_object()) return {};
  const auto found = object->find(name);
  return found != object->end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Notifications::Notifications(socketio::Server& io, Database& database)
    : io_(io), database_(database), orders_(database) {
  io.on("authenticate",
        [this](Socket& socket, json user) { return on_authenticate(socket, user); });
  auto& http = io.http();
  http.get("/api/orders", [this](const HttpRequest& request) { return list(request); });
  http.post("/api/orders", [this](const HttpRequest& request) { return place(request); });
  http.post("/api/orders/:orderId/status",
            [this](const HttpRequest& request) { return change_status(request); });
}

/// It believes what the client says: the page about accounts shows how to make sure.
json Notifications::on_authenticate(Socket& socket, const json& user) {
  const auto clean = clean_name(id_of(user), user_limit);
  if (!clean) return refused(socket, "A user's id has 1 to 24 visible characters.");
  auto& mine = socket.data<Authenticated>();
  if (!mine.user.empty()) socket.leave(room_of(mine.user));
  mine.user = *clean;
  socket.join(room_of(mine.user));
  return {{"ok", true}, {"userId", mine.user}};
}

HttpResponse Notifications::list(const HttpRequest& request) {
  return HttpResponse::of_json(orders_.list(request.query_value("userId")));
}

HttpResponse Notifications::place(const HttpRequest& request) {
  const auto body = request.body_json();
  const auto user = clean_name(text_at(body, "userId"), user_limit);
  const auto item = clean_name(text_at(body, "item"), item_limit);
  if (!user || !item) return failure(400, "Send JSON with userId and item.");
  return HttpResponse::of_json(orders_.place(*user, *item), 201);
}

HttpResponse Notifications::change_status(const HttpRequest& request) {
  const std::string status = text_at(request.body_json(), "status");
  if (!is_order_status(status)) {
    return failure(
        400, "Send JSON with a status: pending, processing, shipped, delivered or cancelled.");
  }
  const Turn turn = database_.take_turn();
  const auto order = orders_.find(request.param("orderId"));
  if (!order) return failure(404, "There is no such order.");
  if (!may_become(order->status, status))
    return failure(409, "The order is " + order->status + ": it cannot become " + status + ".");
  orders_.set_status(order->id, status);
  io_.to(room_of(order->userId))
      .emit("notification", json{{"type", "order-status"},
                                 {"orderId", order->id},
                                 {"status", status},
                                 {"message", "Order " + order->id + " is " + status + "."}});
  return HttpResponse::of_json({{"success", true}});
}

}  // namespace showcase
