// SPDX-License-Identifier: MIT
// One turn of the server's loop, in which any one allocation fails. Every request that was open at
// the start of the turn, or that arrived in it, is answered or cut in that turn, and a session that
// lost something has ended. Nobody has to wait for a timeout, and nobody else is affected.
#include "support/failing_allocations.hpp"
#include "support/http_client.hpp"
#include "support/simulated_server.hpp"
#include "support/websocket_client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

const std::string long_text(3000, 'x');

/// A connection, and what has arrived on it since the last request.
struct Line {
  bool has(std::string_view text) const { return heard->text.find(text) != std::string::npos; }
  bool is_cut() const { return heard->closes != 0; }
  /// Whoever made a request here has got an answer or the end of the connection.
  bool is_settled() const { return is_cut() || !heard->text.empty(); }

  std::shared_ptr<Recorder> heard = std::make_shared<Recorder>();
  std::shared_ptr<SimulatedStream> client, server;
};

/// A server with the namespace "/", which echoes "echo", and its clients.
struct World {
  World() {
    // So that the test itself cannot fail.
    ends.reserve(4);
    Namespace io = server.of();
    io.on("echo", [](Socket& socket, json value) { socket.emit("echo", value); });
    io.on("throw out", [](Socket& socket) { socket.disconnect(Close::connection); });
    io.on_handler_error([this](Socket&, const HandlerError&) { ++reports; });
    io.on_disconnect([this](Socket&, DisconnectReason why) { ends.push_back(why); });
  }
  ~World() {
    server.close();
    loop.run_for(1min);
    EXPECT_EQ(server.engine().session_count(), 0U);
  }

  Line dial() {
    Line line;
    line.client = server.accept();
    line.client->set_handler(line.heard);
    line.server = server.last_server_end();
    return line;
  }
  /// Makes a request in which no allocation fails.
  const std::string& ask(Line& line, std::string_view bytes) {
    line.heard->text.clear();
    line.client->write(bytes);
    loop.run_for(1ms);
    return line.heard->text;
  }
  /// Delivers bytes as TCP does, and continues the turn.
  void arrive(const Line& line, const std::string& bytes) {
    contain(*line.server, [&] { line.server->receive_now(bytes); });
  }

  SimulatedLoop loop{1};
  Network network{loop};
  SimulatedServer server{network};
  /// The time before the turn. After a second, the date for responses is formatted again.
  milliseconds idle = 1s;
  // Whether the application's call that makes the turn has thrown.
  bool has_thrown = false;
  // The number of reports about failed handlers.
  std::size_t reports = 0;
  std::vector<DisconnectReason> ends;
};

/// A session over polling that is connected to "/", with one connection for polls and
/// one for POSTs.
struct PollingWorld : World {
  PollingWorld() : polls(dial()), posts(dial()) {
    const std::string answer = ask(polls, request_text("GET", engine_query));
    target = engine_query + "&sid=" + answer.substr(answer.find("\"sid\":\"") + 7, 20);
    ask(posts, post("40"));
    EXPECT_NE(ask(polls, get()).find("40{"), std::string::npos);
    polls.heard->text.clear();
    posts.heard->text.clear();
  }
  std::string get() const { return request_text("GET", target); }
  std::string post(std::string_view payload) const {
    return request_text("POST", target, {}, payload);
  }
  /// Starts an upgrade: returns a WebSocket whose probe has been answered.
  Line probe() {
    Line line = dial();
    EXPECT_TRUE(ask(line, upgrade_text(websocket_query + target.substr(engine_query.size())))
                    .starts_with("HTTP/1.1 101 "));
    EXPECT_NE(ask(line, frame_to(Role::server, 1, "2probe")).find("3probe"), std::string::npos);
    line.heard->text.clear();
    return line;
  }
  bool lives() const { return ends.empty(); }

  std::string target;
  Line polls, posts;
};

