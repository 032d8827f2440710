// SPDX-License-Identifier: MIT
#include "cluster/namespace.hpp"

#include "cluster/content.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/server_side_call.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace socketio::cluster {

namespace {

using std::chrono::milliseconds;

/// How long nodes are waited for. Whoever waits for this node's own answer must get it in time. The
/// longest way is from a loop to other servers, and on to their loops: five seconds, four, three.
milliseconds nodes_timeout(const Cluster& cluster, std::optional<milliseconds> wanted,
                           const Cluster* from) {
  const milliseconds timeout = wanted.value_or(cluster.options().request_timeout);
  if (!from) return timeout;
  return timeout * (cluster.options().peers == Peers::servers ? 4 : 3) / 5;
}

/// Calls `done` when it has been told as often as there are parts.
template <class Result>
struct Parts {
  std::size_t awaited;
  std::function<void(Result, MissingNodes)> done;
  Result result{};
  MissingNodes missing{};

  void on_part(MissingNodes others) {
    missing.add(std::move(others));
    if (--awaited == 0) done(std::move(result), std::move(missing));
  }
};

/// The answers to a broadcast of another node, which is told first how many there are. Until that is
/// known those of clients wait: a quick client may answer before a slow loop has counted its own.
class ClientsReply {
 public:
  ClientsReply(std::shared_ptr<Cluster> from, MessagePtr asked, RequestId request)
      : from_(std::move(from)), asked_(std::move(asked)), request_(std::move(request)) {}

  void on_asked(std::size_t clients, MissingNodes missing) {
    is_counted_ = true;
    from_->answer(*asked_, ClientCount{request_, clients, std::move(missing)});
    for (ClientAnswer& answer : std::exchange(early_, {}))
      from_->answer(*asked_, std::move(answer));
  }
  void on_answer(std::error_code error, const Value* arguments) {
    ClientAnswer answer{request_, arguments ? content_of(*arguments) : Content(), error};
    if (!is_counted_) return early_.push_back(std::move(answer));
    from_->answer(*asked_, std::move(answer));
  }

 private:
  const std::shared_ptr<Cluster> from_;
  const MessagePtr asked_;
  const RequestId request_;
  bool is_counted_ = false;
  std::vector<ClientAnswer> early_;
};

}  // namespace

void ClusterNamespace::attach(std::weak_ptr<core::NamespaceState> nsp, core::LocalAdapter& local) {
  nsp_ = std::move(nsp);
  local_ = &local;
}

template <class Use>
bool ClusterNamespace::here(Use use) {
  const auto nsp = nsp_.lock();
  if (!nsp || !nsp->link()->node) return false;
  use(*local_);
  return true;
}

template <class Use>
void ClusterNamespace::for_others(const Cluster* from, Use use) {
  for (const auto& cluster : clusters_) {
    if (cluster.get() != from) use(*cluster);
  }
}

std::size_t ClusterNamespace::others(const Cluster* from) const {
  return clusters_.size() - (from ? 1 : 0);
}

void ClusterNamespace::pass_on(const Body& body, const Cluster* from) {
  for_others(from, [&](Cluster& other) { other.publish(name_, body); });
}

// --- Events for clients ---

bool ClusterNamespace::goes_by_history(const detail::BroadcastOptions& options) const {
  if (options.flags.is_local || options.flags.is_volatile) return false;
  const auto nsp = nsp_.lock();
  return nsp && nsp->recovery() && nsp->recovery()->is_shared();
}

void ClusterNamespace::deliver_from_history(const Broadcast& message) {
  const std::string text = core::with_offset(message.event.text, message.offset);
  here([&](core::LocalAdapter& local) {
    local.broadcast({text, message.event.attachments}, message.options);
  });
}

void ClusterNamespace::broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options,
                                 const Cluster* from) {
  if (!options.flags.is_local && others(from) != 0)
    pass_on(Broadcast{content_of(event), options, {}}, from);
  if (!from && goes_by_history(options)) return;
  here([&](core::LocalAdapter& local) { local.broadcast(std::move(event), options); });
}

void ClusterNamespace::ask_clients(core::WrittenEvent event,
                                   const detail::BroadcastOptions& options,
                                   core::Adapter::AskedCallback asked, detail::AckCallback answered,
                                   const Cluster* from) {
  const bool is_local = options.flags.is_local;
  const auto parts = std::make_shared<Parts<std::size_t>>(
      Parts<std::size_t>{is_local ? 1 : 1 + others(from), std::move(asked)});
  const auto on_answer = [parts, answered](const Body& answer) {
    if (const auto* const count = std::get_if<ClientCount>(&answer)) {
      parts->result += count->clients;
      parts->missing.add(count->missing);
    } else if (const auto* const client = std::get_if<ClientAnswer>(&answer)) {
      if (client->error) return answered(client->error, nullptr);
      read(client->arguments, [&](const Value* arguments) {
        arguments ? answered({}, arguments) : answered(Errc::bad_answer, nullptr);
      });
    }
  };
  const std::optional<milliseconds> timeout = options.flags.timeout;
  const auto ask = [&](Cluster& other) {
    const milliseconds limit = other.options().request_timeout;
    other.ask(
        {.answer = Question::Answer::clients,
         .nsp = name_,
         .nodes_timeout = nodes_timeout(other, timeout ? std::min(*timeout, limit) : limit, from),
         .clients_timeout = timeout ? timeout : other.options().clients_timeout,
         .answered = on_answer,
         .heard = [parts](MissingNodes missing) { parts->on_part(std::move(missing)); },
         .ended =
             [answered](std::size_t clients, std::error_code reason) {
               while (clients-- > 0) answered(reason, nullptr);
             }},
        [&](const RequestId& request) {
          return Broadcast{content_of(event), options, request};
        });
  };
  if (!is_local) for_others(from, ask);
  const bool is_here = here([&](core::LocalAdapter& local) {
    local.broadcast_with_ack(
        std::move(event), options,
        [parts](std::size_t clients, MissingNodes) {
          parts->result += clients;
          parts->on_part({});
        },
        answered);
  });
  if (!is_here) parts->on_part({});
}

