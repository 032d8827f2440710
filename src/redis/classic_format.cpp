// SPDX-License-Identifier: MIT
#include "redis/classic_format.hpp"

#include "cluster/content.hpp"

#include <set>
#include <utility>

namespace socketio::redis {
namespace {

using AnswerForm = ClassicRequest::Answer;

/// RequestType of the package.
enum class ClassicType : std::uint8_t {
  sockets,
  all_rooms,
  remote_join,
  remote_leave,
  remote_disconnect,
  remote_fetch,
  server_side_emit,
  broadcast,
  broadcast_client_count,
  broadcast_ack
};

/// PSUBSCRIBE takes these characters for wildcards (redis.io, "KEYS").
std::string as_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

/// Writes one message.
class ClassicWriter {
 public:
  ClassicWriter(const cluster::Message& message, cluster::WireText& wire)
      : message_(message), wire_(wire) {}

  Result<std::string, cluster::FormatErrc> write() {
    return std::visit([&](const auto& body) { return write(body); }, message_.body);
  }

 private:
  using Written = Result<std::string, cluster::FormatErrc>;

  void begin_request(ClassicType type, const cluster::RequestId& request) {
    writer_.begin_object();
    writer_.key("uid");
    writer_.string(message_.sender);
    if (!request.empty()) {
      writer_.key("requestId");
      writer_.string(request);
    }
    writer_.key("type");
    writer_.unsigned_integer(static_cast<std::uint64_t>(type));
  }
  void begin_response(ClassicType type, const cluster::RequestId& request) {
    writer_.begin_object();
    writer_.key("type");
    writer_.unsigned_integer(static_cast<std::uint64_t>(type));
    writer_.key("requestId");
    writer_.string(request);
  }
  void write_opts(const detail::BroadcastOptions& options, cluster::Flags flags) {
    writer_.key("opts");
    cluster::write_options(writer_, options, flags);
  }
  Written finish(const std::vector<Bytes>& attachments) {
    writer_.end_object();
    return wire_.to_bytes(text_.view(), attachments);
  }
  Written finish() { return finish(attachments_); }

  Written write(const cluster::Broadcast& body) {
    if (body.request.empty()) {
      writer_.begin_array();
      writer_.string(message_.sender);
      cluster::write_packet(writer_, body.event, message_.nsp);
      cluster::write_options(writer_, body.options, cluster::Flags::written);
      writer_.end_array();
    } else {
      begin_request(ClassicType::broadcast, body.request);
      writer_.key("packet");
      cluster::write_packet(writer_, body.event, message_.nsp);
      write_opts(body.options, cluster::Flags::written);
      writer_.end_object();
    }
    return wire_.to_msgpack(text_.view(), body.event.attachments);
  }
  Written write_change(ClassicType type, const detail::BroadcastOptions& options,
                       const std::vector<std::string>& rooms) {
    begin_request(type, {});
    write_opts(options, cluster::Flags::left_out);
    writer_.key("rooms");
    cluster::write_rooms(writer_, rooms);
    return finish();
  }
  Written write(const cluster::SocketsJoin& body) {
    return write_change(ClassicType::remote_join, body.options, body.rooms);
  }
  Written write(const cluster::SocketsLeave& body) {
    return write_change(ClassicType::remote_leave, body.options, body.rooms);
  }
  Written write(const cluster::DisconnectSockets& body) {
    begin_request(ClassicType::remote_disconnect, {});
    write_opts(body.options, cluster::Flags::left_out);
    writer_.key("close");
    writer_.boolean(body.close == Close::connection);
    return finish();
  }
  Written write(const cluster::FetchSockets& body) {
    begin_request(ClassicType::remote_fetch, body.request);
    write_opts(body.options, cluster::Flags::left_out);
    return finish();
  }
  Written write(const cluster::ServerSideEmit& body) {
    begin_request(ClassicType::server_side_emit, body.request);
    writer_.key("data");
    writer_.raw(body.event.text);
    return finish(body.event.attachments);
  }

  Written write(const cluster::ClientCount& body) {
    begin_response(ClassicType::broadcast_client_count, body.request);
    writer_.key("clientCount");
    writer_.unsigned_integer(body.clients);
    return finish();
  }
  /// JavaScript has no form for an error: a client that fails does not answer.
  Written write(const cluster::ClientAnswer& body) {
    if (body.error) return cluster::FormatErrc::not_carried;
    begin_response(ClassicType::broadcast_ack, body.request);
    const auto argument = cluster::first_of(cluster::written(body.arguments));
    writer_.key("packet");
    writer_.raw(argument.text);
    writer_.end_object();
    return wire_.to_msgpack(text_.view(), argument.attachments);
  }
  Written write(const cluster::Sockets& body) {
    writer_.begin_object();
    writer_.key("requestId");
    writer_.string(body.request);
    writer_.key("sockets");
    cluster::write_sockets(writer_, body.sockets);
    return finish();
  }
  Written write(const cluster::ServerSideAnswer& body) {
    if (body.answers.empty()) return cluster::FormatErrc::not_carried;
    begin_response(ClassicType::server_side_emit, body.request);
    writer_.key("data");
    writer_.raw(body.answers.front().text);
    return finish(body.answers.front().attachments);
  }