class FailedAllocations : public testing::Test {
 protected:
  /// `turn(world)` makes the turn; `check(world)` examines the result a moment later.
  template <class Prepared, class Turn, class Check>
  static void fail_each(Turn turn, Check check) {
    bool has_failed = true;
    std::size_t number = 0;
    while (has_failed && !HasFailure()) {
      SCOPED_TRACE("allocation " + std::to_string(++number));
      Prepared world;
      world.loop.run_for(world.idle);
      {
        const FailingAllocation failing(number);
        is_under_test = true;
        turn(world);
        world.loop.settle();
        is_under_test = false;
        has_failed = failing.has_failed();
      }
      world.loop.run_for(1ms);
      check(world);
    }
    EXPECT_GT(number, 1U) << "there was nothing to fail";
  }
};

TEST_F(FailedAllocations, AHandshakeIsAnsweredOrCut) {
  struct Visited : World {
    Line line = dial();
    std::string request = request_text("GET", engine_query);
  };
  fail_each<Visited>([](Visited& world) { world.arrive(world.line, world.request); },
                     [](Visited& world) {
                       const bool opened = world.line.has("\"sid\"");
                       EXPECT_NE(opened, world.line.is_cut());
                       EXPECT_EQ(world.server.engine().session_count(), opened ? 1U : 0U);
                     });
}

TEST_F(FailedAllocations, ARouteIsAnsweredOrCut) {
  struct Visited : World {
    Visited() {
      server.http().get("/route/:name", [](const HttpRequest& asked) {
        return HttpResponse::text("hello " + std::string(asked.param("name")));
      });
    }
    Line line = dial();
    std::string request = request_text("GET", "/route/you");
  };
  fail_each<Visited>([](Visited& world) { world.arrive(world.line, world.request); },
                     [](Visited& world) { EXPECT_TRUE(world.line.is_settled()); });
}

TEST_F(FailedAllocations, APollGetsWhatWaitsOrEndsTheSession) {
  struct Waiting : PollingWorld {
    Waiting() { EXPECT_NE(ask(posts, post("42[\"echo\",1]")).find("ok"), std::string::npos); }
    std::string request = get();
  };
  fail_each<Waiting>([](Waiting& world) { world.arrive(world.polls, world.request); },
                     [](Waiting& world) {
                       EXPECT_NE(world.polls.has("42[\"echo\",1]"), world.polls.is_cut());
                       // The client never learned its session id.
                       if (world.polls.is_cut() && world.lives()) {
                         world.polls = world.dial();
                         EXPECT_NE(world.ask(world.polls, world.get()).find("42[\"echo\",1]"),
                                   std::string::npos);
                       }
                     });
}

/// A poll is parked, and a POST brings two events.
struct Posting : PollingWorld {
  Posting() { ask(polls, get()); }
  void check() const {
    EXPECT_TRUE(posts.is_settled());
    EXPECT_TRUE(lives() || polls.is_settled());
    // A failure in a handler is the application's to deal with.
    if (!lives() || reports != 0) return;
    const bool is_posted = posts.has("\r\n\r\nok");
    EXPECT_EQ(polls.has("[\"echo\",1]"), is_posted);
    EXPECT_EQ(polls.has("[\"echo\",\"" + long_text + "\"]"), is_posted);
  }
  std::string request = post(
      "42[\"echo\",1]\x1e"
      "42[\"echo\",\"" +
      long_text + "\"]");
};

TEST_F(FailedAllocations, APostIsDeliveredOrEndsTheSession) {
  fail_each<Posting>([](Posting& world) { world.arrive(world.posts, world.request); },
                     [](Posting& world) { world.check(); });
}

TEST_F(FailedAllocations, APostWhoseBodyComesLaterIsDeliveredOrEndsTheSession) {
  struct Halved : Posting {
    Halved() {
      const std::size_t half = request.size() / 2;
      ask(posts, request.substr(0, half));
      request.erase(0, half);
    }
  };
  fail_each<Halved>([](Halved& world) { world.arrive(world.posts, world.request); },
                    [](Halved& world) {
                      world.check();
                      EXPECT_TRUE(world.posts.has("\r\n\r\nok") || !world.lives());
                    });
}

