// SPDX-License-Identifier: MIT
// Programs that end while their client or server is running (tests/exit/program.cpp): whatever
// its lifetime, and whatever it is doing, they end with the exit code that they chose.
// SOCKETIO_EXIT_RUNS says how often each of them runs.
#include "support/child_process.hpp"
#include "support/live_server.hpp"
#include "support/tls_relay.hpp"

#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using Environment = ChildProcess::Environment;

int runs() {
  const char* const wanted = std::getenv("SOCKETIO_EXIT_RUNS");
  return wanted ? std::stoi(wanted) : 2;
}

/// All have static lifetime, except the last one, which is never destroyed.
const std::vector<std::string> lifetimes = {"namespace scope", "function", "pointer", "for ever"};
/// Either main() returns after so many milliseconds, or a handler calls exit().
const std::vector<std::string> ends = {"0", "2", "50", "500", "handler"};

class Exit : public testing::Test {
 protected:
  std::string http() const { return "http://127.0.0.1:" + std::to_string(server.port); }
  std::string https() const { return "https://127.0.0.1:" + std::to_string(relay.port()); }

  int end_of_client(const std::string& lifetime, const std::string& end, const std::string& url,
                    const std::string& transport, const std::string& runs = {}) {
    ChildProcess child({SOCKETIO_EXIT_PROGRAM}, ChildProcess::On::pipes,
                       {{"ENDPOINT", "client"},
                        {"RUNS", runs},
                        {"LIFETIME", lifetime},
                        {"END", end},
                        {"URL", url},
                        {"TRANSPORT", transport},
                        {"CA_FILE", ca_file.path()}});
    return child.await_exit();
  }
  void expect_clean_ends(const std::string& url, const std::string& transport,
                         const std::vector<std::string>& when) {
    for (const auto& lifetime : lifetimes) {
      for (const auto& end : when) {
        for (int run = 0; run < runs(); ++run) {
          EXPECT_EQ(end_of_client(lifetime, end, url, transport), 0) << lifetime << ", " << end;
        }
      }
    }
  }
  int end_of_server(const std::string& lifetime, const std::string& end,
                    const std::string& transport) {
    ChildProcess child({SOCKETIO_EXIT_PROGRAM}, ChildProcess::On::pipes,
                       {{"ENDPOINT", "server"}, {"LIFETIME", lifetime}, {"END", end}});
    EXPECT_TRUE(child.await_output("\n"));
    const std::string port = child.out().substr(0, child.out().find('\n'));
    Client client("http://127.0.0.1:" + port, {.transports = {transport}});
    const ClientSocket socket = client.socket();
    socket.on_connect([&] { socket.emit("ball", 0, ""); });
    socket.on("ball", [&](int n, const std::string& text) { socket.emit("ball", n, text); });
    client.start();
    return child.await_exit();
  }

  LiveServer server{{}, [](Server& io) {
                      io.on_connection([](Socket socket) { socket.emit("ball", 0, ""); });
                      io.on("ball", [](Socket& socket, int n, const std::string& text) {
                        socket.emit("ball", n, text);
                      });
                    }};
  Authority authority;
  TemporaryFile ca_file{authority.root().certificate_pem()};
  TlsRelay relay{authority.issue({}), server.port};
};

TEST_F(Exit, OfAClientOverHttp) { expect_clean_ends(http(), "websocket", ends); }

TEST_F(Exit, OfAClientOverHttps) { expect_clean_ends(https(), "websocket", ends); }

TEST_F(Exit, OfAClientThatPolls) {
  expect_clean_ends(http(), "polling", {"50", "handler"});
  expect_clean_ends(https(), "polling", {"50", "handler"});
}

TEST_F(Exit, OfAClientThatIsRefused) {
  const std::string nowhere = std::to_string(LiveServer().port);
  expect_clean_ends("http://127.0.0.1:" + nowhere, "websocket", {"0", "2", "50"});
  expect_clean_ends("https://127.0.0.1:" + std::to_string(server.port), "polling", {"2", "50"});
}

TEST_F(Exit, OfAServer) {
  for (const auto& lifetime : lifetimes) {
    for (const auto& end : ends) {
      for (int run = 0; run < runs(); ++run) {
        const std::string transport = run % 2 == 0 ? "websocket" : "polling";
        EXPECT_EQ(end_of_server(lifetime, end, transport), 0) << lifetime << ", " << end;
      }
    }
  }
}

TEST_F(Exit, InAHandlerWhileMainHasTheEndpoint) {
  for (int run = 0; run < runs(); ++run) {
    EXPECT_EQ(end_of_client("main", "handler", https(), "websocket"), 0);
    EXPECT_EQ(end_of_server("main", "handler", "websocket"), 0);
  }
}

TEST_F(Exit, DoesNotWaitForEverForAHandler) {
  EXPECT_EQ(end_of_client("for ever", "stuck", https(), "websocket"), 0);
  EXPECT_EQ(end_of_server("for ever", "stuck", "websocket"), 0);
}

/// The destructor runs after exit() has waited, and does not wait again.
TEST_F(Exit, NorDoesADestructor) {
  EXPECT_EQ(end_of_client("pointer", "stuck", https(), "websocket"), 0);
}

TEST_F(Exit, DoesNotWaitForEverForAHandlerOnAContextOfTheProgram) {
  for (const char* const lifetime : {"for ever", "pointer"}) {
    EXPECT_EQ(end_of_client(lifetime, "stuck", https(), "websocket", "on a context"), 0);
    EXPECT_EQ(end_of_client(lifetime, "stuck", http(), "polling", "on a context"), 0);
  }
}

/// The forked process has no such threads, and the connections belong to its parent.
// Not under a sanitizer: its allocator's locks are not taken over fork(), as those of malloc() are.
// If another thread holds one at that moment, the child waits for it for ever.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Exit, OfAProcessThatWasForkedOffLeavesThemAlone) {
  EXPECT_EQ(end_of_client("for ever", "fork", https(), "websocket"), 3);
  EXPECT_EQ(end_of_server("for ever", "fork", "websocket"), 3);
}
#endif

/// Meanwhile main() does not continue to its end.
TEST_F(Exit, OnAnotherThreadWhileMainRunsIt) {
  for (int run = 0; run < runs(); ++run) {
    EXPECT_EQ(end_of_client("main", "thread", https(), "websocket"), 7);
    EXPECT_EQ(end_of_server("main", "thread", "websocket"), 7);
  }
}

}  // namespace
}  // namespace socketio::support