  /// Redis counts the nodes, so they do not introduce themselves.
  static Written write(const cluster::Hello&) { return cluster::FormatErrc::not_carried; }
  static Written write(const cluster::Heartbeat&) { return cluster::FormatErrc::not_carried; }
  static Written write(const cluster::Goodbye&) { return cluster::FormatErrc::not_carried; }

  const cluster::Message& message_;
  cluster::WireText& wire_;
  TextBuffer text_;
  std::vector<Bytes> attachments_;
  JsonWriter writer_{text_, attachments_};
};

/// A request of older releases, for the socket with one id.
std::optional<ClassicRequest> read_request_for_one(ClassicType type, const Value& request) {
  auto socket = cluster::read_text(request, "sid");
  const auto id = cluster::read_request_id(request);
  if (!socket || !id) return std::nullopt;
  ClassicRequest read{.message = {}, .answer = AnswerForm::done, .request = *id};
  detail::BroadcastOptions options{.rooms = {std::move(*socket)}, .except = {}, .flags = {}};
  if (type == ClassicType::remote_disconnect) {
    read.message.body =
        cluster::DisconnectSockets{std::move(options), cluster::read_close(request)};
    return read;
  }
  auto room = cluster::read_text(request, "room");
  if (!room) return std::nullopt;
  if (type == ClassicType::remote_join) {
    read.message.body = cluster::SocketsJoin{std::move(options), {std::move(*room)}};
  } else {
    read.message.body = cluster::SocketsLeave{std::move(options), {std::move(*room)}};
  }
  return read;
}

std::optional<ClassicRequest> read_change(ClassicType type, const Value& request) {
  const Value opts = cluster::member_of(request, "opts");
  if (opts.is_null()) return read_request_for_one(type, request);
  auto options = cluster::read_options(opts);
  auto rooms = cluster::read_rooms(request, "rooms");
  if (!options || !rooms) return std::nullopt;
  ClassicRequest read;
  if (type == ClassicType::remote_join) {
    read.message.body = cluster::SocketsJoin{std::move(*options), std::move(*rooms)};
  } else if (type == ClassicType::remote_leave) {
    read.message.body = cluster::SocketsLeave{std::move(*options), std::move(*rooms)};
  } else {
    read.message.body =
        cluster::DisconnectSockets{std::move(*options), cluster::read_close(request)};
  }
  return read;
}

/// FETCH, and those that are answered with a part of what it finds.
std::optional<ClassicRequest> read_fetch(ClassicType type, const Value& request) {
  auto id = cluster::read_request_id(request);
  if (!id || id->empty()) return std::nullopt;
  ClassicRequest read;
  detail::BroadcastOptions options;
  if (type == ClassicType::remote_fetch) {
    auto asked = cluster::read_options(cluster::member_of(request, "opts"));
    if (!asked) return std::nullopt;
    options = std::move(*asked);
  } else {
    read.answer = type == ClassicType::sockets ? AnswerForm::ids : AnswerForm::rooms;
    auto rooms = type == ClassicType::sockets ? cluster::read_rooms(request, "rooms")
                                              : std::optional(std::vector<std::string>());
    if (!rooms) return std::nullopt;
    options.rooms = std::move(*rooms);
  }
  read.message.body = cluster::FetchSockets{std::move(options), std::move(*id)};
  return read;
}

std::optional<ClassicRequest> read_emit(const Value& request) {
  auto event = cluster::read_event(request, "data");
  auto id = cluster::read_request_id(request);
  if (!event || !id) return std::nullopt;
  ClassicRequest read;
  read.message.body = cluster::ServerSideEmit{std::move(*event), std::move(*id)};
  return read;
}

std::optional<ClassicRequest> read_broadcast_with_ack(const Value& request) {
  auto event = cluster::read_packet(cluster::member_of(request, "packet"));
  auto options = cluster::read_options(cluster::member_of(request, "opts"));
  auto id = cluster::read_request_id(request);
  if (!event || !options || !id || id->empty()) return std::nullopt;
  ClassicRequest read;
  read.message.body = cluster::Broadcast{std::move(*event), std::move(*options), std::move(*id)};
  return read;
}

std::optional<ClassicRequest> read_request(ClassicType type, const Value& request) {
  switch (type) {
    case ClassicType::sockets:
    case ClassicType::all_rooms:
    case ClassicType::remote_fetch:
      return read_fetch(type, request);
    case ClassicType::remote_join:
    case ClassicType::remote_leave:
    case ClassicType::remote_disconnect:
      return read_change(type, request);
    case ClassicType::server_side_emit:
      return read_emit(request);
    case ClassicType::broadcast:
      return read_broadcast_with_ack(request);
    default:  // of responses
      return std::nullopt;
  }
}

/// A response says its type, except that one with sockets says nothing.
std::optional<cluster::Body> read_response(std::optional<std::uint64_t> type,
                                           cluster::RequestId&& request, const Value& response) {
  if (!type) {
    auto sockets = cluster::read_sockets(response);
    if (!sockets) return std::nullopt;
    return cluster::Sockets{std::move(request), std::move(*sockets), {}};
  }
  switch (static_cast<ClassicType>(*type)) {
    case ClassicType::server_side_emit:
      return cluster::ServerSideAnswer{
          std::move(request), {cluster::read_content(response, "data")}, {}};
    case ClassicType::broadcast_client_count: {
      const auto clients = cluster::read_client_count(response);
      if (!clients) return std::nullopt;
      return cluster::ClientCount{std::move(request), *clients, {}};
    }
    default:
      return cluster::ClientAnswer{
          std::move(request), cluster::read_argument(response, "packet"), {}};
  }
}

template <class Write>
std::string plain_response(const cluster::RequestId& request, Write write) {
  TextBuffer text;
  std::vector<Bytes> none;
  JsonWriter writer(text, none);
  writer.begin_object();
  writer.key("requestId");
  writer.string(request);
  write(writer);
  writer.end_object();
  return std::string(text.view());
}

}  // namespace

ClassicChannels::ClassicChannels(std::string_view key, std::string_view nsp)
    : broadcast_(std::string(key) + '#' + std::string(nsp) + '#'),
      pattern_(as_pattern(broadcast_)),
      request_(std::string(key) + "-request#" + std::string(nsp) + '#'),
      response_(std::string(key) + "-response#" + std::string(nsp) + '#') {}

Result<std::string, cluster::FormatErrc> ClassicFormat::encode(const cluster::Message& message) {
  return ClassicWriter(message, wire_).write();
}

std::string ClassicFormat::encode_ids(const cluster::RequestId& request,
                                      const std::vector<core::SocketDetails>& sockets) {
  return plain_response(request, [&](JsonWriter& writer) {
    writer.key("sockets");
    writer.begin_array();
    for (const auto& socket : sockets) writer.string(socket.id);
    writer.end_array();
  });
}

std::string ClassicFormat::encode_rooms(const cluster::RequestId& request,
                                        const std::vector<core::SocketDetails>& sockets) {
  std::set<std::string_view> rooms;
  for (const auto& socket : sockets) rooms.insert(socket.rooms.begin(), socket.rooms.end());
  return plain_response(request, [&](JsonWriter& writer) {
    writer.key("rooms");
    writer.begin_array();
    for (const auto room : rooms) writer.string(room);
    writer.end_array();
  });
}

std::string ClassicFormat::encode_done(const cluster::RequestId& request) {
  return plain_response(request, [](JsonWriter&) {});
}

Result<cluster::Message, cluster::FormatErrc> ClassicFormat::decode_broadcast(
    std::string_view bytes) {
  const auto message = wire_.read_msgpack(bytes);
  if (!message) return message.error();
  ValueArray parts(*message);
  Value sender, packet, options;
  std::string_view uid;
  if (!parts.next(sender) || !parts.next(packet) || !parts.next(options) || !sender.get(uid))
    return cluster::FormatErrc::invalid_field;
  auto event = cluster::read_packet(packet);
  auto who = cluster::read_options(options);
  if (!event || !who) return cluster::FormatErrc::invalid_field;
  cluster::Message read{.sender = std::string(uid),
                        .nsp = cluster::read_text(packet, "nsp").value_or("/"),
                        .body = cluster::Broadcast{std::move(*event), std::move(*who), {}}};
  wire_.give_back_large();
  return read;
}

Result<ClassicRequest, cluster::FormatErrc> ClassicFormat::decode_request(std::string_view bytes,
                                                                          std::string_view nsp) {
  const auto request = wire_.read(bytes);
  if (!request) return request.error();
  const auto type = cluster::read_count(*request, "type");
  if (!type || *type > static_cast<std::uint64_t>(ClassicType::broadcast))
    return cluster::FormatErrc::unknown_type;
  auto read = read_request(static_cast<ClassicType>(*type), *request);
  if (!read) return cluster::FormatErrc::invalid_field;
  read->message.sender = cluster::read_text(*request, "uid").value_or("");
  read->message.nsp = nsp;
  wire_.give_back_large();
  return std::move(*read);
}

Result<cluster::Message, cluster::FormatErrc> ClassicFormat::decode_response(std::string_view bytes,
                                                                             std::string_view nsp) {
  const auto response = wire_.read(bytes);
  if (!response) return response.error();
  auto request = cluster::read_request_id(*response);
  if (!request || request->empty()) return cluster::FormatErrc::invalid_field;
  const auto type = cluster::read_count(*response, "type");
  const auto known = [](std::uint64_t number) {
    const auto kind = static_cast<ClassicType>(number);
    return number <= 9 &&
           (kind == ClassicType::server_side_emit || kind == ClassicType::broadcast_client_count ||
            kind == ClassicType::broadcast_ack);
  };
  if (type && !known(*type)) return cluster::FormatErrc::unknown_type;
  auto body = read_response(type, std::move(*request), *response);
  if (!body) return cluster::FormatErrc::invalid_field;
  wire_.give_back_large();
  return cluster::Message{.sender = {}, .nsp = std::string(nsp), .body = std::move(*body)};
}

}  // namespace socketio::redis