TEST_F(FailedAllocations, TwoPollsAtOnceEndTheSessionAndAreBothSettled) {
  struct Doubled : PollingWorld {
    Doubled() { ask(polls, get()); }
    Line second = dial();
    std::string request = get();
  };
  fail_each<Doubled>([](Doubled& world) { world.arrive(world.second, world.request); },
                     [](Doubled& world) {
                       EXPECT_TRUE(world.second.is_settled());
                       EXPECT_NE(world.polls.is_settled(), world.lives());
                     });
}

TEST_F(FailedAllocations, AGoodbyeEndsTheSessionAndItsPoll) {
  struct Leaving : PollingWorld {
    Leaving() { ask(polls, get()); }
    std::string request = post("1");
  };
  fail_each<Leaving>([](Leaving& world) { world.arrive(world.posts, world.request); },
                     [](Leaving& world) {
                       EXPECT_TRUE(world.posts.is_settled());
                       EXPECT_TRUE(!world.posts.has("\r\n\r\nok") || !world.lives());
                       EXPECT_NE(world.polls.is_settled(), world.lives());
                     });
}

TEST_F(FailedAllocations, WhoIsThrownOutWithoutAPollHearsOfItByTheNext) {
  struct Unwanted : PollingWorld {
    std::string request = post("42[\"throw out\"]");
  };
  fail_each<Unwanted>(
      [](Unwanted& world) { world.arrive(world.posts, world.request); },
      [](Unwanted& world) {
        EXPECT_TRUE(world.posts.is_settled());
        EXPECT_TRUE(!world.posts.has("\r\n\r\nok") || world.reports != 0 || !world.lives());
        EXPECT_LE(world.ends.size(), 1U);
        if (world.lives()) return;
        EXPECT_EQ(world.server.engine().session_count(), 0U);
        Line last = world.dial();
        const std::string answer = world.ask(last, world.get());
        EXPECT_TRUE(answer.ends_with("\r\n\r\n41") || answer.ends_with("\r\n\r\n1") ||
                    answer.starts_with("HTTP/1.1 400 "))
            << answer;
      });
}

TEST_F(FailedAllocations, WhatTheServerSendsReachesAParkedPollOrEndsTheSession) {
  struct Told : PollingWorld {
    Told() {
      server.of().on_connection([](Socket) {});
      ask(polls, get());
    }
    Namespace io = server.of();
  };
  fail_each<Told>(
      [](Told& world) {
        try {
          world.io.emit("news", long_text);
        } catch (const std::bad_alloc&) {
          world.has_thrown = true;
        }
      },
      [](Told& world) {
        EXPECT_NE(world.polls.is_settled(), world.has_thrown);
        EXPECT_EQ(world.lives(), world.has_thrown || world.polls.has(long_text));
      });
}

TEST_F(FailedAllocations, AnUpgradesRequestIsAnsweredOrCutAndPollingGoesOn) {
  struct Upgrading : PollingWorld {
    Upgrading() { ask(polls, get()); }
    Line websocket = dial();
    std::string request = upgrade_text(websocket_query + target.substr(engine_query.size()));
  };
  fail_each<Upgrading>([](Upgrading& world) { world.arrive(world.websocket, world.request); },
                       [](Upgrading& world) {
                         EXPECT_TRUE(world.websocket.is_settled());
                         ASSERT_TRUE(world.lives());
                         world.ask(world.posts, world.post("42[\"echo\",1]"));
                         EXPECT_TRUE(world.polls.has("42[\"echo\",1]"));
                       });
}

TEST_F(FailedAllocations, AnUpgradesNoopAnswersThePollOrTheSessionEnds) {
  struct Pausing : PollingWorld {
    Pausing() {
      ask(polls, get());
      loop.run_for(950ms);
      websocket = probe();
      idle = 0ms;
    }
    Line websocket;
  };
  fail_each<Pausing>(
      [](Pausing& world) { world.loop.timers().advance(world.loop.now() + 100ms); },
      [](Pausing& world) {
        EXPECT_TRUE(world.polls.is_settled());
        EXPECT_EQ(world.lives(), world.polls.has("\r\n\r\n6"));
        EXPECT_EQ(world.lives(), !world.websocket.is_settled());
        EXPECT_TRUE(world.lives() || world.ends.front() == DisconnectReason::transport_error);
      });
}

