// SPDX-License-Identifier: MIT
// What the official clients in other languages send, in the bytes that their encoders write:
// socket.io-client 2.1.2 for Java (run, with org.json), socket.io-client-swift 16, socket_io_client
// for Dart and socket.io-client-cpp 3 (all three read), python-socketio 5.18 (run). All of them
// send the same events, over long-polling and over WebSocket, and must be understood.
#include "support/live_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::string_literals;
using Strings = std::vector<std::string>;

/// Binary data: the contents of a WebSocket frame, which polling encodes as base64.
const std::string few_bytes = "\x00\x04\x1e\xff"s;
const std::string many_bytes = [] {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * 7);
  return bytes;
}();

struct ForeignClient {
  std::string name;
  bool polls;
  /// Long-polling payloads in order. Over WebSocket each of their packets is a message; binary ones
  /// have the bytes in `attachments`, in this order.
  Strings payloads;
};

const Strings attachments{few_bytes, many_bytes, "", "\x01"};

const std::vector<ForeignClient> clients{
    {"java",
     true,
     {"40", R"(40/chat,{"token":"x/y<\/b>"})",
      R"(42["hi",1.0E10,0.5,12345678901,"é\u2028<\/x>😀",null,true])", R"(42/chat,0["add",1,2])",
      R"(453-["bin",{"_placeholder":true,"num":0},{"k":{"_placeholder":true,"num":1}},)"
      R"({"_placeholder":true,"num":2}])"
      "\x1e"
      "bAAQe/w==\n\x1e"
      "bAAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tng5+71/AMKERgfJi00O0JJUFdeZWxzeoGI\n"
      "j5adpKuyucDHztXc4+rx+P8GDRQbIikwNz5FTFNaYWhvdn2Ei5KZoKeutQ==\n\x1e"
      "b",
      "42[\"ask\"]\x1e"
      "42/chat,[\"ask\"]",
      "430[]\x1e"
      R"(461-/chat,0[{"_placeholder":true,"num":0}])"
      "\x1e"
      "bAQ==\n",
      "41/chat,", "41"}},
    {"swift",
     true,
     {"40/,", R"(40/chat,{"token":"x\/y<\/b>"})",
      "42[\"hi\",10000000000,0.5,12345678901,\"é\u2028<\\/x>😀\",null,true]", "6",
      R"(42/chat,0["add",1,2])",
      R"(453-["bin",{"_placeholder":true,"num":0},{"k":{"num":1,"_placeholder":true}},)"
      R"({"num":2,"_placeholder":true}])"
      "\x1e"
      "bAAQe/w==\x1e"
      "bAAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tng5+71/AMKERgfJi00O0JJUFdeZWxzeoGI"
      "j5adpKuyucDHztXc4+rx+P8GDRQbIikwNz5FTFNaYWhvdn2Ei5KZoKeutQ==\x1e"
      "b",
      "42[\"ask\"]\x1e"
      "42/chat,[\"ask\"]",
      "430[]\x1e"
      R"(461-/chat,0[{"_placeholder":true,"num":0}])"
      "\x1e"
      "bAQ==",
      "41/chat,", "41/,"}},
    {"dart",
     true,
     {"40", R"(40/chat,{"token":"x/y</b>"})",
      "42[\"hi\",10000000000.0,0.5,12345678901,\"é\u2028</x>😀\",null,true]",
      R"(42/chat,0["add",1,2])",
      R"(453-["bin",{"_placeholder":true,"num":0},{"k":{"_placeholder":true,"num":1}},)"
      R"({"_placeholder":true,"num":2}])"
      "\x1e"
      "bAAQe/w==\x1e"
      "bAAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tng5+71/AMKERgfJi00O0JJUFdeZWxzeoGI"
      "j5adpKuyucDHztXc4+rx+P8GDRQbIikwNz5FTFNaYWhvdn2Ei5KZoKeutQ==\x1e"
      "b",
      "42[\"ask\"]\x1e"
      "42/chat,[\"ask\"]",
      "430[]\x1e"
      R"(461-/chat,0[{"_placeholder":true,"num":0}])"
      "\x1e"
      "bAQ==",
      "41/chat,", "41"}},
    {"cpp",
     false,
     {"40", R"(40/chat,{"token":"x/y</b>"})",
      "42[\"hi\",10000000000.0,0.5,12345678901,\"é\u2028</x>😀\",null,true]",
      R"(42/chat,1["add",1,2])",
      R"(453-["bin",{"_placeholder":true,"num":0},{"k":{"_placeholder":true,"num":1}},)"
      R"({"_placeholder":true,"num":2}])"
      "\x1e"
      "b\x1e"
      "b\x1e"
      "b",
      "42[\"ask\"]\x1e"
      "42/chat,[\"ask\"]",
      "430[]\x1e"
      R"(461-/chat,0[{"_placeholder":true,"num":0}])"
      "\x1e"
      "b",
      "41/chat", "41"}},
    {"python",
     true,
     {"40{}", R"(40/chat,{"token":"x/y</b>"})",
      R"(42["hi",10000000000.0,0.5,12345678901,"\u00e9\u2028</x>\ud83d\ude00",null,true])",
      R"(42/chat,1["add",1,2])",
      R"(453-["bin",{"_placeholder":true,"num":0},{"k":{"_placeholder":true,"num":1}},)"
      R"({"_placeholder":true,"num":2}])"
      "\x1e"
      "bAAQe/w==\x1e"
      "bAAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tng5+71/AMKERgfJi00O0JJUFdeZWxzeoGI"
      "j5adpKuyucDHztXc4+rx+P8GDRQbIikwNz5FTFNaYWhvdn2Ei5KZoKeutQ==\x1e"
      "b",
      "42[\"ask\"]\x1e"
      "42/chat,[\"ask\"]",
      "430[]\x1e"
      R"(461-/chat,0[{"_placeholder":true,"num":0}])"
      "\x1e"
      "bAQ==",
      "41/chat,", "41"}},
};

