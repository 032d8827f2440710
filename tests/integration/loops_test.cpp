// SPDX-License-Identifier: MIT
// A server with several loops: how clients are spread, that requests find their session wherever their
// connection is, handlers of all loops, and the end.
#include "base/loop_place.hpp"
#include "support/live_server.hpp"
#include "support/tls_client.hpp"

#include <socketio/asio.hpp>
#include <socketio/metrics.hpp>
#include <socketio/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

ServerOptions with_threads(std::size_t threads) { return {.threads = threads}; }

/// Threads that run handlers, each with a number.
class ThreadNames {
 public:
  std::size_t here() {
    const std::lock_guard lock(mutex_);
    return numbers_.emplace(std::this_thread::get_id(), numbers_.size()).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::thread::id, std::size_t> numbers_;
};

/// Answers "thread" with the number of the thread that runs the handler.
struct NamedThreads {
  ThreadNames names;
  LiveServer::SetUp set_up() {
    return [this](Server& io) { io.on("thread", [this] { return names.here(); }); };
  }
};

std::string handshake(HttpClient& http) {
  const auto opened = http.ask(request_text("GET", engine_query));
  return opened ? opened->body.substr(opened->body.find("sid") + 6, 20) : std::string();
}

std::string poll_of(const std::string& sid) {
  return request_text("GET", engine_query + "&sid=" + sid);
}

std::string post_of(const std::string& sid, std::string_view body) {
  return request_text("POST", engine_query + "&sid=" + sid, {}, body);
}

/// Opens a session and joins "/".
std::string join(HttpClient& http) {
  const std::string sid = handshake(http);
  http.ask(post_of(sid, "40"));
  http.ask(poll_of(sid));
  return sid;
}

/// Sessions until there is one of each of two loops.
struct TwoSessions {
  explicit TwoSessions(std::uint16_t port) : first(port), second(port) {
    first_sid = join(first);
    second_sid = join(second);
  }
  bool are_apart() const { return owner_of(first_sid, 2) != owner_of(second_sid, 2); }

  HttpClient first, second;
  std::string first_sid, second_sid;
};

TEST(Loops, SpreadClientsEvenly) {
  NamedThreads threads;
  LiveServer server(with_threads(4), threads.set_up());
  std::vector<std::unique_ptr<SocketClient>> clients;
  std::map<std::string, int> per_thread;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    ++per_thread[clients.back()->ask(R"(["thread"])")];
  }
  ASSERT_EQ(per_thread.size(), 4);
  for (const auto& [thread, count] : per_thread) EXPECT_LE(count, 27) << thread;
  EXPECT_EQ(server.io.sockets_count(), 100);
  EXPECT_EQ(server.io.engine_clients_count(), 100);
  EXPECT_TRUE(eventually([&] {
    std::promise<Metrics> metrics;
    server.io.post([&] { metrics.set_value(server.io.metrics()); });
    const Metrics seen = metrics.get_future().get();
    return seen.sessions.at("websocket") == 100 && seen.namespaces.at("/").sockets == 100 &&
           seen.connections_accepted == 100;
  }));
}

TEST(Loops, SpreadAStorm) {
  NamedThreads threads;
  LiveServer server(with_threads(4), threads.set_up());
  std::mutex mutex;
  std::map<std::string, int> per_thread;
  std::vector<std::unique_ptr<SocketClient>> all;
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        auto client = std::make_unique<SocketClient>(server.port);
        const std::string thread = client->ask(R"(["thread"])");
        const std::lock_guard lock(mutex);
        ++per_thread[thread];
        all.push_back(std::move(client));
      }
    });
  }
  for (auto& sender : senders) sender.join();
  for (const auto& [thread, count] : per_thread) EXPECT_LE(count, 55) << thread;
}

TEST(Loops, IdsNameTheirLoop) {
  NamedThreads threads;
  LiveServer server(with_threads(2), threads.set_up());
  std::map<std::size_t, std::set<std::string>> threads_of_owners;
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    SocketClient& client = *clients.back();
    threads_of_owners[owner_of(client.id(), 2)].insert(client.ask(R"(["thread"])"));
  }
  ASSERT_EQ(threads_of_owners.size(), 2);
  EXPECT_EQ(threads_of_owners[0].size(), 1);
  EXPECT_EQ(threads_of_owners[1].size(), 1);
  EXPECT_NE(threads_of_owners[0], threads_of_owners[1]);
}

