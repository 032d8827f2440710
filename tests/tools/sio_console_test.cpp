// SPDX-License-Identifier: MIT
// sio connect, with input from a pipe and with typing on a terminal.
#include "support/child_process.hpp"
#include "support/live_server.hpp"
#include "support/log.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

class SioConsoleTest : public testing::Test {
 protected:
  SioConsoleTest() {
    server_ = std::make_unique<LiveServer>(ServerOptions{}, [this](Server& io) {
      io.on("ask", [](std::string text) { return text + "!"; });
      io.on("silent", [](json) {});
      io.on("say", [this](Arguments all) { log_.add("said " + all.elements()); });
      io.on("kick", [](Socket& socket) { socket.disconnect(); });
      auto admin = io.of("/admin");
      admin.use([](Socket& socket, Next next) {
        if (socket.handshake().auth.value("token", "") == "s3cret") return next();
        next(MiddlewareError{"not authorized", {{"code", 401}}});
      });
      admin.on("who", [] { return "admin"; });
    });
  }

  std::vector<std::string> connect(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{SOCKETIO_SIO, "connect",
                                   "localhost:" + std::to_string(server_->port)};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }

  struct Outcome {
    int code = 0;
    std::string out;
  };
  Outcome pipe(std::string_view lines, const std::vector<std::string>& options = {}) const {
    ChildProcess console(connect(options));
    console.type(lines);
    console.end_input();
    const int code = console.await_exit();
    EXPECT_EQ(console.err(), "");
    return {code, console.out()};
  }

  static ChildProcess::Environment terminal_environment(const std::string& history = "") {
    return {{"TERM", "xterm"}, {"NO_COLOR", ""}, {"LC_ALL", "C.UTF-8"}, {"SIO_HISTORY", history}};
  }

  Log log_;
  std::unique_ptr<LiveServer> server_;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// --- A pipe ---

TEST_F(SioConsoleTest, EmitsThePipesLinesAndWaitsForTheServerToHaveThem) {
  const auto outcome =
      pipe("say hello {\"a\": [1, \"b c\"]}\nsay \"two words\" -5 5.5 true @/dev/null\nsay last");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(log_.lines("said"),
            (Log::Lines{R"(said "hello",{"a":[1,"b c"]})",
                        R"(said "two words",-5,5.5,true,{"_placeholder":true,"num":0})",
                        R"(said "last")"}));
}

TEST_F(SioConsoleTest, ShowsAcknowledgementsAndEventsWithoutPromptAndColours) {
  const auto outcome = pipe("ask hello ?\n/ack ask again\necho [1,2]\nask last ?\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.starts_with("connected, id ")) << outcome.out;
  // After the time.
  EXPECT_TRUE(contains(outcome.out, "s \"hello!\"\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nack ask ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "s \"again!\"\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\n< echo [1,2]\n")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "\x1b")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "> ")) << outcome.out;
}

TEST_F(SioConsoleTest, AcknowledgementsTimeOut) {
  const auto outcome = pipe("silent 1 ?\n", {"--timeout", "50"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "ack silent none within 50 ms")) << outcome.out;
}

TEST_F(SioConsoleTest, SaysWhatIsWrongWithALine) {
  const auto outcome = pipe(
      "/nonsense\nsay {\"a\":\nsay {a}\nsay \"a\"b\nsay @/no/such/file\n/join\n/leave x\nsay ok\n");
  EXPECT_EQ(outcome.code, 0);
  for (const auto* expected :
       {"/nonsense is no command", "this does not end: {\"a\":", "this is no JSON: {a}",
        "a blank is missing behind \"a\"", "cannot read /no/such/file", "/join NAMESPACE [AUTH]",
        "not in /x"}) {
    EXPECT_TRUE(contains(outcome.out, expected)) << expected << "\n" << outcome.out;
  }
  EXPECT_EQ(log_.lines("said"), (Log::Lines{"said \"ok\""}));
}

TEST_F(SioConsoleTest, RefusesNamesOfTheProtocol) {
  const auto outcome = pipe("disconnect 1 ?\nconnect_error\nsay ok\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "\"disconnect\" is a reserved event name")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\"connect_error\" is a reserved event name")) << outcome.out;
  EXPECT_EQ(log_.lines("said"), (Log::Lines{"said \"ok\""}));
}

TEST_F(SioConsoleTest, JoinsNamespacesWithAuthOfTheirOwn) {
  ChildProcess console(connect());
  console.type("/join admin {\"token\":\"s3cret\"}\nwho ?\n");
  ASSERT_TRUE(console.await_output("\"admin\"")) << console.out();
  console.type("/status\n/leave\nsay back\n");
  ASSERT_TRUE(console.await_output("left /admin")) << console.out();
  console.end_input();
  EXPECT_EQ(console.await_exit(), 0);
  EXPECT_TRUE(contains(console.out(), "* /admin  connected, id ")) << console.out();
  EXPECT_EQ(log_.lines("said"), (Log::Lines{"said \"back\""}));
}

