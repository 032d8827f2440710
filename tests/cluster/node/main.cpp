// SPDX-License-Identifier: MIT
// A node of a cluster made of this library; tests/cluster/README.md describes what a node has to do.
#include "lines.hpp"
#include "relay_bus.hpp"

#include <socketio/json_writer.hpp>
#include <socketio/redis.hpp>
#include <socketio/redis_emitter.hpp>
#include <socketio/server.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cluster_node {
namespace {

using socketio::Ack;
using socketio::Adapter;
using socketio::Arguments;
using socketio::BroadcastOperator;
using socketio::Close;
using socketio::json;
using socketio::Namespace;
using socketio::Socket;
using Rooms = std::vector<std::string>;

struct Options {
  std::string adapter;
  std::string redis;
  std::int64_t request_timeout_ms = 5000;
  std::size_t threads = 1;
  bool recovery = false;
};

std::string kind_of(const std::string& adapter) { return adapter.substr(0, adapter.find(':')); }

std::string detail_of(const std::string& adapter) {
  const auto colon = adapter.find(':');
  return colon == std::string::npos ? "" : adapter.substr(colon + 1);
}

/// The detail of streams is a number of them, `sharded`, or both with a colon.
std::size_t stream_count_in(const std::string& detail) {
  return std::isdigit(static_cast<unsigned char>(detail[0])) != 0 ? std::stoul(detail) : 1;
}

Adapter make_adapter(const Options& options) {
  const std::string kind = kind_of(options.adapter);
  const std::string detail = detail_of(options.adapter);
  if (kind == "classic") {
    return socketio::redis_adapter(
        {.url = options.redis,
         .requests_timeout = std::chrono::milliseconds(options.request_timeout_ms),
         .publish_on_specific_response_channel = detail == "specific"});
  }
  if (kind == "sharded") {
    using Mode = socketio::SubscriptionMode;
    const std::map<std::string, Mode> modes = {{"static", Mode::static_mode},
                                               {"dynamic", Mode::dynamic},
                                               {"dynamic-private", Mode::dynamic_private}};
    return socketio::sharded_redis_adapter(
        {.url = options.redis, .subscription_mode = modes.at(detail)});
  }
  if (kind == "streams") {
    return socketio::redis_streams_adapter({.url = options.redis,
                                            .stream_count = stream_count_in(detail),
                                            .use_sharded_pub_sub = detail.ends_with("sharded")});
  }
  if (kind == "own") {
    return socketio::cluster_adapter(
        [url = options.redis](socketio::ClusterBus::Receiver receiver) {
          return std::make_unique<RelayBus>(url, std::move(receiver));
        },
        {.requests_timeout = std::chrono::milliseconds(options.request_timeout_ms)});
  }
  throw std::invalid_argument("no adapter " + options.adapter);
}

socketio::ServerOptions server_options(const Options& options) {
  socketio::ServerOptions server{
      .threads = options.threads, .adapter = make_adapter(options), .serve_client = false};
  if (options.recovery) server.connection_state_recovery.emplace();
  return server;
}

/// All elements of a list, to be emitted as that many arguments.
Arguments arguments_of(const json& list) {
  socketio::TextBuffer text;
  std::vector<socketio::Bytes> attachments;
  socketio::JsonWriter writer(text, attachments);
  for (const json& item : list) writer.value(item);
  return {std::string(text.view()), std::move(attachments)};
}

/// The arguments of a command: whom it is about, a name, and what follows.
struct Call {
  explicit Call(const json& args) : to(args.at(0)) {
    if (args.size() > 1) value = args[1];
    rest = json::array();
    for (std::size_t i = 2; i < args.size(); ++i) rest.push_back(args[i]);
  }
  std::string event() const { return value.get<std::string>(); }
  json to;
  json value;
  json rest;
};

class Node {
 public:
  explicit Node(const Options& options) : io_(server_options(options)) {
    serve(io_.of("/"));
    serve(io_.of("/custom"));
    serve(dynamic_);
    io_.stop_on_signals();
  }

  void run() {
    const auto port = io_.listen("127.0.0.1", 0);
    std::cout << "listening on " << port << std::endl;
    std::thread commands([this] { read_commands(); });
    io_.run();
    commands.detach();
  }

 private:
  using Done = std::function<void(json result)>;