TEST(Loops, ARequestMovesItsConnectionToTheSession) {
  LiveServer server(with_threads(2));
  TwoSessions sessions(server.port);
  ASSERT_TRUE(sessions.are_apart());
  // Each connection serves either session, back and forth.
  for (int i = 0; i < 4; ++i) {
    for (const std::string& sid : {sessions.first_sid, sessions.second_sid}) {
      HttpClient& http = i % 2 == 0 ? sessions.second : sessions.first;
      const auto posted = http.ask(post_of(sid, "42[\"echo\"," + std::to_string(i) + "]"));
      ASSERT_TRUE(posted);
      EXPECT_EQ(posted->body, "ok");
      const auto polled = sessions.first.ask(poll_of(sid));
      ASSERT_TRUE(polled);
      EXPECT_EQ(polled->body, "42[\"echo\"," + std::to_string(i) + "]");
    }
  }
}

TEST(Loops, PipelinedRequestsForSeveralLoopsAreAnsweredInOrder) {
  LiveServer server(with_threads(2), [](Server& io) {
    io.http().get("/here", [] { return HttpResponse::text("here"); });
  });
  TwoSessions sessions(server.port);
  ASSERT_TRUE(sessions.are_apart());
  HttpClient proxy(server.port);
  const std::string large(40'000, 'x');
  std::string requests;
  for (int i = 0; i < 5; ++i) {
    requests += post_of(sessions.first_sid, R"(42["echo","first )" + large + R"("])");
    requests += request_text("GET", "/here");
    requests += post_of(sessions.second_sid, R"(42["echo","second"])");
  }
  requests += poll_of("nobodys-nobodys-nobo");
  std::thread sender([&] { proxy.tcp().send(requests); });
  for (int i = 0; i < 5; ++i) {
    for (const char* const wanted : {"ok", "here", "ok"}) {
      const auto answer = proxy.response();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->body, wanted);
    }
  }
  const auto unknown = proxy.response();
  sender.join();
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 400);
  EXPECT_THAT(unknown->body, HasSubstr("Session ID unknown"));
  EXPECT_THAT(sessions.first.ask(poll_of(sessions.second_sid))->body, HasSubstr("second"));
  EXPECT_THAT(sessions.second.ask(poll_of(sessions.first_sid))->body, HasSubstr("first xxx"));
}

TEST(Loops, ABodyThatIsArrivingMovesToo) {
  LiveServer server(with_threads(2));
  TwoSessions sessions(server.port);
  ASSERT_TRUE(sessions.are_apart());
  const std::string request = post_of(sessions.first_sid, R"(42["echo","in small pieces"])");
  for (const std::size_t cut : {std::size_t{1}, request.find("\r\n\r\n") + 3,
                                request.find("\r\n\r\n") + 4, request.size() - 1}) {
    sessions.second.tcp().send(std::string_view(request).substr(0, cut));
    // The server has read the first part when it answers something else.
    EXPECT_TRUE(HttpClient(server.port).ask(request_text("GET", "/elsewhere")));
    sessions.second.tcp().send(std::string_view(request).substr(cut));
    const auto posted = sessions.second.response();
    ASSERT_TRUE(posted);
    EXPECT_EQ(posted->body, "ok") << cut;
    EXPECT_EQ(sessions.first.ask(poll_of(sessions.first_sid))->body,
              R"(42["echo","in small pieces"])");
  }
}

TEST(Loops, AnUpgradeMovesItsConnection) {
  LiveServer server(with_threads(2));
  TwoSessions sessions(server.port);
  ASSERT_TRUE(sessions.are_apart());
  for (const std::string& sid : {sessions.first_sid, sessions.second_sid}) {
    WebSocketClient socket(server.port, websocket_query + "&sid=" + sid);
    ASSERT_EQ(socket.status(), 101);
    socket.send("2probe");
    EXPECT_EQ(socket.packet(), "3probe");
    socket.send("5");
    socket.send(R"(42["echo","upgraded"])");
    EXPECT_EQ(socket.packet(), R"(42["echo","upgraded"])");
  }
}