TEST_F(SioConsoleTest, APipeEndsWithOneWhenItIsRefusedOrCutOff) {
  const auto refused = pipe("", {"-n", "/admin"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.out, "refused: not authorized {\"code\":401}")) << refused.out;

  ChildProcess console(connect());
  console.type("kick\n");
  EXPECT_EQ(console.await_exit(), 1);
  EXPECT_TRUE(contains(console.out(), "disconnected: io server disconnect")) << console.out();
}

TEST_F(SioConsoleTest, ReconnectsUnlessToldNotTo) {
  ChildProcess once(connect({"--no-reconnect"}));
  ChildProcess always(connect());
  ASSERT_TRUE(once.await_output("connected"));
  ASSERT_TRUE(always.await_output("connected"));
  server_.reset();
  EXPECT_EQ(once.await_exit(), 1);
  EXPECT_TRUE(always.await_output("; trying again")) << always.out();
  always.signal(SIGINT);
  EXPECT_EQ(always.await_exit(), 0);
}

// --- A terminal ---

TEST_F(SioConsoleTest, ATerminalHasPromptColoursAndTimes) {
  ChildProcess console(connect(), ChildProcess::On::terminal, terminal_environment());
  ASSERT_TRUE(console.await_output("\x1b[32mconnected")) << console.out();
  ASSERT_TRUE(console.await_output("/> ")) << console.out();
  console.type("ask hello ?\r");
  ASSERT_TRUE(console.await_output("\"hello!\"")) << console.out();
  console.type("/quit\r");
  EXPECT_EQ(console.await_exit(), 0);
}

TEST_F(SioConsoleTest, NoColorIsObeyed) {
  auto environment = terminal_environment();
  environment.push_back({"NO_COLOR", "1"});
  ChildProcess console(connect(), ChildProcess::On::terminal, environment);
  ASSERT_TRUE(console.await_output("connected, id")) << console.out();
  console.type("\x04");  // Ctrl-D
  EXPECT_EQ(console.await_exit(), 0);
  EXPECT_FALSE(contains(console.out(), "\x1b[32m")) << console.out();
}

TEST_F(SioConsoleTest, TabCompletesEventsSeenAndCommands) {
  ChildProcess console(connect(), ChildProcess::On::terminal, terminal_environment());
  ASSERT_TRUE(console.await_output("connected"));
  server_->io.emit("announcement", 1);
  ASSERT_TRUE(console.await_output("announcement"));
  console.forget_output();
  console.type("ann\t");
  ASSERT_TRUE(console.await_output("ouncement ")) << console.out();
  console.type("\x15");  // Ctrl-U
  console.type("/stat\t\r");
  ASSERT_TRUE(console.await_output("* /")) << console.out();
  console.type("/\t");
  ASSERT_TRUE(console.await_output("/ack  /connect")) << console.out();
  console.type("\x15\x04");
  EXPECT_EQ(console.await_exit(), 0);
}

TEST_F(SioConsoleTest, WhatIsBeingTypedSurvivesAnEvent) {
  ChildProcess console(connect(), ChildProcess::On::terminal, terminal_environment());
  ASSERT_TRUE(console.await_output("connected"));
  console.type("say half");
  ASSERT_TRUE(console.await_output("half"));
  console.forget_output();
  server_->io.emit("news", 1);
  ASSERT_TRUE(console.await_output("news"));
  ASSERT_TRUE(console.await_output("say half")) << console.out();
  console.type("way\r");
  EXPECT_TRUE(log_.wait_for("said \"halfway\""));
  console.type("/quit\r");
  EXPECT_EQ(console.await_exit(), 0);
}

TEST_F(SioConsoleTest, InterruptThrowsTheLineAwayThenEnds) {
  ChildProcess console(connect(), ChildProcess::On::terminal, terminal_environment());
  ASSERT_TRUE(console.await_output("connected"));
  console.type("say never");
  ASSERT_TRUE(console.await_output("never"));
  console.forget_output();
  console.type("\x03");
  ASSERT_TRUE(console.await_output("/> ")) << console.out();
  console.type("\rsay instead\r");
  EXPECT_TRUE(log_.wait_for("said \"instead\""));
  console.forget_output();
  console.type("\x03");
  EXPECT_EQ(console.await_exit(), 0);
  EXPECT_EQ(log_.lines("said"), (Log::Lines{"said \"instead\""}));
}

TEST_F(SioConsoleTest, HistoryOutlivesTheConsole) {
  const std::string history = testing::TempDir() + "sio_test_history";
  std::remove(history.c_str());
  {
    ChildProcess first(connect(), ChildProcess::On::terminal, terminal_environment(history));
    ASSERT_TRUE(first.await_output("connected"));
    first.type("say remembered\r/quit\r");
    EXPECT_EQ(first.await_exit(), 0);
  }
  ChildProcess second(connect(), ChildProcess::On::terminal, terminal_environment(history));
  ASSERT_TRUE(second.await_output("connected"));
  // Ctrl-P twice: the line before /quit.
  second.type("\x10\x10\r");
  ASSERT_TRUE(second.await_output("say remembered")) << second.out();
  second.type("/quit\r");
  EXPECT_EQ(second.await_exit(), 0);
  EXPECT_EQ(log_.lines("said").size(), 2U);
  std::remove(history.c_str());
}

}  // namespace
}  // namespace socketio::support
