// SPDX-License-Identifier: MIT
// MessageAdapter: an adapter that reaches its sockets only by messages, as if they were in another
// process. Every request is encoded as bytes, decoded again, and executed by a LocalAdapter; the
// result returns in the same way. Code that works with this adapter therefore needs no object of
// the process that makes the request.
//
// Life cycle and threads: as for Adapter. Messages arrive at once.
#pragma once

#include "cluster/adapter.hpp"
#include "codec/json/document.hpp"
#include "core/server/adapter.hpp"
#include "core/server/local_adapter.hpp"

#include <socketio/acknowledgement.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::support {

class MessageAdapter final : public core::Adapter {
 public:
  explicit MessageAdapter(core::NamespaceState& nsp) : local_(nsp) {}
  static core::AdapterFactory factory() {
    return [](core::NamespaceState& nsp) { return std::make_unique<MessageAdapter>(nsp); };
  }

  std::size_t room_count() const { return local_.room_count(); }

  // --- Asking ---

  void server_count(CountCallback counted) override {
    publish({{"type", "server_count"}, {"request", expect({.count = std::move(counted)})}});
  }
  void add_all(std::string_view id, std::span<const std::string> rooms) override {
    const std::vector<std::string> names(rooms.begin(), rooms.end());
    publish({{"type", "add_all"}, {"id", id}, {"rooms", names}});
  }
  void del(std::string_view id, std::string_view room) override {
    publish({{"type", "del"}, {"id", id}, {"rooms", {room}}});
  }
  void del_all(std::string_view id) override { publish({{"type", "del_all"}, {"id", id}}); }
  std::vector<std::string> socket_rooms(std::string_view id) override {
    std::vector<std::string> rooms;
    const auto keep = [&](std::vector<std::string> found) { rooms = std::move(found); };
    publish({{"type", "socket_rooms"}, {"id", id}, {"request", expect({.names = keep})}});
    return rooms;
  }
  void broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options) override {
    publish({{"type", "broadcast"}, {"packet", written(event)}, {"opts", written(options)}});
  }
  void broadcast_with_ack(core::WrittenEvent event, const detail::BroadcastOptions& options,
                          AskedCallback asked, detail::AckCallback answered) override {
    const auto count = [asked = std::move(asked)](std::size_t clients) { asked(clients, {}); };
    const auto id = expect({.count = count, .answered = std::move(answered)});
    publish({{"type", "broadcast_with_ack"},
             {"packet", written(event)},
             {"opts", written(options)},
             {"request", id}});
  }
  void sockets(std::vector<std::string> rooms, IdsCallback found) override {
    const auto id = expect({.names = std::move(found)});
    publish({{"type", "sockets"}, {"rooms", std::move(rooms)}, {"request", id}});
  }
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override {
    const auto id = expect({.sockets = std::move(found)});
    publish({{"type", "fetch_sockets"}, {"opts", written(options)}, {"request", id}});
  }
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override {
    publish({{"type", "add_sockets"}, {"opts", written(options)}, {"rooms", std::move(rooms)}});
  }
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override {
    publish({{"type", "del_sockets"}, {"opts", written(options)}, {"rooms", std::move(rooms)}});
  }
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override {
    publish({{"type", "disconnect_sockets"}, {"opts", written(options)}, {"close", close}});
  }
  // There is no other server.
  void server_side_emit(core::WrittenEvent) override {}
  void server_side_emit_with_ack(core::WrittenEvent, detail::AckCallback,
                                 detail::AllCallback all) override {
    all({});
  }

 private:
  using Message = std::vector<std::uint8_t>;

  /// The callbacks that wait for the responses to a request: either one response, or a number of
  /// clients and an answer from each. Holds the namespace, and is released with the last response.
  struct Waiting {
    CountCallback count{};
    detail::AckCallback answered{};
    FetchCallback sockets{};
    IdsCallback names{};
    std::optional<std::size_t> clients{};
    std::size_t answers = 0;
  };

  std::uint64_t expect(Waiting waiting) {
    waiting_.emplace(++last_request_, std::move(waiting));
    return last_request_;
  }
  void publish(const json& request) { serve(json::to_cbor(request)); }
  void respond(const json& response) { on_response(json::to_cbor(response)); }

  void on_response(const Message& message) {
    const json response = json::from_cbor(message);
    const auto known = waiting_.find(response.at("request"));
    if (response.contains("count") && known->second.answered) {
      known->second.clients = response["count"];
    } else if (known->second.answered) {
      ++known->second.answers;
    }
    // A copy, because the callback may make another request.
    const Waiting waiting = known->second;
    if (!waiting.answered || waiting.clients == waiting.answers) waiting_.erase(known);
    if (response.contains("count")) return waiting.count(response["count"]);
    if (response.contains("names")) return waiting.names(response["names"]);
    if (response.contains("error"))
      return waiting.answered(static_cast<Errc>(response["error"].get<int>()), nullptr);
    if (response.contains("sockets")) {
      std::vector<core::SocketDetails> sockets;
      for (const json& details : response["sockets"]) sockets.push_back(socket_from(details));
      return waiting.sockets(std::move(sockets), {});
    }
    const std::string text = "[" + response.at("elements").get<std::string>() + "]";
    const std::vector<Bytes> attachments = response.at("attachments");
    codec::Document document(codec::own_text);
    const auto arguments = document.parse(text, attachments);
    if (!arguments) throw std::logic_error("an answer has been written that cannot be read");
    waiting.answered({}, &*arguments);
  }

  // --- Serving ---

  void serve(const Message& message) {
    const json request = json::from_cbor(message);
    const std::string type = request.at("type");
    const auto names = [&] { return request.at("rooms").get<std::vector<std::string>>(); };
    if (type == "add_all") return local_.add_all(id_of(request), names());
    if (type == "del") return local_.del(id_of(request), names().at(0));
    if (type == "del_all") return local_.del_all(id_of(request));
    if (request.contains("request")) return serve_with_response(type, request);
    const detail::BroadcastOptions options = options_from(request.at("opts"));
    if (type == "add_sockets") return local_.add_sockets(options, names());
    if (type == "del_sockets") return local_.del_sockets(options, names());
    if (type == "disconnect_sockets")
      return local_.disconnect_sockets(options, request.at("close").get<Close>());
    const std::string text = request.at("packet").at("text");
    local_.broadcast({text, request.at("packet").at("attachments")}, options);
  }

  void serve_with_response(const std::string& type, const json& request) {
    const std::uint64_t id = request.at("request");
    const auto on_count = [this, id](std::size_t count) {
      respond({{"request", id}, {"count", count}});
    };
    const auto on_names = [this, id](const std::vector<std::string>& names) {
      respond({{"request", id}, {"names", names}});
    };
    if (type == "server_count") return local_.server_count(on_count);
    if (type == "socket_rooms") return on_names(local_.socket_rooms(id_of(request)));
    if (type == "sockets") return local_.sockets(request.at("rooms"), on_names);
    const detail::BroadcastOptions options = options_from(request.at("opts"));
    if (type == "fetch_sockets") {
      return local_.fetch_sockets(
          options, [this, id](const std::vector<core::SocketDetails>& found, const MissingNodes&) {
            json sockets = json::array();
            for (const core::SocketDetails& details : found) sockets.push_back(written(details));
            respond({{"request", id}, {"sockets", std::move(sockets)}});
          });
    }
    const std::string text = request.at("packet").at("text");
    local_.broadcast_with_ack(
        {text, request.at("packet").at("attachments")}, options,
        [on_count](std::size_t clients, const MissingNodes&) { on_count(clients); },
        [this, id](std::error_code error, const Value* arguments) {
          if (error) return respond({{"request", id}, {"error", error.value()}});
          const Arguments all = detail::all_arguments(*arguments);
          respond(
              {{"request", id}, {"elements", all.elements()}, {"attachments", all.attachments()}});
        });
  }

  static std::string id_of(const json& request) { return request.at("id"); }

  // --- Values as JSON ---

  static json written(const core::WrittenEvent& event) {
    return {{"text", event.text}, {"attachments", event.attachments}};
  }
  static json written(const detail::BroadcastOptions& options) {
    const detail::EmitFlags& flags = options.flags;
    json written_flags{
        {"volatile", flags.is_volatile}, {"compress", flags.compress}, {"local", flags.is_local}};
    if (flags.timeout) written_flags["timeout"] = flags.timeout->count();
    return {{"rooms", options.rooms}, {"except", options.except}, {"flags", written_flags}};
  }
  static detail::BroadcastOptions options_from(const json& written_options) {
    detail::BroadcastOptions options{written_options.at("rooms"), written_options.at("except"), {}};
    const json& flags = written_options.at("flags");
    options.flags.is_volatile = flags.at("volatile");
    options.flags.compress = flags.at("compress");
    options.flags.is_local = flags.at("local");
    if (flags.contains("timeout"))
      options.flags.timeout = std::chrono::milliseconds(flags["timeout"].get<std::int64_t>());
    return options;
  }
  static json written(const core::SocketDetails& socket) {
    return {{"id", socket.id},
            {"rooms", socket.rooms},
            {"data", socket.data},
            {"handshake", socket.handshake}};
  }
  static core::SocketDetails socket_from(const json& details) {
    const json& handshake = details.at("handshake");
    return {.id = details.at("id"),
            .handshake = {.headers = handshake.at("headers"),
                          .query = handshake.at("query"),
                          .auth = handshake.at("auth"),
                          .address = handshake.at("address"),
                          .url = handshake.at("url"),
                          .issued_ms = handshake.at("issued"),
                          .time = handshake.at("time"),
                          .secure = handshake.at("secure"),
                          .xdomain = handshake.at("xdomain")},
            .rooms = details.at("rooms"),
            .data = details.at("data")};
  }

  core::LocalAdapter local_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_request_ = 0;
};

/// The number of rooms with members at this node.
inline std::size_t room_count(const core::Adapter& adapter) {
  if (const auto* const in_cluster = dynamic_cast<const cluster::ClusterAdapter*>(&adapter))
    return in_cluster->local().room_count();
  const auto* const by_messages = dynamic_cast<const MessageAdapter*>(&adapter);
  return by_messages ? by_messages->room_count()
                     : dynamic_cast<const core::LocalAdapter&>(adapter).room_count();
}

}  // namespace socketio::support
