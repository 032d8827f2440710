// SPDX-License-Identifier: MIT
// sio emit, listen and bench as run from a shell, with a server in this process.
#include "support/child_process.hpp"
#include "support/live_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

class SioTest : public testing::Test {
 protected:
  SioTest() {
    server_ = std::make_unique<LiveServer>(
        ServerOptions{.max_payload_bytes = 50'000'000}, [this](Server& io) {
          io.on("ask", [](std::string text) { return text + "!"; });
          io.on("both", [](int a, Ack<int, std::string> done) { done(a + 1, "two"); });
          io.on("silent", [](json) {});
          io.on("upload", [](Bytes bytes) { return bytes.size(); });
          io.on("say", [this, &io](Arguments all) {
            ++said_;
            io.emit("said", all);
          });
          io.on("kick", [](Socket& socket) { socket.disconnect(); });
          io.of("/stuck").use([this](Socket&, Next next) { owed_.push_back(std::move(next)); });
          auto admin = io.of("/admin");
          admin.use([](Socket& socket, Next next) {
            if (socket.handshake().auth.value("token", "") == "s3cret") return next();
            next(MiddlewareError{"not authorized", {{"code", 401}}});
          });
          admin.on("who", [](Socket& socket) { return socket.handshake().auth.at("token"); });
        });
  }

  std::string url(const std::string& nsp = "") const {
    return "localhost:" + std::to_string(server_->port) + nsp;
  }

  static std::vector<std::string> sio(std::vector<std::string> words) {
    words.insert(words.begin(), SOCKETIO_SIO);
    return words;
  }

  struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
  };
  static Outcome run(std::vector<std::string> words) {
    ChildProcess child(sio(std::move(words)));
    child.end_input();
    const int code = child.await_exit();
    return {code, child.out(), child.err()};
  }

  std::unique_ptr<LiveServer> server_;
  std::atomic<int> said_ = 0;
  // Used on the server's thread.
  std::vector<Next> owed_;
};

// --- emit ---

TEST_F(SioTest, EmitEndsWhenTheServerHasTheEvent) {
  for (const std::string transport : {"polling", "websocket"}) {
    said_ = 0;
    const auto outcome = run({"emit", url(), "say", "hello", "-t", transport});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(said_, 1);
  }
}

TEST_F(SioTest, EmitPrintsTheAcknowledgementAsJson) {
  EXPECT_EQ(run({"emit", url(), "ask", "hello", "--ack"}).out, "\"hello!\"\n");
  EXPECT_EQ(run({"emit", url(), "both", "-5", "--ack"}).out, "-4 \"two\"\n");
}