json binary(const std::string& bytes) { return json::binary({bytes.begin(), bytes.end()}); }

/// What the server's handlers log for each of the clients.
Strings heard() {
  const auto line = [](const std::string& what, const json& value) {
    return what + " " + value.dump();
  };
  return {
      line("connected / with", json::object()),
      line("connected /chat with", {{"token", "x/y</b>"}}),
      line("/ hi", {1e10, 0.5, 12345678901, "é\u2028</x>😀", nullptr, true}),
      line("/chat add", {1, 2}),
      line("/ bin", {binary(few_bytes), {{"k", binary(many_bytes)}}, binary("")}),
      line("/ ask", json::array()),
      line("/chat ask", json::array()),
      line("/ answers", json::array()),
      line("/chat answers", json::array({binary("\x01")})),
      "left /chat: client namespace disconnect",
      "left /: client namespace disconnect",
  };
}

void listen_in(Namespace nsp, Log& log) {
  nsp.on_connection([&log](Socket& socket) {
    log.add("connected " + socket.nsp().name() + " with " + socket.handshake().auth.dump());
  });
  nsp.on_any([&log](Socket& socket, std::string_view event, const json& arguments) {
    // Whether a client writes 1e10 with a decimal point does not matter.
    json written = arguments;
    for (json& value : written) {
      if (value == 1e10) value = 1e10;
    }
    log.add(socket.nsp().name() + " " + std::string(event) + " " + written.dump());
  });
  nsp.on("add", [](int a, int b) { return a + b; });
  nsp.on("ask", [&log](Socket& socket) {
    socket.emit_with_ack<Arguments>("question").then([&log, socket](Reply<Arguments> reply) {
      log.add(socket.nsp().name() + " answers " + reply->to_json().dump());
    });
  });
  nsp.on_disconnect([&log](Socket& socket, DisconnectReason why) {
    log.add("left " + socket.nsp().name() + ": " + std::string(to_string(why)));
  });
}

void listen_in(Server& io, Log& log) {
  listen_in(io.of("/"), log);
  listen_in(io.of("/chat"), log);
}

TEST(ForeignClients, AreHeardOverPolling) {
  for (const ForeignClient& foreign : clients) {
    if (!foreign.polls) continue;
    SCOPED_TRACE(foreign.name);
    Log log;
    LiveServer server({}, [&](Server& io) { listen_in(io, log); });
    PollingClient client(server.port);
    for (const std::string& payload : foreign.payloads) EXPECT_EQ(client.post(payload), 200);
    EXPECT_EQ(log.lines(), heard());
  }
}

TEST(ForeignClients, AreHeardOverWebSocket) {
  for (const ForeignClient& foreign : clients) {
    SCOPED_TRACE(foreign.name);
    Log log;
    LiveServer server({}, [&](Server& io) { listen_in(io, log); });
    WebSocketClient client(server.port);
    auto attachment = attachments.begin();
    for (std::string_view payload : foreign.payloads) {
      for (bool is_last = false; !is_last;) {
        const std::size_t end = payload.find('\x1e');
        is_last = end == std::string_view::npos;
        const std::string packet(payload.substr(0, end));
        packet[0] == 'b' ? client.send_binary(*attachment++) : client.send(packet);
        payload.remove_prefix(is_last ? payload.size() : end + 1);
      }
    }
    log.wait_for(heard().back());
    EXPECT_EQ(log.lines(), heard());
  }
}

}  // namespace
}  // namespace socketio::support
