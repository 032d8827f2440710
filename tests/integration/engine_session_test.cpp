// SPDX-License-Identifier: MIT
// Engine.IO sessions of a real server with hostile or careless clients: requests at the wrong time,
// limits on payloads, ways to end a WebSocket, and floods.
#include "engine/websocket_connection.hpp"
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

std::string with_sid(const std::string& sid) { return engine_query + "&sid=" + sid; }

// Two polls, or two POSTs, of one session at the same time, on one connection or on two.
TEST(EngineSession, OverlappingPollsEndTheSessionOnce) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  PollingClient client(server.port);
  client.join();
  client.start_poll();
  control.expect_served();
  HttpClient second(server.port);
  const auto answer = second.get(client.target());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  const auto parked = client.polls().response();
  ASSERT_TRUE(parked);
  EXPECT_EQ(parked->body, "1");
  control.expect_sessions(1);
  EXPECT_EQ(log.lines(), std::vector<std::string>{"transport error"});
  EXPECT_EQ(client.post("3"), 400) << "the session is gone";
}

TEST(EngineSession, OverlappingPostsEndTheSessionOnce) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  PollingClient client(server.port);
  client.join();
  const std::string unfinished =
      "POST " + client.target() + " HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n42";
  client.posts().tcp().send(unfinished);
  control.expect_served();
  HttpClient second(server.port);
  EXPECT_EQ(second.status(request_text("POST", client.target(), {}, "42[\"echo\",1]")), 400);
  EXPECT_EQ(client.posts().tcp().receive_all(), "") << "the first is cut without an answer";
  control.expect_sessions(1);
  EXPECT_EQ(log.lines(), std::vector<std::string>{"transport error"});
}

TEST(EngineSession, OtherMethodsLeaveTheSessionAlone) {
  LiveServer server;
  PollingClient client(server.port);
  client.join();
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS"}) {
    HttpClient other(server.port);
    const auto answer = other.ask(request_text(method, client.target()));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 405) << method;
    EXPECT_EQ(header(*answer, "allow"), "GET, POST");
  }
  EXPECT_EQ(client.post("42[\"echo\",1]"), 200);
  EXPECT_EQ(client.poll()->body, "42[\"echo\",1]");
}

// After an upgrade the session accepts only its WebSocket.
TEST(EngineSession, RequestsForATransportThatItHasNotAreRefused) {
  LiveServer server;
  ControlClient control(server.port);
  PollingClient polling(server.port);
  polling.join();
  HttpClient plain(server.port);
  EXPECT_EQ(plain.status(
                request_text("GET", "/socket.io/?EIO=4&transport=websocket&sid=" + polling.sid())),
            400);
  EXPECT_EQ(polling.post("42[\"echo\",1]"), 200);
  EXPECT_EQ(polling.poll()->body, "42[\"echo\",1]");

  WebSocketClient upgraded(server.port,
                           "/socket.io/?EIO=4&transport=websocket&sid=" + polling.sid());
  upgraded.send("2probe");
  EXPECT_EQ(upgraded.packet(), "3probe");
  upgraded.send("5");
  upgraded.send("42[\"echo\",2]");
  EXPECT_EQ(upgraded.packet(), "42[\"echo\",2]");
  for (const char* transport : {"polling", "websocket"}) {
    for (const char* method : {"GET", "POST"}) {
      SCOPED_TRACE(std::string(method) + " " + transport);
      HttpClient other(server.port);
      const std::string target =
          "/socket.io/?EIO=4&transport=" + std::string(transport) + "&sid=" + polling.sid();
      EXPECT_EQ(
          other.status(request_text(method, target, {}, *method == 'P' ? "42[\"echo\",9]" : "")),
          400);
    }
  }
  WebSocketClient again(server.port, "/socket.io/?EIO=4&transport=websocket&sid=" + polling.sid());
  EXPECT_TRUE(again.ends()) << "a second upgrade is refused";
  upgraded.send("42[\"echo\",3]");
  EXPECT_EQ(upgraded.packet(), "42[\"echo\",3]");
  control.expect_served();
}

/// A message of exactly `size` bytes, which is sent back.
std::string echo_of(std::size_t size) {
  const std::string frame = R"(42["echo",""])";
  return R"(42["echo",")" + std::string(size - frame.size(), 'x') + R"("])";
}