TEST_F(FailedAllocations, AnUpgradeHandsOverWhatWaitsOrTheSessionEnds) {
  // Longer than any buffer that the loop keeps, so that handing it over takes memory.
  static const std::string longest_text(200'000, 'w');
  struct Switching : PollingWorld {
    Switching() {
      ask(posts, post("42[\"echo\",1]\x1e"
                      "42[\"echo\",\"" +
                      longest_text + "\"]"));
    }
    Line websocket = probe();
    std::string frame = frame_to(Role::server, 1, "5");
  };
  fail_each<Switching>([](Switching& world) { world.arrive(world.websocket, world.frame); },
                       [](Switching& world) {
                         EXPECT_NE(world.lives(), world.websocket.is_cut());
                         EXPECT_EQ(world.lives(), world.websocket.has("42[\"echo\",1]"));
                         EXPECT_EQ(world.lives(), world.websocket.has(longest_text));
                       });
}

/// Three clients over WebSocket in one room. A failure in one of their handlers is reported to a
/// hook that sends to all of them.
struct Room : World {
  Room() {
    Namespace io = server.of();
    io.on_connection([this](Socket socket) {
      socket.join("room");
      members.push_back(socket);
    });
    io.on_handler_error([this](Socket&, const HandlerError&) {
      const NotUnderTest user_code;
      for (Socket& member : members) {
        member.leave("room");
        member.emit("after");
      }
    });
    for (Line& line : lines) {
      line = dial();
      ask(line, upgrade_text(websocket_query));
      ask(line, frame_to(Role::server, 1, "40"));
      line.heard->text.clear();
    }
  }
  std::vector<Socket> members;
  std::array<Line, 3> lines;
};

TEST_F(FailedAllocations, OfOneReceiverAreReportedWhenTheOthersHaveTheBroadcast) {
  fail_each<Room>(
      [](Room& world) {
        try {
          world.server.of().to("room").emit("news", long_text);
        } catch (const std::bad_alloc&) {
          world.has_thrown = true;
        }
      },
      [](Room& world) {
        std::size_t served = 0;
        for (const Line& line : world.lines) {
          if (line.is_cut()) continue;
          served += line.has(long_text) ? 1 : 0;
          const auto after = line.heard->text.find("[\"after\"]");
          EXPECT_TRUE(after == std::string::npos || line.heard->text.find(long_text) < after);
        }
        EXPECT_EQ(served, world.has_thrown ? 0 : 3 - world.ends.size());
      });
}

/// A client that reads slowly: so much is waiting for it that the attachment of the next event
/// exceeds the limit by its first byte.
struct Slow : World {
  Slow() {
    network.profile.window_bytes = 1000;
    server.of().on_connection([this](Socket socket) { member = socket; });
    ask(line, upgrade_text(websocket_query));
    ask(line, frame_to(Role::server, 1, "40"));
    line.client->pause_reading();
    member.emit("before", Bytes(BackpressureOptions{}.soft_limit_bytes - 500));
    loop.run_for(1ms);
  }
  Line line = dial();
  Socket member;
};

TEST_F(FailedAllocations, NobodyGetsHalfAMessageThoughMuchWaits) {
  fail_each<Slow>(
      [](Slow& world) {
        try {
          world.member.emit("news", Bytes(2000, 'n'));
        } catch (const std::bad_alloc&) {
          world.has_thrown = true;
        }
      },
      [](Slow& world) {
        world.line.client->resume_reading();
        world.loop.run_for(100ms);
        EXPECT_EQ(world.line.has("[\"news\""), world.line.has(std::string(2000, 'n')));
        EXPECT_NE(world.has_thrown, world.line.has("[\"news\""));
      });
}

}  // namespace
}  // namespace socketio::support
