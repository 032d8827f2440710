// SPDX-License-Identifier: MIT
// RandomTown: a server and several clients that do everything at random for a few seconds
// of virtual time, with faults. A model beside them knows what the result must be. A seed
// determines the run.
//
// Life cycle: made with a seed, run() once. Faults stop after `busy_time`; then everything must
// come to rest, and at the end nothing may be left.
#pragma once

#include "support/ledger.hpp"
#include "support/message_adapter.hpp"
#include "support/scripted_client.hpp"
#include "support/simulated_server.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {

class RandomTown {
 public:
  explicit RandomTown(std::uint64_t seed, core::AdapterFactory adapter = {})
      : loop_(seed),
        dice_(loop_.dice()),
        network_(loop_, weather(dice_)),
        server_(network_, server_options(), std::move(adapter)) {
    for (const char* const nsp : {"/", "/chat"}) furnish(nsp);
    const std::size_t count = dice_.between(2, 5);
    for (std::size_t i = 0; i < count; ++i) add_client();
  }

  void run() {
    for (const auto& client : clients_) client->connect();
    act();
    loop_.run_for(busy_time + std::chrono::seconds(1));
    heal();
    loop_.run_for(std::chrono::seconds(6));
    check_delivered();
    leave();
    ledger_.expect(loop_.run_until_idle(std::chrono::minutes(5)),
                   "timers or work are left in the end");
    check_empty();
  }

  const std::vector<std::string>& faults() const { return ledger_.faults(); }
  std::uint64_t trace() const { return loop_.trace(); }
  std::uint64_t received_count() const { return ledger_.received_count(); }
  std::uint64_t acks_count() const { return acks_answered_; }

