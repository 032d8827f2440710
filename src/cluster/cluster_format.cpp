// SPDX-License-Identifier: MIT
#include "cluster/cluster_format.hpp"

#include "base/base64.hpp"
#include "cluster/content.hpp"

#include <charconv>
#include <utility>

namespace socketio::cluster {
namespace {

/// MessageType of socket.io-adapter.
enum class ClusterType : std::uint8_t {
  initial_heartbeat = 1,
  heartbeat,
  broadcast,
  sockets_join,
  sockets_leave,
  disconnect_sockets,
  fetch_sockets,
  fetch_sockets_response,
  server_side_emit,
  server_side_emit_response,
  broadcast_client_count,
  broadcast_ack,
  adapter_close
};

constexpr auto last_cluster_type = static_cast<std::uint64_t>(ClusterType::adapter_close);

struct TypeOf {
  ClusterType operator()(const Hello&) { return ClusterType::initial_heartbeat; }
  ClusterType operator()(const Heartbeat&) { return ClusterType::heartbeat; }
  ClusterType operator()(const Goodbye&) { return ClusterType::adapter_close; }
  ClusterType operator()(const Broadcast&) { return ClusterType::broadcast; }
  ClusterType operator()(const SocketsJoin&) { return ClusterType::sockets_join; }
  ClusterType operator()(const SocketsLeave&) { return ClusterType::sockets_leave; }
  ClusterType operator()(const DisconnectSockets&) { return ClusterType::disconnect_sockets; }
  ClusterType operator()(const FetchSockets&) { return ClusterType::fetch_sockets; }
  ClusterType operator()(const ServerSideEmit&) { return ClusterType::server_side_emit; }
  ClusterType operator()(const ClientCount&) { return ClusterType::broadcast_client_count; }
  ClusterType operator()(const ClientAnswer&) { return ClusterType::broadcast_ack; }
  ClusterType operator()(const Sockets&) { return ClusterType::fetch_sockets_response; }
  ClusterType operator()(const ServerSideAnswer&) { return ClusterType::server_side_emit_response; }
};

/// Writes the data of one message.
class DataWriter {
 public:
  DataWriter(JsonWriter& writer, std::vector<Bytes>& attachments)
      : writer_(writer), attachments_(&attachments) {}

  /// The attachments that the text refers to, or null if the message cannot be written. They live as
  /// long as this and the message.
  const std::vector<Bytes>* write(const Message& message) {
    writer_.begin_object();
    const bool is_carried = std::visit([&](const auto& body) { return write(body); }, message.body);
    writer_.end_object();
    return is_carried ? attachments_ : nullptr;
  }

 private:
  void write_opts(const detail::BroadcastOptions& options) {
    writer_.key("opts");
    write_options(writer_, options, Flags::written);
  }
  bool write_request(const RequestId& request) {
    if (request.empty()) return true;
    writer_.key("requestId");
    writer_.string(request);
    return true;
  }
  void write_as_packet(const Content& content) {
    writer_.key("packet");
    writer_.raw(content.text);
    attachments_ = &content.attachments;
  }
  bool write_change(const detail::BroadcastOptions& options,
                    const std::vector<std::string>& rooms) {
    write_opts(options);
    writer_.key("rooms");
    write_rooms(writer_, rooms);
    return true;
  }