// See http::compression_limit_bytes.
TEST(EngineSession, AnAnswerThatWouldHoldUpTheLoopGoesUncompressed) {
  LiveServer server;
  PollingClient client(server.port, "Accept-Encoding: gzip\r\n");
  client.join();
  const std::string longest = echo_of(256 * 1024);
  EXPECT_EQ(client.post(longest), 200);
  const auto compressed = client.poll();
  ASSERT_TRUE(compressed);
  EXPECT_EQ(header(*compressed, "content-encoding"), "gzip");
  EXPECT_LT(compressed->body.size(), longest.size());
  const std::string longer = echo_of(256 * 1024 + 1);
  EXPECT_EQ(client.post(longer), 200);
  const auto plain = client.poll();
  ASSERT_TRUE(plain);
  EXPECT_EQ(header(*plain, "content-encoding"), "");
  EXPECT_TRUE(plain->body == longer);
}

// At the limit and one byte above it, with a length and in chunks.
TEST(EngineSession, ABodyOverTheLimitIs413AndTheSessionGoesOn) {
  ServerOptions options;
  options.max_payload_bytes = 1000;
  LiveServer server(options);
  const auto chunked = [](const std::string& target, const std::string& body) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return "POST " + target + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + size +
           body + "\r\n0\r\n\r\n";
  };
  PollingClient client(server.port);
  client.join();
  EXPECT_EQ(client.post(echo_of(1000)), 200);
  EXPECT_EQ(client.poll()->body, echo_of(1000));
  HttpClient over(server.port);
  EXPECT_EQ(over.status(request_text("POST", client.target(), {}, echo_of(1001))), 413);
  EXPECT_FALSE(over.keep_alive());
  EXPECT_EQ(client.posts().status(chunked(client.target(), echo_of(1000))), 200);
  EXPECT_EQ(client.poll()->body, echo_of(1000));
  HttpClient over_in_chunks(server.port);
  EXPECT_EQ(over_in_chunks.status(chunked(client.target(), echo_of(1001))), 413);
  EXPECT_EQ(client.post("42[\"echo\",1]"), 200);
  EXPECT_EQ(client.poll()->body, "42[\"echo\",1]");
}

TEST(EngineSession, AMessageOverTheLimitIs1009) {
  ServerOptions options;
  options.max_payload_bytes = 1000;
  LiveServer server(options);
  const std::string at_limit = echo_of(1000);
  SocketClient client(server.port);
  client.send(at_limit);
  EXPECT_EQ(client.packet(), at_limit);
  client.send(at_limit + " ");
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(client.close_code(), 1009);
}

// Tiny packets by the hundred thousand, or empty ones; see Limits::packets_per_payload.
TEST(EngineSession, PacketsOfOnePayloadAreCounted) {
  Log log;
  ServerOptions options;
  options.limits.packets_per_payload = 5;
  LiveServer server(options, [&](Server& io) { io.on("count", [&] { log.add("counted"); }); });
  const auto payload = [](int packets) {
    std::string text;
    for (int i = 0; i < packets; ++i) text += std::string(i == 0 ? "" : "\x1e") + "42[\"count\"]";
    return text;
  };
  ControlClient control(server.port);
  PollingClient client(server.port);
  client.join();
  EXPECT_EQ(client.post(payload(5)), 200);
  log.wait_for("counted", 5);
  control.expect_sessions(2);
  client.post(payload(6));
  control.expect_sessions(1);
  EXPECT_LE(log.count("counted"), 10U) << "the sixth reached a handler";
}

