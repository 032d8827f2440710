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