TEST(Loops, TlsConnectionsMove) {
  const Authority authority;
  const Identity identity = authority.issue({});
  std::uint16_t port = 0;
  LiveServer server(with_threads(2), [&](Server& io) {
    port = io.listen(
        {.address = "127.0.0.1",
         .tls = ServerTls({.certificates = {{.certificate_pem = identity.certificate_pem(),
                                             .key_pem = identity.key_pem()}}})});
  });
  TwoSessions sessions(server.port);
  ASSERT_TRUE(sessions.are_apart());
  TlsClient tls(port);
  ASSERT_TRUE(tls.shake_hands());
  for (int i = 0; i < 6; ++i) {
    const std::string& sid = i % 2 == 0 ? sessions.first_sid : sessions.second_sid;
    const std::string event = "42[\"echo\"," + std::to_string(i) + "]";
    tls.text.clear();
    // Two requests in one record, and one that begins in it.
    const std::string requests = post_of(sid, event) + poll_of(sid) + poll_of("unknown");
    ASSERT_TRUE(tls.say(std::string_view(requests).substr(0, requests.size() - 10)));
    ASSERT_TRUE(tls.hear(event));
    ASSERT_TRUE(tls.say(std::string_view(requests).substr(requests.size() - 10)));
    ASSERT_TRUE(tls.hear("Session ID unknown"));
  }
}

TEST(Loops, AUnixSocketAndAProxyHeaderAndAnAcceptedConnection) {
  std::uint16_t proxied = 0;
  LiveServer server(with_threads(2), [&](Server& io) {
    io.on("address", [](Socket& socket) { return socket.handshake().address; });
    proxied = io.listen({.address = "127.0.0.1", .proxy_protocol = true});
  });
  for (int i = 0; i < 4; ++i) {
    HttpClient http(proxied);
    http.tcp().send("PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n");
    const std::string sid = join(http);
    HttpClient other(proxied);
    other.tcp().send("PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n");
    const auto posted = other.ask(post_of(sid, R"(420["address"])"));
    ASSERT_TRUE(posted);
    EXPECT_EQ(posted->body, "ok");
    EXPECT_EQ(http.ask(poll_of(sid))->body, R"(430["192.0.2.1"])");
  }
}

TEST(Loops, HandlersThatAreRegisteredBeforeAndAfterRunAreOnAll) {
  LiveServer server(with_threads(3), [](Server& io) { io.of("/early").on("a", [] { return 1; }); });
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    clients.back()->send("40/early,");
    clients.back()->packet();
  }
  const HandlerId late = server.io.of("/early").on("late", [] { return 2; });
  for (const auto& client : clients) {
    client->send("42/early,1[\"a\"]");
    EXPECT_EQ(client->packet(), "43/early,1[1]");
    EXPECT_TRUE(eventually([&] {
      client->send("42/early,2[\"late\"]");
      client->send("42/early,3[\"a\"]");
      const std::string answer = client->packet();
      if (answer != "43/early,2[2]") return false;
      return client->packet() == "43/early,3[1]";
    }));
  }
  server.io.of("/early").off("late", late);
  for (const auto& client : clients) {
    EXPECT_TRUE(eventually([&] {
      client->send("42/early,4[\"late\"]");
      client->send("42/early,5[\"a\"]");
      return client->packet() == "43/early,5[1]" || client->packet().empty();
    }));
  }
}

TEST(Loops, OnceRunsOnOneOfThem) {
  std::atomic<int> calls = 0;
  LiveServer server(with_threads(3), [&](Server& io) {
    io.once("first", [&] { ++calls; });
    io.on("sync", [] { return true; });
  });
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    clients.back()->send(R"(42["first"])");
    EXPECT_EQ(clients.back()->ask(R"(["sync"])"), "[true]");
  }
  EXPECT_EQ(calls, 1);
}

TEST(Loops, ANamespaceThatAPatternAdmitsIsMadeWhereItIsAskedFor) {
  std::atomic<int> announced = 0;
  LiveServer server(with_threads(2), [&](Server& io) {
    io.of(std::regex("/room-[0-9]+")).on("hi", [](Socket& socket) { return socket.nsp().name(); });
    io.on_new_namespace([&](Namespace nsp) {
      ++announced;
      nsp.on("own", [] { return "own"; });
    });
  });
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    SocketClient& client = *clients.back();
    client.send("40/room-1,");
    ASSERT_THAT(client.packet(), StartsWith("40/room-1,"));
    client.send("42/room-1,7[\"hi\"]");
    EXPECT_EQ(client.packet(), R"(43/room-1,7["/room-1"])");
    client.send("42/room-1,8[\"own\"]");
    EXPECT_EQ(client.packet(), R"(43/room-1,8["own"])");
  }
  EXPECT_EQ(announced, 2);
}