TEST(EngineSession, WorstPayloadsEndTheSessionAndNothingElse) {
  LiveServer server;
  ControlClient control(server.port);
  std::string messages;
  while (messages.size() < 999'990) messages += "4\x1e";
  for (const std::string& payload :
       {std::string(1'000'000, '\x1e'), messages, std::string("40\x1e\x1e") + "40",
        "42" + std::string(999'000, '['), "4" + std::string(999'000, '5'),
        "b" + std::string(999'000, '!'), "42[\"" + std::string(999'000, '\\')}) {
    PollingClient client(server.port);
    client.join();
    // This poll reports the end.
    client.start_poll();
    EXPECT_EQ(client.post(payload), 200);
    control.expect_sessions(1);
    control.expect_served();
  }
}

TEST(EngineSession, GuessedIdentifiersFindNothing) {
  LiveServer server;
  ControlClient control(server.port);
  HttpClient client(server.port);
  for (int i = 0; i < 2000; ++i) {
    std::string guess = std::to_string(i);
    guess.resize(20, 'A');
    ASSERT_EQ(client.status(request_text("GET", with_sid(guess))), 400);
  }
  for (const std::string odd : {"__proto__", "%00", "%zz", "constructor"}) {
    EXPECT_EQ(client.status(request_text("GET", with_sid(odd))), 400) << odd;
  }
  EXPECT_EQ(client.status(request_text("GET", with_sid(control.socket().id()))), 400)
      << "the public id is no session id";
  control.expect_sessions(1);
}

// See engine::pongs_per_read.
TEST(EngineSession, EachPingOfOneReadIsAnswered) {
  LiveServer server;
  SocketClient client(server.port);
  std::string read;
  for (std::size_t i = 0; i < engine::pongs_per_read; ++i)
    read += frame_to(websocket::Role::server, 9, std::to_string(i));
  ASSERT_TRUE(client.tcp().send(read));
  for (std::size_t i = 0; i < engine::pongs_per_read; ++i) {
    const auto event = client.event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, Event::Kind::pong);
    EXPECT_EQ(event->payload, std::to_string(i));
  }
}

TEST(EngineSession, PongsOfAPingFloodAreCoalesced) {
  LiveServer server;
  ControlClient control(server.port);
  SocketClient client(server.port);
  std::string flood;
  for (int i = 0; i < 100'000; ++i)
    flood += frame_to(websocket::Role::server, 9, std::to_string(i));
  ASSERT_TRUE(client.tcp().send(flood));
  client.send("42[\"echo\",1]");
  std::size_t pongs = 0;
  std::string last;
  for (;;) {
    const auto event = client.event();
    ASSERT_TRUE(event);
    if (event->kind == Event::Kind::text) break;
    ASSERT_EQ(event->kind, Event::Kind::pong);
    ++pongs;
    last = event->payload;
  }
  EXPECT_LT(pongs, 50'000U);
  // If both arrived in one read, it is answered after the echo.
  if (last != "99999") {
    const auto event = client.event();
    ASSERT_TRUE(event);
    last = event->payload;
  }
  EXPECT_EQ(last, "99999") << "the latest is answered";
  control.expect_served();
}

TEST(EngineSession, WhatFollowsACloseFrameIsIgnored) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("late", [&] { log.add("late"); });
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  SocketClient client(server.port);
  const std::string close = std::string("\x03\xe8", 2);
  client.tcp().send(frame_to(websocket::Role::server, 8, close) +
                    frame_to(websocket::Role::server, 1, "42[\"late\"]") +
                    frame_to(websocket::Role::server, 8, close));
  const auto answer = client.event();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Event::Kind::close);
  EXPECT_EQ(answer->close_code, 1000);
  EXPECT_EQ(client.event(), std::nullopt) << "one close frame, then the end";
  log.wait_for("transport close");
  EXPECT_EQ(log.lines().size(), 1U);
}

// The same over long-polling is in tests/conformance/engine_polling.
TEST(EngineSession, WhatFollowsAClosePacketIsIgnored) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("late", [&] { log.add("late"); });
    io.of("/custom").on_connection([&](Socket) { log.add("joined late"); });
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  SocketClient client(server.port);
  std::string frames;
  for (const std::string packet : {"1", "42[\"late\"]", "40/custom,", "1", "2", "junk"})
    frames += frame_to(websocket::Role::server, 1, packet);
  client.tcp().send(frames + frame_to(websocket::Role::server, 2, "late"));
  const auto answer = client.event();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Event::Kind::close);
  EXPECT_EQ(client.event(), std::nullopt) << "one close frame, then the end";
  control.expect_sessions(1);
  EXPECT_EQ(log.lines(), std::vector<std::string>{"transport close"});
}

// Only servers send pings in protocol 4.
TEST(EngineSession, APingFromTheClientIsATransportError) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  SocketClient websocket(server.port);
  websocket.send("2");
  EXPECT_TRUE(websocket.ends());
  log.wait_for("transport error");
  PollingClient polling(server.port);
  polling.join();
  EXPECT_EQ(polling.post("2"), 200);
  log.wait_for("transport error", 2);
  control.expect_sessions(1);
  EXPECT_EQ(log.lines().size(), 2U);
}

