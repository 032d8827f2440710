// SPDX-License-Identifier: MIT
#include "redis/classic_bus.hpp"

#include "codec/msgpack/text.hpp"
#include "redis/counting.hpp"

#include <utility>

namespace socketio::redis {
namespace {

using AnswerForm = ClassicRequest::Answer;

/// Before the id of a request, for those that are answered with a part of what the message asks for.
/// No other request has an id that begins so.
constexpr std::string_view mark_of_ids = "\x01ids:";
constexpr std::string_view mark_of_rooms = "\x01rooms:";
constexpr std::string_view mark_of_done =
    "\x01"
    "done:";

std::string marked(std::string_view mark, const cluster::RequestId& request) {
  return std::string(mark) + request;
}

std::optional<std::string> without_mark(std::string_view mark, const cluster::RequestId& request) {
  if (!request.starts_with(mark)) return std::nullopt;
  return request.substr(mark.size());
}

/// The response to a request that was marked; an empty text if none is due.
std::optional<std::string> response_to_marked(const cluster::Body& body) {
  const auto* const found = std::get_if<cluster::Sockets>(&body);
  if (!found) return std::nullopt;
  if (const auto request = without_mark(mark_of_ids, found->request))
    return ClassicFormat::encode_ids(*request, found->sockets);
  if (const auto request = without_mark(mark_of_rooms, found->request))
    return ClassicFormat::encode_rooms(*request, found->sockets);
  if (const auto request = without_mark(mark_of_done, found->request))
    return found->sockets.empty() ? std::string() : ClassicFormat::encode_done(*request);
  return std::nullopt;
}

/// An array whose first element is the node's id.
std::string beginning_of_broadcasts(std::string_view node_id) {
  std::string beginning = "\x93";
  msgpack::append_string(beginning, node_id);
  return beginning;
}

bool is_for_one_room(const cluster::Broadcast& body) { return body.options.rooms.size() == 1; }

}  // namespace

ClassicBus::ClassicBus(std::string node_id, std::unique_ptr<Client> client,
                       ClassicBusOptions options)
    : node_id_(std::move(node_id)),
      own_beginning_(beginning_of_broadcasts(node_id_)),
      options_(std::move(options)),
      client_(std::move(client)) {
  client_->open();
}

ClassicBus::~ClassicBus() { client_->close(); }

void ClassicBus::open(const std::string& nsp, Listener& listener) {
  auto& opened = opened_[nsp];
  opened = std::make_unique<Opened>(Opened{ClassicChannels(options_.key, nsp), listener});
  const auto subscribe = [&](SubscriptionKind kind, std::string name, auto handle) {
    opened->subscriptions.push_back(
        client_->subscribe(kind, std::move(name), [this, nsp, handle](const Message& message) {
          const auto found = opened_.find(nsp);
          if (found != opened_.end()) (this->*handle)(*found->second, nsp, message.payload);
        }));
  };
  const ClassicChannels& channels = opened->channels;
  subscribe(SubscriptionKind::pattern, channels.pattern(), &ClassicBus::on_broadcast);
  subscribe(SubscriptionKind::channel, channels.response(), &ClassicBus::on_response);
  subscribe(SubscriptionKind::channel, channels.response(node_id_), &ClassicBus::on_response);
  // The last one, because from then on this node is counted.
  subscribe(SubscriptionKind::channel, channels.request(), &ClassicBus::on_request);
}

void ClassicBus::close(const std::string& nsp) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  // The first that is left is that by which nodes are counted.
  auto& subscriptions = found->second->subscriptions;
  for (auto id = subscriptions.rbegin(); id != subscriptions.rend(); ++id)
    client_->unsubscribe(*id);
  opened_.erase(found);
}

// --- Sending ---

void ClassicBus::send(const std::string& channel, std::string_view payload) {
  client_->send({"PUBLISH", channel, payload});
}

void ClassicBus::publish(cluster::MessagePtr message) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
  if (broadcast && broadcast->options.flags.is_volatile && !client_->is_ready()) return;
  const auto payload = format_.encode(*message);
  if (!payload) return;
  const ClassicChannels channels(options_.key, message->nsp);
  if (!broadcast || !broadcast->request.empty()) return send(channels.request(), *payload);
  send(is_for_one_room(*broadcast) ? channels.room(broadcast->options.rooms.front())
                                   : channels.broadcast(),
       *payload);
}

void ClassicBus::answer(const std::string& node, cluster::MessagePtr message) {
  const ClassicChannels channels(options_.key, message->nsp);
  const bool is_server_side = std::holds_alternative<cluster::ServerSideAnswer>(message->body);
  const bool is_specific =
      options_.responses == Responses::specific_channel && !is_server_side && !node.empty();
  const std::string channel = is_specific ? channels.response(node) : channels.response();
  if (const auto payload = response_to_marked(message->body)) {
    if (!payload->empty()) send(channel, *payload);
    return;
  }
  if (const auto payload = format_.encode(*message)) send(channel, *payload);
}

void ClassicBus::count_nodes(const std::string& nsp,
                             std::function<void(std::optional<std::size_t>)> counted) {
  const auto found = opened_.find(nsp);
  const Subscriber::Id own = found == opened_.end() ? 0 : found->second->subscriptions.back();
  redis::count_nodes(*client_, own, "NUMSUB", ClassicChannels(options_.key, nsp).request(),
                     std::move(counted));
}

// --- Receiving ---

void ClassicBus::on_broadcast(Opened& opened, const std::string& nsp, std::string_view payload) {
  if (payload.starts_with(own_beginning_)) return;
  auto message = format_.decode_broadcast(payload);
  // The pattern also matches channels of a namespace whose name goes on with "#".
  if (!message || message->nsp != nsp) {
    ++ignored_;
    return;
  }
  opened.listener.on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

void ClassicBus::on_request(Opened& opened, const std::string& nsp, std::string_view payload) {
  auto request = format_.decode_request(payload, nsp);
  if (!request) {
    ++ignored_;
    return;
  }
  cluster::Message& message = request->message;
  // Calls may close the namespace.
  Listener& listener = opened.listener;
  if (auto* const fetch = std::get_if<cluster::FetchSockets>(&message.body)) {
    if (request->answer == AnswerForm::ids) fetch->request = marked(mark_of_ids, fetch->request);
    if (request->answer == AnswerForm::rooms)
      fetch->request = marked(mark_of_rooms, fetch->request);
  } else if (request->answer == AnswerForm::done && !request->request.empty()) {
    const auto options = std::visit(
        [](const auto& body) {
          if constexpr (requires { body.options; }) return body.options;
          return detail::BroadcastOptions{};
        },
        message.body);
    listener.on_message(std::make_shared<cluster::Message>(
        cluster::Message{message.sender, nsp,
                         cluster::FetchSockets{options, marked(mark_of_done, request->request)}}));
  }
  listener.on_message(std::make_shared<cluster::Message>(std::move(message)));
}

void ClassicBus::on_response(Opened& opened, const std::string& nsp, std::string_view payload) {
  auto message = format_.decode_response(payload, nsp);
  if (!message) {
    ++ignored_;
    return;
  }
  opened.listener.on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

}  // namespace socketio::redis