 private:
  static constexpr milliseconds busy_time{4'000};
  using Sid = std::string;
  struct Person {
    Socket socket;
    std::set<std::string> rooms;
  };

  static NetworkProfile weather(Dice& dice) {
    NetworkProfile profile;
    profile.delay_max = milliseconds(dice.between(0, 40));
    profile.piece_bytes = dice.one_in(2) ? 0 : dice.between(1, 2'000);
    profile.window_bytes = dice.one_in(3) ? dice.between(1'000, 10'000) : 256 * 1024;
    return profile;
  }
  static ServerOptions server_options() {
    ServerOptions options;
    options.ping_interval = milliseconds(2'000);
    options.ping_timeout = milliseconds(1'000);
    return options;
  }

  // --- The server ---

  void furnish(const std::string& name) {
    const Namespace nsp = server_.of(name);
    Namespace(nsp).use([this](Socket&, Next next) { pass_gate(std::move(next)); });
    Namespace(nsp).on_connection([this, name](Socket socket) {
      const bool is_new = people_[name].emplace(socket.id(), Person{socket, {}}).second;
      ledger_.expect(is_new, "connection twice for " + socket.id());
      if (dice_.one_in(4)) emit_to(name, socket);
    });
    Namespace(nsp).on_disconnect([this, name](Socket& socket, DisconnectReason) {
      ledger_.expect(people_[name].erase(socket.id()) == 1,
                     "disconnect without connection of " + socket.id());
    });
    Namespace(nsp).on("up", [this, name](Socket& socket, std::uint64_t id, json carried) {
      ledger_.expect(is_here(name, socket.id()), "event after the disconnect of " + socket.id());
      ledger_.expect(carried == cargo(id), "changed on the way up");
      ledger_.received("up " + name + socket.id(), id);
    });
    Namespace(nsp).on("ask", [this](int n, Ack<int> done) { answer(n, done); });
    Namespace(nsp).on("add", [](int a, int b) { return a + b; });
    Namespace(nsp).on("room", [this, name](Socket& socket, std::string room, bool enter) {
      enter ? void(socket.join(room)) : socket.leave(room);
      auto& rooms = people_[name].at(socket.id()).rooms;
      enter ? void(rooms.insert(room)) : void(rooms.erase(room));
    });
  }

  void pass_gate(Next next) {
    if (dice_.one_in(40)) return next(MiddlewareError{"not today"});
    // Never decides.
    if (dice_.one_in(100)) return;
    if (dice_.one_in(2)) return next();
    loop_.after(milliseconds(dice_.between(0, 60)), [next, twice = dice_.one_in(5)] {
      next();
      if (twice) next();
    });
  }

  void answer(int n, const Ack<int>& done) {
    if (dice_.one_in(2)) return done(n + 1);
    loop_.after(milliseconds(dice_.between(0, 500)), [this, n, done] {
      if (dice_.one_in(3)) {
        loop_.elsewhere([&] { done(n + 1); });
      } else {
        done(n + 1);
      }
      // Only the first call counts.
      done(n + 2);
    });
  }

  bool is_here(const std::string& nsp, const Sid& sid) { return people_[nsp].count(sid) != 0; }
  static std::string down(const std::string& nsp, const Sid& sid) { return "down " + nsp + sid; }

  void emit_to(const std::string& nsp, const Socket& socket) {
    const std::uint64_t id = next_id_++;
    const EmitResult result = dice_.one_in(4) ? socket.volatile_().emit("down", id, cargo(id))
                                              : socket.emit("down", id, cargo(id));
    if (result == EmitResult::sent || result == EmitResult::queued)
      ledger_.sent(down(nsp, socket.id()), id);
  }

  /// The receivers of a broadcast according to the model.
  std::vector<Sid> meant(const std::string& nsp, const std::vector<std::string>& rooms,
                         const std::vector<std::string>& except) {
    const auto in_any = [](const Sid& sid, const Person& person,
                           const std::vector<std::string>& names) {
      return std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return name == sid || person.rooms.count(name) != 0;
      });
    };
    std::vector<Sid> sids;
    for (const auto& [sid, person] : people_[nsp]) {
      if ((rooms.empty() || in_any(sid, person, rooms)) && !in_any(sid, person, except))
        sids.push_back(sid);
    }
    return sids;
  }

  void broadcast(const std::string& nsp) {
    std::vector<std::string> rooms;
    std::vector<std::string> except;
    for (std::size_t i = dice_.below(3); i > 0; --i) rooms.push_back(some_room(nsp));
    if (dice_.one_in(3)) except.push_back(some_room(nsp));
    const std::uint64_t id = next_id_++;
    const auto note = [this, nsp, rooms, except, id] {
      for (const Sid& sid : meant(nsp, rooms, except)) ledger_.sent(down(nsp, sid), id);
    };
    const auto target =
        rooms.empty() ? server_.of(nsp).except(except) : server_.of(nsp).to(rooms).except(except);
    if (dice_.one_in(4)) {
      loop_.post(note);
      loop_.elsewhere([&] { target.emit("down", id, cargo(id)); });
    } else {
      note();
      target.emit("down", id, cargo(id));
    }
  }

  std::string some_room(const std::string& nsp) {
    auto& people = people_[nsp];
    // The room of a socket's own id.
    if (!people.empty() && dice_.one_in(5)) return some_person(nsp)->first;
    return std::string(1, static_cast<char>('a' + dice_.below(3)));
  }
  std::map<Sid, Person>::iterator some_person(const std::string& nsp) {
    return std::next(people_[nsp].begin(),
                     static_cast<std::ptrdiff_t>(dice_.below(people_[nsp].size())));
  }

  void ask_one(const Socket& socket) {
    const int n = static_cast<int>(next_id_++);
    ++acks_asked_;
    const auto check = [this, n, count = std::make_shared<int>(0)](Reply<int> reply) {
      ++acks_answered_;
      ledger_.expect(++*count == 1, "an acknowledgement answered twice");
      const bool is_known =
          reply ? *reply == n + 1
                : reply.error() == Errc::timeout || reply.error() == Errc::disconnected;
      ledger_.expect(is_known, "a wrong acknowledgement");
    };
    const std::uint64_t id = next_id_++;
    ledger_.sent(down(socket.nsp().name(), socket.id()), id);
    if (dice_.one_in(3)) {
      socket.emit_with_ack<int>("question", id, n).then(check);
    } else {
      socket.timeout(milliseconds(dice_.between(0, 400)))
          .emit_with_ack<int>("question", id, n)
          .then(check);
    }
  }

  void ask_all(const std::string& nsp) {
    const int n = static_cast<int>(next_id_++);
    const std::uint64_t id = next_id_++;
    ++acks_asked_;
    const auto sids = meant(nsp, {}, {});
    for (const Sid& sid : sids) ledger_.sent(down(nsp, sid), id);
    server_.of(nsp)
        .timeout(milliseconds(dice_.between(10, 600)))
        .emit_with_ack<int>("question", id, n)
        .then(
            [this, n, asked = sids.size(), count = std::make_shared<int>(0)](Replies<int> replies) {
              ++acks_answered_;
              ledger_.expect(++*count == 1, "a broadcast answered twice");
              ledger_.expect(replies.values().size() + replies.missing() == asked,
                             "answers of a broadcast are unaccounted for");
              for (const int value : replies.values())
                ledger_.expect(value == n + 1, "a wrong answer to a broadcast");
            });
  }

  void move_people(const std::string& nsp) {
    const std::string from = some_room(nsp);
    const std::string to(1, static_cast<char>('a' + dice_.below(3)));
    const bool enter = dice_.one_in(2);
    for (const Sid& sid : meant(nsp, {from}, {})) {
      auto& rooms = people_[nsp].at(sid).rooms;
      enter ? void(rooms.insert(to)) : void(rooms.erase(to));
    }
    enter ? server_.of(nsp).to(from).sockets_join(to) : server_.of(nsp).to(from).sockets_leave(to);
  }

  void compare_rooms(const std::string& nsp) {
    server_.of(nsp).fetch_sockets().then([this, nsp](const std::vector<RemoteSocket>& found) {
      ledger_.expect(found.size() == people_[nsp].size(),
                     "fetch_sockets: another count than the model's");
      for (const RemoteSocket& socket : found) {
        std::set<std::string> rooms(socket.rooms.begin(), socket.rooms.end());
        rooms.erase(socket.id);
        ledger_.expect(is_here(nsp, socket.id) && rooms == people_[nsp].at(socket.id).rooms,
                       "rooms of " + socket.id + " differ from the model's");
      }
    });
  }

  void serve_something() {
    const std::string nsp = dice_.one_in(3) ? "/chat" : "/";
    if (people_[nsp].empty()) return;
    const Socket socket = some_person(nsp)->second.socket;
    switch (dice_.below(24)) {
      case 0:
        return compare_rooms(nsp);
      case 1:
        return move_people(nsp);
      case 2:
        return ask_all(nsp);
      case 3:
        return dice_.one_in(6) ? socket.disconnect(Close::socket) : emit_to(nsp, socket);
      case 4:
        return dice_.one_in(8) ? socket.disconnect(Close::connection) : emit_to(nsp, socket);
      case 5:
        if (dice_.one_in(12))
          return server_.of(nsp).to(some_room(nsp)).disconnect_sockets(Close::socket);
        return emit_to(nsp, socket);
      case 6:
      case 7:
      case 8:
        return ask_one(socket);
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
        return broadcast(nsp);
      default:
        return emit_to(nsp, socket);
    }
  }

  // --- Clients ---

  void add_client() {
    EngineClientOptions options;
    options.travel = static_cast<Travel>(dice_.below(3));
    options.upgrade_delay = milliseconds(dice_.between(0, 300));
    auto client = std::make_unique<ScriptedClient>(loop_, server_.dial(), options);
    if (dice_.one_in(2)) client->namespaces.emplace_back("/chat");
    ScriptedClient& c = *client;
    client->on.event = [this, &c](const std::string& nsp, const std::string& name,
                                  const json& arguments, std::optional<std::uint64_t> ack) {
      const auto id = arguments.at(0).get<std::uint64_t>();
      ledger_.received(down(nsp, c.sid(nsp)), id);
      if (name == "down")
        return ledger_.expect(arguments.at(1) == cargo(id), "changed on the way down");
      answer_question(c, nsp, *ack, arguments.at(1).get<int>());
    };
    clients_.push_back(std::move(client));
  }

  void answer_question(ScriptedClient& client, const std::string& nsp, std::uint64_t ack, int n) {
    if (dice_.one_in(5)) return;
    const Sid sid = client.sid(nsp);
    const auto reply = [&client, nsp, sid, ack, n] {
      if (client.sid(nsp) == sid) client.answer(nsp, ack, json::array({n + 1}));
    };
    loop_.after(milliseconds(dice_.between(0, 300)), reply);
    if (dice_.one_in(8))
      // A second answer must change nothing.
      loop_.after(milliseconds(400), reply);
  }

  void do_something(ScriptedClient& client) {
    if (client.is_closed()) return reconnect(client);
    const std::string nsp = dice_.one_in(3) ? "/chat" : "/";
    if (!client.is_connected(nsp)) return;
    switch (dice_.below(16)) {
      case 0:
      case 1:
        return client.emit(nsp, "room", {some_room_name(), dice_.one_in(2)});
      case 2:
      case 3:
        return ask_server(client, nsp);
      case 4:
        return dice_.one_in(6) ? client.leave(nsp) : send_up(client, nsp);
      case 5:
        return dice_.one_in(3) ? damage(client) : send_up(client, nsp);
      default:
        return send_up(client, nsp);
    }
  }
  std::string some_room_name() { return std::string(1, static_cast<char>('a' + dice_.below(3))); }

  void reconnect(ScriptedClient& client) {
    if (dice_.one_in(3)) client.connect();
  }

  void send_up(ScriptedClient& client, const std::string& nsp) {
    const std::uint64_t id = next_id_++;
    ledger_.sent("up " + nsp + client.sid(nsp), id);
    client.emit(nsp, "up", {id, cargo(id)});
  }

  void ask_server(ScriptedClient& client, const std::string& nsp) {
    const int n = static_cast<int>(next_id_++);
    const std::string key = nsp + client.sid(nsp);
    ++waiting_[key];
    client.emit(nsp, "ask", {n}, [this, n, key](const json* arguments) {
      --waiting_[key];
      if (arguments)
        ledger_.expect(*arguments == json::array({n + 1}), "a wrong answer of the server");
    });
  }

  void damage(ScriptedClient& client) {
    const auto streams = client.engine().streams();
    if (streams.empty()) return;
    const auto& stream = streams[dice_.below(streams.size())];
    switch (dice_.below(6)) {
      case 0:
        return client.engine().close();
      case 1:
        return client.engine().abort();
      case 2:
        return stream->reset();
      case 3:
        return stream->shut_down_writing();
      case 4:
        return stream->go_silent();
      default:
        stream->pause_reading();
        return loop_.after(milliseconds(dice_.between(0, 1'500)),
                           [stream] { stream->resume_reading(); });
    }
  }

  void act() {
    if (loop_.elapsed() > busy_time) return;
    dice_.one_in(2) ? serve_something() : do_something(*clients_[dice_.below(clients_.size())]);
    loop_.after(milliseconds(dice_.one_in(3) ? 0 : dice_.between(0, 25)), [this] { act(); });
  }

  // --- The end ---

  void heal() {
    for (const auto& client : clients_) {
      if (!client->is_open()) continue;
      for (const auto& stream : client->engine().streams()) stream->resume_reading();
    }
  }

  void check_delivered() {
    for (const auto& client : clients_) {
      for (const auto& complaint : client->complaints()) ledger_.complain("client: " + complaint);
      for (const std::string& nsp : client->namespaces) {
        const Sid sid = client->sid(nsp);
        if (sid.empty()) continue;
        ledger_.expect(is_here(nsp, sid), "the server does not know " + sid);
        ledger_.expect(ledger_.missing("up " + nsp + sid) == 0, "messages up are missing, " + sid);
        ledger_.expect(ledger_.missing(down(nsp, sid)) == 0, "messages down are missing, " + sid);
        ledger_.expect(waiting_[nsp + sid] == 0, "the server did not answer " + sid);
      }
    }
  }

  void leave() {
    for (const auto& client : clients_) {
      if (!client->has_engine()) continue;
      dice_.one_in(2) ? client->engine().close() : client->engine().abort();
    }
  }

  void check_empty() {
    for (const auto& [nsp, people] : people_) {
      ledger_.expect(people.empty(), "sockets without clients in " + nsp);
      ledger_.expect(server_.of(nsp).sockets_count() == 0, "the server keeps sockets in " + nsp);
      ledger_.expect(room_count(server_.state_of(nsp).adapter()) == 0,
                     "the server keeps rooms in " + nsp);
    }
    ledger_.expect(acks_asked_ == acks_answered_, "acknowledgements without an answer");
    ledger_.expect(server_.engine().session_count() == 0, "the server keeps sessions");
    ledger_.expect(!loop_.timers().next_deadline(), "a timer is armed");
    ledger_.expect(network_.live_ends() == 0, "streams are kept:" + network_.open_ends());
  }

  SimulatedLoop loop_;
  Dice& dice_;
  Network network_;
  Ledger ledger_;
  std::map<std::string, std::map<Sid, Person>> people_;
  std::map<std::string, int> waiting_;
  std::uint64_t next_id_ = 1;
  std::uint64_t acks_asked_ = 0;
  std::uint64_t acks_answered_ = 0;
  SimulatedServer server_;
  std::vector<std::unique_ptr<ScriptedClient>> clients_;
};

}  // namespace socketio::support