// After our close frame a peer may send only a limited amount.
TEST(EngineSession, APeerThatGoesOnAfterOurCloseIsCut) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("go", [](Socket& socket) { socket.disconnect(Close::connection); });
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  SocketClient client(server.port);
  client.send("42[\"go\"]");
  log.wait_for("server namespace disconnect");
  const std::string megabyte = frame_to(websocket::Role::server, 2, std::string(1'000'000, 'x'));
  int sent = 0;
  while (sent < 1000 && client.tcp().send(megabyte)) ++sent;
  EXPECT_LT(sent, 64) << "nobody cuts it";
  control.expect_served();
}

TEST(EngineSession, EndingsWithoutACloseFrameAreToldOnce) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  SocketClient half_closes(server.port);
  half_closes.tcp().finish_sending();
  EXPECT_EQ(half_closes.tcp().receive_all(), "");
  log.wait_for("transport close");
  SocketClient resets(server.port);
  resets.tcp().send(frame_to(websocket::Role::server, 1, "42[\"echo\",1]").substr(0, 5));
  resets.tcp().reset();
  log.wait_for("transport close", 2);
  // The end arrives together with bytes.
  SocketClient speaks_last(server.port);
  speaks_last.tcp().send(frame_to(websocket::Role::server, 1, "42[\"echo\",1]").substr(0, 5));
  speaks_last.tcp().finish_sending();
  log.wait_for("transport close", 3);
  control.expect_sessions(1);
  EXPECT_EQ(log.lines().size(), 3U);
}

// See Limits::fragments_per_message.
TEST(EngineSession, FragmentsOfOneMessageAreCounted) {
  ServerOptions options;
  options.limits.fragments_per_message = 4;
  LiveServer server(options);
  const auto send = [](SocketClient& client, int fragments) {
    const std::string text = R"(42["echo",1])";
    for (int i = 0; i < fragments; ++i) {
      const bool last = i + 1 == fragments;
      client.send_frame(i == 0 ? 1 : 0, i == 0 ? text : "", last ? 0x80 : 0);
    }
  };
  SocketClient client(server.port);
  send(client, 4);
  EXPECT_EQ(client.packet(), R"(42["echo",1])");
  send(client, 5);
  EXPECT_TRUE(client.ends());
  EXPECT_THAT(client.close_code(), testing::AnyOf(1008, 1009));
}

// The default of Limits::fragments_per_message depends on max_payload_bytes.
TEST(EngineSession, WhatMaxPayloadBytesAllowsMayComeInFramesOf4096Bytes) {
  ServerOptions options;
  options.max_payload_bytes = 6 * 1024 * 1024;
  LiveServer server(options);
  SocketClient client(server.port);
  const std::string message = echo_of(options.max_payload_bytes - 1);
  // White space after JSON is allowed.
  const std::string packet = message + " ";
  for (std::size_t begin = 0; begin < packet.size(); begin += 4096) {
    const bool last = begin + 4096 >= packet.size();
    client.send_frame(begin == 0 ? 1 : 0, packet.substr(begin, 4096), last ? 0x80 : 0);
  }
  EXPECT_TRUE(client.packet() == message);
}

// See Limits::sessions.
TEST(EngineSession, TooManySessionsAre503) {
  ServerOptions options;
  options.limits.sessions = 3;
  LiveServer server(options);
  ControlClient control(server.port);
  PollingClient second(server.port);
  SocketClient third(server.port);
  EXPECT_TRUE(third.joined());
  HttpClient refused(server.port);
  EXPECT_EQ(refused.status(request_text("GET", engine_query)), 503);
  WebSocketClient also_refused(server.port);
  EXPECT_EQ(also_refused.status(), 503);
  third.tcp().close();
  control.expect_sessions(2);
  SocketClient next(server.port);
  EXPECT_TRUE(next.joined());
}

// See Limits::connections.
TEST(EngineSession, ConnectionsOverTheLimitAreClosedAtOnce) {
  ServerOptions options;
  options.limits.connections = 3;
  LiveServer server(options);
  ControlClient control(server.port);
  HttpClient second(server.port);
  HttpClient third(server.port);
  EXPECT_EQ(second.status(request_text("GET", "/")), 404);
  EXPECT_EQ(third.status(request_text("GET", "/")), 404);
  TcpClient fourth(server.port);
  EXPECT_EQ(fourth.receive_all(), "");
  third.tcp().close();
  // Until the server has noticed.
  EXPECT_TRUE(eventually([&] {
    HttpClient again(server.port);
    again.tcp().send(request_text("GET", "/"));
    return again.tcp().receive();
  }));
  control.expect_served();
}