TEST_F(SioTest, EmitArgumentsAreJsonWordsAndFiles) {
  const std::string name = testing::TempDir() + "sio_test_upload";
  std::ofstream(name, std::ios::binary) << std::string(100'000, '\0');
  EXPECT_EQ(run({"emit", url(), "upload", "@" + name, "--ack"}).out, "100000\n");
  std::remove(name.c_str());

  ChildProcess listener(sio({"listen", url(), "--count", "1"}));
  ASSERT_TRUE(listener.await_error("connected"));
  EXPECT_EQ(run({"emit", url(), "say", "[1,2]", "{\"a\":null}", "-7", "word", "\"5\"", "5"}).code,
            0);
  EXPECT_EQ(listener.await_exit(), 0);
  EXPECT_EQ(listener.out(), "said [1,2] {\"a\":null} -7 \"word\" \"5\" 5\n");
}

TEST_F(SioTest, EmitFailsWithTheCodeThatScriptsCanTell) {
  const auto silent = run({"emit", url(), "silent", "1", "--ack", "--timeout", "50"});
  EXPECT_EQ(silent.code, 3);
  EXPECT_EQ(silent.err, "sio: no acknowledgement within 50 ms\n");

  const auto refused = run({"emit", url("/admin"), "who", "--ack"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("not authorized {\"code\":401}"), std::string::npos) << refused.err;

  const auto kicked = run({"emit", url(), "kick", "--ack"});
  EXPECT_EQ(kicked.code, 1);
  EXPECT_NE(kicked.err.find("io server disconnect"), std::string::npos) << kicked.err;

  const std::string old_url = url();
  server_.reset();
  const auto nobody = run({"emit", old_url, "say"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_NE(nobody.err.find("cannot connect to " + old_url), std::string::npos) << nobody.err;
}

TEST_F(SioTest, AServerThatLetsNobodyJoinIsNotWaitedForForEver) {
  const auto start = [this](std::vector<std::string> line) {
    line.insert(line.begin() + 1, {url("/stuck"), "--connect-timeout", "500"});
    auto child = std::make_unique<ChildProcess>(sio(line));
    child->end_input();
    return child;
  };
  const auto emitting = start({"emit", "say"});
  const auto listening = start({"listen"});
  const auto console = start({"connect"});
  const auto bench = start({"bench"});
  for (auto* const child : {emitting.get(), listening.get(), console.get()}) {
    EXPECT_EQ(child->await_exit(), 3);
    EXPECT_EQ(child->err(), "sio: the server has not let us join /stuck within 500 ms\n");
  }
  EXPECT_EQ(bench->await_exit(), 1);
  EXPECT_NE(bench->err().find("not joined within 500 ms"), std::string::npos) << bench->err();
}

TEST_F(SioTest, WrongUsageIsTwo) {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"emit"},
      {"emit", url()},
      {"emit", url(), "say", "--no-such-option"},
      {"emit", url(), "say", "[1"},
      {"emit", url(), "say", "@/no/such/file"},
      {"emit", url(), "say", "--auth", "word"},
      {"emit", url(), "say", "--query", "word"},
      {"emit", url(), "say", "--cert", "file"},
      {"emit", url(), "say", "-t", "pigeon"},
      {"emit", url(), "disconnect"},
      {"bench", url(), "-e", "disconnect"},
      {"emit", "ftp://localhost", "say"},
      {"listen", url(), "--timeout", "0"},
      {"bench", url(), "-c", "0"},
      {"decode", "--as", "msgpack", "xyz"},
  };
  for (const auto& line : lines) {
    const auto outcome = run(line);
    EXPECT_EQ(outcome.code, 2) << testing::PrintToString(line);
    EXPECT_NE(outcome.err, "") << testing::PrintToString(line);
  }
}

TEST_F(SioTest, HelpIsNoFailure) {
  for (const std::string command : {"connect", "emit", "listen", "bench", "decode"}) {
    const auto outcome = run({command, "--help"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("Examples:"), std::string::npos);
  }
}

TEST_F(SioTest, NamespaceAndAuth) {
  const std::string auth = R"({"token":"s3cret"})";
  EXPECT_EQ(run({"emit", url("/admin"), "who", "--ack", "--auth", auth}).out, "\"s3cret\"\n");
  EXPECT_EQ(run({"emit", url(), "who", "--ack", "-a", auth, "-n", "admin"}).out, "\"s3cret\"\n");
}

TEST_F(SioTest, SignalsEndWhatWaits) {
  ChildProcess emitting(sio({"emit", url(), "silent", "1", "--ack"}));
  ChildProcess listening(sio({"listen", url()}));
  ASSERT_TRUE(listening.await_error("connected"));
  listening.signal(SIGINT);
  EXPECT_EQ(listening.await_exit(), 0);
  emitting.signal(SIGINT);
  const int code = emitting.await_exit();
  // The signal may have arrived before sio handles it.
  EXPECT_TRUE(code == 130 || code == -SIGINT) << code;
}

// --- listen ---

TEST_F(SioTest, ListenPrintsOnlyTheNamedEventsAndStopsAtTheCount) {
  ChildProcess listener(sio({"listen", url(), "said", "--count", "2"}));
  ASSERT_TRUE(listener.await_error("connected"));
  server_->io.emit("other", 1);
  server_->io.emit("said", "first", Bytes{1, 2, 255});
  server_->io.emit("said", std::string("\x1b[2J\xc2\x9b"));
  server_->io.emit("said", "third");
  EXPECT_EQ(listener.await_exit(), 0);
  EXPECT_EQ(listener.out(),
            "said \"first\" <3 bytes: 01 02 ff>\n"
            "said \"\\u001b[2J\\u009b\"\n");
}

TEST_F(SioTest, ListenPrintsJsonLines) {
  ChildProcess listener(sio({"listen", url(), "--json", "--count", "1"}));
  ASSERT_TRUE(listener.await_error("connected"));
  server_->io.emit("two words", 1.5, Bytes{7});
  EXPECT_EQ(listener.await_exit(), 0);
  const json line = json::parse(listener.out());
  EXPECT_EQ(line["event"], "two words");
  EXPECT_EQ(line["args"], json::parse(R"([1.5,{"type":"Buffer","data":[7]}])"));
  EXPECT_EQ(line["namespace"], "/");
  EXPECT_EQ(line["time"].get<std::string>().size(), std::string("2026-11-23T21:04:05.123Z").size());
}

TEST_F(SioTest, ListenTimesOut) {
  EXPECT_EQ(run({"listen", url(), "--timeout", "50"}).code, 0);
  EXPECT_EQ(run({"listen", url(), "--timeout", "50", "--count", "1"}).code, 3);
}

TEST_F(SioTest, ListenConnectsAgainUnlessToldNotTo) {
  ChildProcess once(sio({"listen", url(), "--no-reconnect"}));
  ChildProcess always(sio({"listen", url()}));
  ASSERT_TRUE(once.await_error("connected"));
  ASSERT_TRUE(always.await_error("connected"));
  server_.reset();
  EXPECT_EQ(once.await_exit(), 1);
  EXPECT_TRUE(always.await_error("disconnected: transport")) << always.err();
  EXPECT_TRUE(always.await_error("cannot connect"));
  always.signal(SIGTERM);
  EXPECT_EQ(always.await_exit(), 0);
}

TEST_F(SioTest, ListenEndsQuietlyWhenItsReaderHasGone) {
  ChildProcess listener(sio({"listen", url()}));
  ASSERT_TRUE(listener.await_error("connected"));
  listener.end_output();
  server_->io.emit("said", 1);
  EXPECT_EQ(listener.await_exit(), 0);
}

// --- bench ---

TEST_F(SioTest, BenchMeasuresAcknowledgementsAndReplies) {
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"-e", "ask"}, {"-e", "echo", "-r", "echo"}}) {
    std::vector<std::string> line{"bench", url(), "-c",  "3",        "-f",
                                  "2",     "-s",  "0.2", "--warmup", "0"};
    line.insert(line.end(), how.begin(), how.end());
    const auto shown = run(line);
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_NE(shown.out.find("answers/s"), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("p99.9"), std::string::npos) << shown.out;
    EXPECT_EQ(shown.err, "");

    line.push_back("--json");
    const json report = json::parse(run(line).out);
    EXPECT_EQ(report["connections"], 3);
    EXPECT_EQ(report["in_flight"], 2);
    EXPECT_GT(report["answers"].get<int>(), 0);
    EXPECT_GT(report["latency_us"]["p50"].get<double>(), 0);
  }
}

TEST_F(SioTest, BenchSaysWhenNothingAnswers) {
  const auto silent =
      run({"bench", url(), "-e", "silent", "-c", "1", "-s", "0.2", "--warmup", "0"});
  EXPECT_EQ(silent.code, 3);
  EXPECT_NE(silent.out.find("does the server answer silent?"), std::string::npos) << silent.out;

  EXPECT_EQ(run({"bench", url("/admin"), "-c", "2"}).code, 1);
}

}  // namespace
}  // namespace socketio::support