  void serve(Namespace nsp) {
    nsp.on("join", [](const Socket& socket, const json& rooms, const Ack<>& ack) {
      socket.join(rooms.is_array() ? rooms.get<Rooms>() : Rooms{rooms.get<std::string>()});
      ack();
    });
    nsp.on("leave", [](const Socket& socket, const std::string& room, const Ack<>& ack) {
      socket.leave(room);
      ack();
    });
    nsp.on("set-data", [](const Socket& socket, const json& data, const Ack<>& ack) {
      socket.data() = data;
      ack();
    });
    nsp.on("to-room", [](const Socket& socket, const std::string& room, const std::string& event,
                         const Arguments& args) { socket.to(room).emit(event, args); });
    nsp.on("to-others", [](const Socket& socket, const std::string& event, const Arguments& args) {
      socket.broadcast().emit(event, args);
    });
    nsp.on("recovered",
           [](const Socket& socket, const Ack<bool>& ack) { ack(socket.recovered()); });
    nsp.on_server_side_emit("note", [this, name = nsp.name()](const Arguments& args) {
      heard_.push_back({{"nsp", name}, {"args", args.to_json()}});
    });
    nsp.on_server_side_emit("ask", [](const Arguments& args, const Ack<json>& ack) {
      ack({{"pid", getpid()}, {"args", args.to_json()}});
    });
    nsp.on_server_side_emit("ask-nobody", [](const Ack<json>&) {});
  }

  Namespace nsp_of(const json& to) {
    return to.value("parent", false) ? dynamic_ : io_.of(to.value("nsp", "/"));
  }

  BroadcastOperator operator_of(const json& to) {
    BroadcastOperator target = nsp_of(to).except(to.value("except", Rooms()));
    if (const auto rooms = to.value("rooms", Rooms()); !rooms.empty()) target = target.to(rooms);
    const json flags = to.value("flags", json::object());
    if (flags.value("local", false)) target = target.local();
    if (flags.value("volatile", false)) target = target.volatile_();
    if (!flags.value("compress", true)) target = target.compress(socketio::Compress::no);
    if (flags.contains("timeout"))
      target = target.timeout(std::chrono::milliseconds(flags["timeout"].get<int>()));
    return target;
  }

  template <class Replies>
  static json answers(const Replies& replies) {
    return {{"responses", replies.values()}, {"isComplete", replies.has_value()}};
  }

  static json details(const std::vector<socketio::RemoteSocket>& sockets) {
    json list = json::array();
    for (const auto& socket : sockets) {
      Rooms rooms = socket.rooms;
      std::sort(rooms.begin(), rooms.end());
      list.push_back({{"id", socket.id},
                      {"rooms", rooms},
                      {"data", socket.data},
                      {"auth", socket.handshake.auth},
                      {"headers", socket.handshake.headers}});
    }
    return list;
  }

  void act_on_remote_socket(const Call& call, const Done& done) {
    const auto id = call.to.at("id").get<std::string>();
    nsp_of(call.to).in(id).fetch_sockets().then([call, done](const auto& found) {
      const auto& socket = found.at(0);
      const json& args = call.rest;
      if (call.value == "join") socket.join(args[0].get<std::string>());
      if (call.value == "leave") socket.leave(args[0].get<std::string>());
      if (call.value == "disconnect")
        socket.disconnect(args[0].get<bool>() ? Close::connection : Close::socket);
      if (call.value == "emit")
        socket.emit(args[0].get<std::string>(), arguments_of(json(args.begin() + 1, args.end())));
      done(nullptr);
    });
  }