// --- Sockets ---

void ClusterNamespace::fetch_sockets(const detail::BroadcastOptions& options,
                                     core::Adapter::FetchCallback found, const Cluster* from) {
  using Found = std::vector<core::SocketDetails>;
  const bool is_local = options.flags.is_local;
  const auto parts = std::make_shared<Parts<Found>>(
      Parts<Found>{is_local ? 1 : 1 + others(from), std::move(found)});
  const auto on_answer = [parts](const Body& answer) {
    if (const auto* const sockets = std::get_if<Sockets>(&answer)) {
      parts->result.insert(parts->result.end(), sockets->sockets.begin(), sockets->sockets.end());
      parts->missing.add(sockets->missing);
    }
  };
  const auto ask = [&](Cluster& other) {
    other.ask({.answer = Question::Answer::sockets,
               .nsp = name_,
               .nodes_timeout = nodes_timeout(other, options.flags.timeout, from),
               .answered = on_answer,
               .heard = [parts](MissingNodes missing) { parts->on_part(std::move(missing)); }},
              [&](const RequestId& request) {
                return FetchSockets{options, request};
              });
  };
  if (!is_local) for_others(from, ask);
  const bool is_here = here([&](core::LocalAdapter& local) {
    local.fetch_sockets(options, [parts](Found sockets, MissingNodes) {
      std::move(sockets.begin(), sockets.end(), std::back_inserter(parts->result));
      parts->on_part({});
    });
  });
  if (!is_here) parts->on_part({});
}

void ClusterNamespace::add_sockets(const SocketsJoin& request, const Cluster* from) {
  if (!request.options.flags.is_local) pass_on(request, from);
  here([&](core::LocalAdapter& local) { local.add_sockets(request.options, request.rooms); });
}

void ClusterNamespace::del_sockets(const SocketsLeave& request, const Cluster* from) {
  if (!request.options.flags.is_local) pass_on(request, from);
  here([&](core::LocalAdapter& local) { local.del_sockets(request.options, request.rooms); });
}

void ClusterNamespace::disconnect_sockets(const DisconnectSockets& request, const Cluster* from) {
  if (!request.options.flags.is_local) pass_on(request, from);
  here(
      [&](core::LocalAdapter& local) { local.disconnect_sockets(request.options, request.close); });
}

// --- Events for the other servers ---

void ClusterNamespace::emit_to_servers(const core::WrittenEvent& event, const Cluster* from) {
  for_others(from, [&](Cluster& other) {
    if (from && other.options().peers == Peers::loops) return;
    other.publish(name_, ServerSideEmit{content_of(event), {}});
  });
}

void ClusterNamespace::ask_servers(const core::WrittenEvent& event,
                                   std::function<void(const Content&)> answered,
                                   detail::AllCallback all, const Cluster* from) {
  struct Nothing {};
  const auto done = [all = std::move(all)](Nothing, MissingNodes missing) {
    all(std::move(missing));
  };
  // One part more, so that they are complete when all have been asked.
  const auto parts = std::make_shared<Parts<Nothing>>(Parts<Nothing>{1, done});
  const auto on_answer = [parts, answered = std::move(answered)](const Body& body) {
    if (const auto* const answer = std::get_if<ServerSideAnswer>(&body)) {
      parts->missing.add(answer->missing);
      for (const Content& content : answer->answers) answered(content);
    }
  };
  for_others(from, [&](Cluster& other) {
    if (from && other.options().peers == Peers::loops) return;
    ++parts->awaited;
    other.ask({.answer = Question::Answer::server_side,
               .nsp = name_,
               .nodes_timeout = nodes_timeout(other, std::nullopt, from),
               .answered = on_answer,
               .heard = [parts](MissingNodes missing) { parts->on_part(std::move(missing)); }},
              [&](const RequestId& request) {
                return ServerSideEmit{content_of(event), request};
              });
  });
  parts->on_part({});
}