  bool write(const Broadcast& body) {
    writer_.key("packet");
    write_packet(writer_, body.event, {});
    attachments_ = &body.event.attachments;
    write_opts(body.options);
    return write_request(body.request);
  }
  bool write(const SocketsJoin& body) { return write_change(body.options, body.rooms); }
  bool write(const SocketsLeave& body) { return write_change(body.options, body.rooms); }
  bool write(const DisconnectSockets& body) {
    write_opts(body.options);
    writer_.key("close");
    writer_.boolean(body.close == Close::connection);
    return true;
  }
  bool write(const FetchSockets& body) {
    write_opts(body.options);
    return write_request(body.request);
  }
  bool write(const ServerSideEmit& body) {
    write_as_packet(body.event);
    return write_request(body.request);
  }
  bool write(const ClientCount& body) {
    write_request(body.request);
    writer_.key("clientCount");
    writer_.unsigned_integer(body.clients);
    return true;
  }
  /// JavaScript has no form for an error: a client that fails does not answer.
  bool write(const ClientAnswer& body) {
    if (body.error) return false;
    argument_ = first_of(written(body.arguments));
    write_as_packet(argument_);
    return write_request(body.request);
  }
  bool write(const Sockets& body) {
    write_request(body.request);
    writer_.key("sockets");
    write_sockets(writer_, body.sockets);
    return true;
  }
  bool write(const ServerSideAnswer& body) {
    if (body.answers.empty()) return false;
    write_as_packet(body.answers.front());
    return write_request(body.request);
  }
  template <class Membership>
  static bool write(const Membership&) {
    return true;
  }