  void execute(const std::string& command, const json& args, const Done& done) {
    if (command == "heard") return done(heard_);
    if (command == "pid") return done(getpid());
    const Call call(args);
    if (command == "emit") {
      operator_of(call.to).emit(call.event(), arguments_of(call.rest));
    } else if (command == "emitWithAck") {
      return operator_of(call.to)
          .emit_with_ack(call.event(), arguments_of(call.rest))
          .then([done](const auto& replies) { done(answers(replies)); });
    } else if (command == "socketsJoin") {
      operator_of(call.to).sockets_join(call.value.get<Rooms>());
    } else if (command == "socketsLeave") {
      operator_of(call.to).sockets_leave(call.value.get<Rooms>());
    } else if (command == "disconnectSockets") {
      operator_of(call.to).disconnect_sockets(call.value.get<bool>() ? Close::connection
                                                                     : Close::socket);
    } else if (command == "fetchSockets") {
      return operator_of(call.to).fetch_sockets().then(
          [done](const auto& found) { done(details(found)); });
    } else if (command == "missingNodes") {
      return operator_of(call.to).fetch_sockets().then(
          [done](const auto& found) { done(found.missing_nodes().count); });
    } else if (command == "remoteSocket") {
      return act_on_remote_socket(call, done);
    } else if (command == "serverSideEmit") {
      nsp_of(call.to).server_side_emit(call.event(), arguments_of(call.rest));
    } else if (command == "serverSideEmitWithAck") {
      return nsp_of(call.to)
          .server_side_emit_with_ack(call.event(), arguments_of(call.rest))
          .then([done](const auto& replies) { done(answers(replies)); });
    } else if (command == "serverCount") {
      return nsp_of(call.to).server_count().then([done](std::size_t count) { done(count); });
    } else {
      throw std::invalid_argument("no command " + command);
    }
    done(nullptr);
  }

  void read_commands() {
    for (std::string line; std::getline(std::cin, line);) {
      io_.post([this, request = from_line(line)] {
        const json id = request.at("id");
        const auto answer = [id](const char* kind, const json& value) {
          std::cout << to_line({{"id", id}, {kind, value}}) << std::endl;
        };
        try {
          execute(request.at("command"), request.at("args"),
                  [answer](const json& result) { answer("result", result); });
        } catch (const std::exception& error) {
          answer("error", error.what());
        }
      });
    }
  }

  socketio::Server io_;
  Namespace dynamic_ = io_.of(std::regex(R"(/dynamic-\d+)"));
  json heard_ = json::array();
};

/// For servers with the adapter.
socketio::Emitter make_emitter(const Options& options) {
  if (kind_of(options.adapter) != "streams") return socketio::Emitter({.url = options.redis});
  return socketio::redis_streams_emitter(
      {.url = options.redis, .stream_count = stream_count_in(detail_of(options.adapter))});
}

/// Executes the commands of an emitter, which has no server.
void emit(const socketio::Emitter& everybody) {
  for (std::string line; std::getline(std::cin, line);) {
    const json request = from_line(line);
    const std::string command = request.at("command");
    const Call call(request.at("args"));
    socketio::Emitter target =
        everybody.of(call.to.value("nsp", "/")).except(call.to.value("except", Rooms()));
    if (const auto rooms = call.to.value("rooms", Rooms()); !rooms.empty())
      target = target.to(rooms);
    if (call.to.value("flags", json::object()).value("volatile", false))
      target = target.volatile_();
    if (command == "emit") target.emit(call.event(), arguments_of(call.rest));
    if (command == "socketsJoin") target.sockets_join(call.value.get<Rooms>());
    if (command == "socketsLeave") target.sockets_leave(call.value.get<Rooms>());
    if (command == "disconnectSockets")
      target.disconnect_sockets(call.value.get<bool>() ? Close::connection : Close::socket);
    if (command == "serverSideEmit") target.server_side_emit(call.event(), arguments_of(call.rest));
    std::cout << to_line({{"id", request.at("id")}, {"result", nullptr}}) << std::endl;
  }
}

}  // namespace
}  // namespace cluster_node

int main(int argc, char** argv) {
  cluster_node::Options options;
  CLI::App app("A node of the clusters of tests/cluster");
  app.add_option("--adapter", options.adapter,
                 "classic, classic:specific, sharded:<mode>, streams[:<number>][:sharded], own");
  app.add_option("--redis", options.redis, "URL, for own that of a relay");
  app.add_option("--request-timeout", options.request_timeout_ms, "milliseconds");
  app.add_flag("--recovery", options.recovery, "clients may come back");
  app.add_option("--threads", options.threads, "loops");
  bool is_emitter = false;
  app.add_flag("--emitter", is_emitter, "no server, but an emitter");
  CLI11_PARSE(app, argc, argv);
  try {
    if (is_emitter) {
      std::cout << "listening on 0" << std::endl;
      cluster_node::emit(cluster_node::make_emitter(options));
      return 0;
    }
    cluster_node::Node(options).run();
  } catch (const std::exception& error) {
    std::cerr << "cluster_node: " << error.what() << '\n';
    return 1;
  }
  // The thread that reads commands waits for a line, which may never come.
  std::_Exit(0);
}