void ClusterNamespace::count_servers(core::Adapter::CountCallback counted) {
  if (clusters_.size() == 1 && clusters_.front()->options().peers == Peers::loops)
    return clusters_.front()->count_servers(name_, std::move(counted));
  const auto parts = std::make_shared<Parts<std::size_t>>(Parts<std::size_t>{
      1, [counted = std::move(counted)](std::size_t servers, MissingNodes) { counted(servers); }});
  parts->result = 1;
  for_others(nullptr, [&](Cluster& other) {
    if (other.options().peers == Peers::loops) return;
    ++parts->awaited;
    other.count_others(name_, [parts](std::optional<std::size_t> nodes) {
      parts->result += nodes.value_or(0);
      parts->on_part({});
    });
  });
  parts->on_part({});
}

// --- Requests of other nodes. Answers need not this namespace, which may end before ---

void ClusterNamespace::on_request(const std::shared_ptr<Cluster>& from, const MessagePtr& message) {
  const Body& body = message->body;
  if (const auto* const broadcast_event = std::get_if<Broadcast>(&body)) {
    const core::WrittenEvent event = written(broadcast_event->event);
    const RequestId& request = broadcast_event->request;
    if (!broadcast_event->offset.empty()) return deliver_from_history(*broadcast_event);
    if (request.empty()) return broadcast(event, broadcast_event->options, from.get());
    const auto reply = std::make_shared<ClientsReply>(from, message, request);
    return ask_clients(
        event, broadcast_event->options,
        [reply](std::size_t clients, MissingNodes missing) {
          reply->on_asked(clients, std::move(missing));
        },
        [reply](std::error_code error, const Value* arguments) {
          reply->on_answer(error, arguments);
        },
        from.get());
  }
  if (const auto* const fetch = std::get_if<FetchSockets>(&body)) {
    return fetch_sockets(
        fetch->options,
        [from, message, request = fetch->request](std::vector<core::SocketDetails> sockets,
                                                  MissingNodes missing) {
          from->answer(*message, Sockets{request, std::move(sockets), std::move(missing)});
        },
        from.get());
  }
  if (const auto* const join = std::get_if<SocketsJoin>(&body))
    return add_sockets(*join, from.get());
  if (const auto* const leave = std::get_if<SocketsLeave>(&body))
    return del_sockets(*leave, from.get());
  if (const auto* const disconnect = std::get_if<DisconnectSockets>(&body))
    return disconnect_sockets(*disconnect, from.get());
  if (std::holds_alternative<ServerSideEmit>(body)) serve_server_side(from, message);
}

void ClusterNamespace::serve_server_side(const std::shared_ptr<Cluster>& from,
                                         const MessagePtr& message) {
  const auto& emit = std::get<ServerSideEmit>(message->body);
  const core::WrittenEvent event = written(emit.event);
  const RequestId& request = emit.request;
  if (from->options().peers == Peers::loops) {
    if (request.empty()) return emit_to_servers(event, from.get());
    const auto answers = std::make_shared<std::vector<Content>>();
    return ask_servers(
        event, [answers](const Content& answer) { answers->push_back(answer); },
        [from, message, request, answers](MissingNodes missing) {
          from->answer(*message,
                       ServerSideAnswer{request, std::move(*answers), std::move(missing)});
        },
        from.get());
  }
  if (request.empty()) return run_here(event, nullptr);
  run_here(event, [from, message, request](const Content* answer) {
    ServerSideAnswer body{request, {}, {}};
    if (answer) body.answers.push_back(*answer);
    from->answer(*message, std::move(body));
  });
}

void ClusterNamespace::run_here(const core::WrittenEvent& event,
                                std::function<void(const Content*)> answered) {
  const auto nsp = nsp_.lock();
  if (!nsp || !nsp->link()->node) {
    if (answered) answered(nullptr);
    return;
  }
  if (!answered) return core::run_server_side(*nsp, event, nullptr);
  core::run_server_side(*nsp, event, [answered](const core::WrittenEvent* answer) {
    if (!answer) return answered(nullptr);
    const Content first = first_of(*answer);
    answered(&first);
  });
}

// --- Rooms ---

template <class Tell>
void ClusterNamespace::tell_room(const std::string& room, Peers peers, Tell tell) {
  for (const auto& cluster : clusters_) {
    if (cluster->bus() && cluster->options().peers == peers) tell(*cluster->bus(), name_, room);
  }
}

void ClusterNamespace::on_room_created(const std::string& room) {
  tell_room(room, Peers::loops,
            [](Bus& bus, const auto&... names) { bus.on_room_created(names...); });
  on_other_room_created(room);
}

void ClusterNamespace::on_room_deleted(const std::string& room) {
  tell_room(room, Peers::loops,
            [](Bus& bus, const auto&... names) { bus.on_room_deleted(names...); });
  on_other_room_deleted(room);
}

void ClusterNamespace::on_other_room_created(const std::string& room) {
  if (++rooms_[room] == 1)
    tell_room(room, Peers::servers,
              [](Bus& bus, const auto&... names) { bus.on_room_created(names...); });
}

void ClusterNamespace::on_other_room_deleted(const std::string& room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end() || --found->second != 0) return;
  rooms_.erase(found);
  tell_room(room, Peers::servers,
            [](Bus& bus, const auto&... names) { bus.on_room_deleted(names...); });
}

}  // namespace socketio::cluster