TEST(Loops, MiddlewaresAndHooksRunOnAll) {
  std::atomic<int> asked = 0;
  LiveServer server(with_threads(2), [&](Server& io) {
    io.engine().use([&](const HttpRequest&) -> EngineDecision {
      ++asked;
      return {};
    });
    io.use([](Socket&, Next next) { next(); });
  });
  for (int i = 0; i < 4; ++i) SocketClient client(server.port);
  EXPECT_EQ(asked, 4);
}

TEST(Loops, LimitsAreForAllOfThem) {
  ServerOptions options = with_threads(2);
  options.limits.connections = 3;
  LiveServer server(options);
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<SocketClient>(server.port));
  TcpClient refused(server.port);
  EXPECT_FALSE(refused.receive());
  clients.pop_back();
  EXPECT_TRUE(eventually([&] { return WebSocketClient(server.port).status() == 101; }));
}

// --- What concerns sockets of several loops ---

/// Six clients of three loops.
struct ThreeLoops {
  explicit ThreeLoops(const LiveServer::SetUp& set_up = {}) : server(with_threads(3), set_up) {
    for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<SocketClient>(server.port));
  }
  void expect_all(const std::string& packet) {
    for (const auto& client : clients) EXPECT_EQ(client->packet(), packet);
  }

  LiveServer server;
  std::vector<std::unique_ptr<SocketClient>> clients;
};

TEST(Loops, ABroadcastReachesAll) {
  ThreeLoops town([](Server& io) {
    io.on("tell", [&io](std::string text) { io.emit("told", text); });
    io.on("tell-others",
          [](Socket& socket, std::string text) { socket.broadcast().emit("told", text); });
  });
  town.server.io.emit("hello", json::binary({1, 2}));
  for (const auto& client : town.clients) {
    EXPECT_EQ(client->packet(), R"(451-["hello",{"_placeholder":true,"num":0}])");
    EXPECT_TRUE(client->event());
  }
  town.clients[1]->send(R"(42["tell","all"])");
  town.expect_all(R"(42["told","all"])");
  town.clients[2]->send(R"(42["tell-others","others"])");
  for (const auto& client : town.clients) {
    if (client == town.clients[2]) continue;
    EXPECT_EQ(client->packet(), R"(42["told","others"])");
  }
  town.clients[2]->send(R"(42["echo",1])");
  EXPECT_EQ(town.clients[2]->packet(), R"(42["echo",1])");
}

TEST(Loops, RoomsAreOneOnAllLoops) {
  ThreeLoops town([](Server& io) {
    io.on("join", [](Socket& socket, std::string room) { return socket.join(room); });
    io.on("leave", [](Socket& socket, std::string room) {
      socket.leave(room);
      return true;
    });
    io.on("to", [&io](std::string room, int number) { io.to(room).emit("told", number); });
  });
  for (const std::size_t member : {1, 5}) town.clients[member]->ask(R"(["join","red"])");
  for (std::size_t i = 0; i < 6; ++i) {
    town.clients[i]->send("42[\"to\",\"red\"," + std::to_string(i) + "]");
    EXPECT_EQ(town.clients[1]->packet(), "42[\"told\"," + std::to_string(i) + "]");
    EXPECT_EQ(town.clients[5]->packet(), "42[\"told\"," + std::to_string(i) + "]");
  }
  town.clients[1]->ask(R"(["leave","red"])");
  town.clients[0]->send(R"(42["to","red",7])");
  EXPECT_EQ(town.clients[5]->packet(), R"(42["told",7])");
  // One socket's own id.
  for (std::size_t i = 0; i < 6; ++i) {
    town.clients[i]->send("42[\"to\",\"" + town.clients[3]->id() + "\",8]");
    EXPECT_EQ(town.clients[3]->packet(), R"(42["told",8])");
  }
  for (const auto& client : town.clients) EXPECT_TRUE(client->skipped().empty());
}