// See Limits::connections_per_address.
TEST(EngineSession, ConnectionsOfAnAddressOverTheLimitAreClosedAtOnce) {
  ServerOptions options;
  options.limits.connections_per_address = 2;
  std::uint16_t proxied = 0;
  LiveServer server(options, [&](Server& io) {
    proxied = io.listen({.address = "127.0.0.1", .proxy_protocol = true});
  });
  ControlClient control(server.port);
  HttpClient second(server.port);
  EXPECT_EQ(second.status(request_text("GET", "/")), 404);
  EXPECT_EQ(TcpClient(server.port).receive_all(), "");
  const auto ask = [&](const std::string& address) {
    TcpClient client(proxied);
    client.send("PROXY TCP4 " + address + " 127.0.0.1 1 2\r\n" + request_text("GET", "/"));
    return client.receive();
  };
  EXPECT_TRUE(ask("192.0.2.1"));
  EXPECT_FALSE(ask("127.0.0.1")) << "as the client's own address counts";
  second.tcp().close();
  // Until the server has noticed.
  EXPECT_TRUE(eventually([&] { return ask("127.0.0.1"); }));
  control.expect_served();
}

/// Checks a client that reads nothing from a server whose event "fill" sends it more than its
/// buffers hold.
void expect_disconnected(const BackpressureOptions& backpressure,
                         const std::function<void(Server&, Log&)>& set_up,
                         const std::string& result) {
  Log log;
  ServerOptions options;
  options.backpressure = backpressure;
  LiveServer server(options, [&](Server& io) {
    set_up(io, log);
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  ControlClient control(server.port);
  SocketClient client(server.port, 2048);
  client.send("42[\"fill\"]");
  log.wait_for(result);
  log.wait_for("transport error");
  control.expect_sessions(1);
  control.expect_served();
  // Unread data must not keep the server from ending.
  server.stop();
}

// See BackpressureOptions::soft_limit_bytes and stall_timeout.
TEST(EngineSession, APeerThatReadsNothingForTooLongIsDisconnected) {
  const auto fill = [](Server& io, Log& log) {
    io.on("fill", [&](Socket& socket) {
      for (int i = 0; i < 400; ++i) socket.emit("filling", std::string(100'000, 'f'));
      log.add(socket.connected() ? "queued" : "gone");
    });
  };
  expect_disconnected(
      {.soft_limit_bytes = 100'000, .hard_limit_bytes = 100'000'000, .stall_timeout = 300ms}, fill,
      "queued");
}

// See BackpressureOptions::hard_limit_bytes.
TEST(EngineSession, APeerThatIsOwedTooMuchIsDisconnected) {
  const auto fill = [](Server& io, Log& log) {
    io.on("fill", [&](Socket socket) -> Task<> {
      EmitResult result = EmitResult::sent;
      for (int i = 0; i < 400 && result != EmitResult::dropped; ++i) {
        result = socket.emit("filling", std::string(100'000, 'f'));
        auto turn = socket.timeout(1ms).emit_with_ack("never answered");
        co_await turn;
      }
      log.add(result == EmitResult::dropped ? "dropped" : "queued");
    });
  };
  expect_disconnected(
      {.soft_limit_bytes = 100'000, .hard_limit_bytes = 300'000, .stall_timeout = 600'000ms}, fill,
      "dropped");
}

TEST(EngineSession, APeerThatReadsSlowlyButReadsStays) {
  Log log;
  ServerOptions options;
  options.backpressure.soft_limit_bytes = 1'000'000;
  options.backpressure.stall_timeout = 500ms;
  LiveServer server(options, [&](Server& io) {
    io.on("fill", [&](Socket& socket) {
      for (int i = 0; i < 120; ++i) socket.emit("filling", std::string(100'000, 'f'));
    });
    io.on("waiting", [](Socket& socket) { return socket.queued_bytes(); });
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  SocketClient client(server.port, 65536);
  client.send("42[\"fill\"]");
  for (int i = 0; i < 120; ++i)
    ASSERT_EQ(client.packet().size(), 100'000 + std::string(R"(42["filling",""])").size());
  EXPECT_EQ(client.ask(R"(["waiting"])"), "[0]");
  EXPECT_TRUE(log.lines().empty());
}

}  // namespace
}  // namespace socketio::support