  JsonWriter& writer_;
  const std::vector<Bytes>* attachments_;
  Content argument_;
};

bool has_data(ClusterType type) {
  return type != ClusterType::initial_heartbeat && type != ClusterType::heartbeat &&
         type != ClusterType::adapter_close;
}

std::optional<Body> read_broadcast(const Value& data, RequestId&& request) {
  auto event = read_packet(member_of(data, "packet"));
  auto options = read_options(member_of(data, "opts"));
  if (!event || !options) return std::nullopt;
  return Broadcast{std::move(*event), std::move(*options), std::move(request)};
}

std::optional<Body> read_change(ClusterType type, const Value& data) {
  auto options = read_options(member_of(data, "opts"));
  auto rooms = read_rooms(data, "rooms");
  if (!options || !rooms) return std::nullopt;
  if (type == ClusterType::disconnect_sockets)
    return DisconnectSockets{std::move(*options), read_close(data)};
  if (type == ClusterType::sockets_join) return SocketsJoin{std::move(*options), std::move(*rooms)};
  return SocketsLeave{std::move(*options), std::move(*rooms)};
}

std::optional<Body> read_fetch(const Value& data, RequestId&& request) {
  auto options = read_options(member_of(data, "opts"));
  if (!options || request.empty()) return std::nullopt;
  return FetchSockets{std::move(*options), std::move(request)};
}

std::optional<Body> read_answer(ClusterType type, const Value& data, RequestId&& request) {
  if (request.empty()) return std::nullopt;
  if (type == ClusterType::broadcast_ack)
    return ClientAnswer{std::move(request), read_argument(data, "packet"), {}};
  if (type == ClusterType::server_side_emit_response)
    return ServerSideAnswer{std::move(request), {read_content(data, "packet")}, {}};
  if (type == ClusterType::fetch_sockets_response) {
    auto sockets = read_sockets(data);
    if (!sockets) return std::nullopt;
    return Sockets{std::move(request), std::move(*sockets), {}};
  }
  const auto clients = read_client_count(data);
  if (!clients) return std::nullopt;
  return ClientCount{std::move(request), *clients, {}};
}

std::optional<Body> read_body(ClusterType type, const Value& data) {
  auto request = read_request_id(data);
  if (!request) return std::nullopt;
  switch (type) {
    case ClusterType::initial_heartbeat:
      return Hello{};
    case ClusterType::heartbeat:
      return Heartbeat{};
    case ClusterType::adapter_close:
      return Goodbye{};
    case ClusterType::broadcast:
      return read_broadcast(data, std::move(*request));
    case ClusterType::sockets_join:
    case ClusterType::sockets_leave:
    case ClusterType::disconnect_sockets:
      return read_change(type, data);
    case ClusterType::fetch_sockets:
      return read_fetch(data, std::move(*request));
    case ClusterType::server_side_emit: {
      auto event = read_event(data, "packet");
      if (!event) return std::nullopt;
      return ServerSideEmit{std::move(*event), std::move(*request)};
    }
    case ClusterType::fetch_sockets_response:
    case ClusterType::server_side_emit_response:
    case ClusterType::broadcast_client_count:
    case ClusterType::broadcast_ack:
      return read_answer(type, data, std::move(*request));
  }
  return std::nullopt;
}

Result<Message, FormatErrc> make_message(std::string&& sender, std::string&& nsp,
                                         std::uint64_t type, const Value& data) {
  if (type == 0 || type > last_cluster_type) return FormatErrc::unknown_type;
  auto body = read_body(static_cast<ClusterType>(type), data);
  if (!body) return FormatErrc::invalid_field;
  return Message{.sender = std::move(sender), .nsp = std::move(nsp), .body = std::move(*body)};
}

}  // namespace

Result<std::string, FormatErrc> ClusterFormat::encode(const Message& message, Encoding encoding) {
  TextBuffer text;
  std::vector<Bytes> own;
  const std::vector<Bytes>* attachments = &own;
  JsonWriter writer(text, own);
  DataWriter data(writer, own);
  const ClusterType type = std::visit(TypeOf(), message.body);
  writer.begin_object();
  writer.key("type");
  writer.unsigned_integer(static_cast<std::uint64_t>(type));
  if (has_data(type)) {
    writer.key("data");
    attachments = data.write(message);
    if (!attachments) return FormatErrc::not_carried;
  }
  writer.key("uid");
  writer.string(message.sender);
  writer.key("nsp");
  writer.string(message.nsp);
  writer.end_object();
  return encoding == Encoding::msgpack ? wire_.to_msgpack(text.view(), *attachments)
                                       : wire_.to_bytes(text.view(), *attachments);
}

Result<Message, FormatErrc> ClusterFormat::decode(std::string_view bytes) {
  const auto envelope = wire_.read(bytes);
  if (!envelope) return envelope.error();
  auto sender = read_text(*envelope, "uid");
  auto nsp = read_text(*envelope, "nsp");
  const auto type = read_count(*envelope, "type");
  if (!sender || !nsp || !type) return FormatErrc::invalid_field;
  auto message =
      make_message(std::move(*sender), std::move(*nsp), *type, member_of(*envelope, "data"));
  wire_.give_back_large();
  return message;
}

Result<StreamEntry, FormatErrc> ClusterFormat::encode_entry(const Message& message) {
  const ClusterType type = std::visit(TypeOf(), message.body);
  StreamEntry entry{.uid = message.sender,
                    .nsp = message.nsp,
                    .type = std::to_string(static_cast<int>(type)),
                    .data = {}};
  if (!has_data(type)) return entry;
  TextBuffer text;
  std::vector<Bytes> own;
  JsonWriter writer(text, own);
  DataWriter data(writer, own);
  const auto* attachments = data.write(message);
  if (!attachments) return FormatErrc::not_carried;
  if (attachments->empty()) {
    entry.data = text.view();
    return entry;
  }
  const auto bytes = wire_.to_msgpack(text.view(), *attachments);
  if (!bytes) return bytes.error();
  base64::append_encoded(entry.data, *bytes);
  return entry;
}

Result<Message, FormatErrc> ClusterFormat::decode_entry(const StreamEntry& entry) {
  std::uint64_t type = 0;
  const char* const end = entry.type.data() + entry.type.size();
  const auto number = std::from_chars(entry.type.data(), end, type);
  if (number.ec != std::errc() || number.ptr != end) return FormatErrc::unknown_type;
  if (entry.data.empty())
    return make_message(std::string(entry.uid), std::string(entry.nsp), type, Value());
  const bool is_json = entry.data.starts_with('{');
  const auto bytes = is_json ? std::nullopt : base64::decode(entry.data);
  if (!is_json && !bytes) return FormatErrc::syntax;
  const auto data = is_json ? wire_.read_json(entry.data) : wire_.read_msgpack(*bytes);
  if (!data) return data.error();
  auto message = make_message(std::string(entry.uid), std::string(entry.nsp), type, *data);
  wire_.give_back_large();
  return message;
}

}  // namespace socketio::cluster