TEST(Loops, RequestsAreAnsweredByAll) {
  ThreeLoops town([](Server& io) {
    io.on("count", [&io](Ack<std::size_t> done) {
      io.fetch_sockets().then([done](const FetchedSockets& sockets) { done(sockets.size()); });
    });
    io.on("count-here", [&io](Ack<std::size_t> done) {
      io.local().fetch_sockets().then(
          [done](const FetchedSockets& sockets) { done(sockets.size()); });
    });
  });
  EXPECT_EQ(town.server.io.fetch_sockets().future().get().size(), 6);
  for (const auto& client : town.clients) {
    EXPECT_EQ(client->ask(R"(["count"])"), "[6]");
    EXPECT_EQ(client->ask(R"(["count-here"])"), "[2]");
  }
  auto answers = town.server.io.timeout(patience).emit_with_ack<int>("question");
  for (const auto& client : town.clients) {
    const std::string question = client->packet();
    ASSERT_THAT(question, HasSubstr("[\"question\"]"));
    client->send("43" + question.substr(2, question.find('[') - 2) + "[1]");
  }
  EXPECT_EQ(answers.future().get().values().size(), 6);
  town.server.io.sockets_join("all");
  town.server.io.to("all").emit("joined");
  town.expect_all(R"(42["joined"])");
  town.server.io.sockets_leave("all");
  town.server.io.to("all").emit("nothing");
  town.server.io.to(town.clients[4]->id()).disconnect_sockets();
  EXPECT_EQ(town.clients[4]->packet(), "41");
  town.clients.erase(town.clients.begin() + 4);
  town.server.io.disconnect_sockets(Close::connection);
  for (const auto& client : town.clients) EXPECT_TRUE(client->ends());
}

TEST(Loops, ASendersOrderIsKept) {
  ThreeLoops town([](Server& io) {
    io.on("count", [&io](Socket& socket, int to) {
      for (int i = 0; i < to; i += 2) {
        io.to("all").emit("number", i);
        socket.to("all").emit("number", i + 1);
      }
    });
    io.on_connection([](Socket socket) { socket.join("all"); });
  });
  town.clients[4]->send(R"(42["count",200])");
  for (const auto& client : town.clients) {
    const bool is_sender = client == town.clients[4];
    for (int i = 0; i < 200; i += is_sender ? 2 : 1) {
      ASSERT_EQ(client->packet(), "42[\"number\"," + std::to_string(i) + "]");
    }
  }
}

TEST(Loops, NamespacesOfAPatternGetWhatIsSentToTheirParent) {
  std::optional<Namespace> parent;
  LiveServer server(with_threads(3),
                    [&](Server& io) { parent = io.of(std::regex("/room-[0-9]+")); });
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.port));
    const std::string name = "/room-" + std::to_string(i % 4);
    clients.back()->send("40" + name + ",");
    ASSERT_THAT(clients.back()->packet(), StartsWith("40" + name));
  }
  parent->emit("hello");
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(clients[i]->packet(), "42/room-" + std::to_string(i % 4) + ",[\"hello\"]");
  }
}

TEST(Loops, ClosingEndsAllClients) {
  LiveServer server(with_threads(3));
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<SocketClient>(server.port));
  auto closed = server.io.closed().future();
  server.io.close();
  for (const auto& client : clients) EXPECT_TRUE(client->ends());
  clients.clear();
  closed.get();
  server.stop();
}

TEST(Loops, DrainingEndsAllClients) {
  LiveServer server(with_threads(3));
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<SocketClient>(server.port));
  server.io.drain(50ms);
  for (const auto& client : clients) EXPECT_TRUE(client->ends());
  clients.clear();
  server.stop();
}

TEST(Loops, AHandlerOfAnyLoopMayDestroyTheServer) {
  for (int i = 0; i < 4; ++i) {
    auto io = std::make_unique<Server>(with_threads(3));
    std::atomic<bool> destroyed = false;
    io->on("end", [&] {
      io.reset();
      destroyed = true;
    });
    const std::uint16_t port = io->listen("127.0.0.1", 0);
    std::thread runner([server = io.get()] { server->run(); });
    std::vector<std::unique_ptr<SocketClient>> clients;
    for (int k = 0; k < 3; ++k) clients.push_back(std::make_unique<SocketClient>(port));
    clients[static_cast<std::size_t>(i) % 3]->send(R"(42["end"])");
    runner.join();
    EXPECT_TRUE(destroyed);
  }
}

TEST(Loops, OptionsThatSeveralThreadsCannotHave) {
  EXPECT_THROW(Server({.threads = 257}), std::invalid_argument);
  EXPECT_THROW(Server({.threads = 2, .connection_state_recovery = RecoveryOptions{}}),
               std::invalid_argument);
  EXPECT_THROW(
      Server({.threads = 2, .generate_id = [](const HttpRequest&) { return std::string("x"); }}),
      std::invalid_argument);
  boost::asio::io_context context;
  EXPECT_THROW(make_server(context, {.threads = 2}), std::invalid_argument);
  EXPECT_NO_THROW(Server({.threads = 0}));
}

}  // namespace
}  // namespace socketio::support
