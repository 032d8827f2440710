// SPDX-License-Identifier: MIT
// What is offered, answered and refused in the negotiation of permessage-deflate (RFC 7692
// sections 5 and 7.1).
#include "codec/websocket/extension.hpp"
#include "codec/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::websocket {

void PrintTo(const DeflateParameters& agreed, std::ostream* out) {
  *out << "server " << agreed.server_no_context_takeover << ' '
       << int{agreed.server_max_window_bits} << ", client " << agreed.client_no_context_takeover
       << ' ' << int{agreed.client_max_window_bits};
}

namespace {

http::Headers fields(const std::vector<std::string>& values) {
  http::Headers headers;
  headers.add("Upgrade", "websocket");
  for (const std::string& value : values) headers.add("sec-websocket-extensions", value);
  return headers;
}

std::optional<DeflateParameters> answer(const std::string& value) {
  return read_deflate_answer(fields({value}));
}

DeflateParameters agreed(bool server_forgets, bool client_forgets, int server_bits = 15,
                         int client_bits = 15) {
  return {server_forgets, client_forgets, static_cast<std::uint8_t>(server_bits),
          static_cast<std::uint8_t>(client_bits)};
}

TEST(WebSocketExtension, AClientReadsTheAnswer) {
  EXPECT_EQ(answer("permessage-deflate"), agreed(false, false));
  EXPECT_EQ(answer("Permessage-Deflate ; server_no_context_takeover"), agreed(true, false));
  EXPECT_EQ(answer("permessage-deflate;client_no_context_takeover"), agreed(false, true));
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8"), agreed(false, false, 8));
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=15"), agreed(false, false));
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=\"9\""),
            agreed(false, false, 15, 9));
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=\"\\1\\0\""),
            agreed(false, false, 15, 10));
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                   "server_max_window_bits=12; client_max_window_bits=11"),
            agreed(true, true, 12, 11));
}

TEST(WebSocketExtension, AClientRefusesEveryOtherAnswer) {
  for (const char* value :
       {"",
        "x-webkit-deflate-frame",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate, other",
        "permessage-deflate;",
        "permessage-deflate; ;",
        "permessage-deflate; unknown",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=10; client_max_window_bits=10",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=",
        "permessage-deflate; a b",
        "permessage-deflate; client_max_window_bits=\"9",
        "permessage-deflate; x=\"",
        "permessage-deflate; client_max_window_bits=\"9\\",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"9 \"",
        "permessage-deflate; client_max_window_bits = 9",
        "permessage-deflate,",
        ",",
        "=",
        ";"}) {
    EXPECT_EQ(answer(value), std::nullopt) << value;
  }
  for (const char* bits :
       {"0", "7", "16", "08", "+9", "-9", "9.0", "0x9", "150", "x", "99999999999"})
    for (const char* name : {"server_max_window_bits", "client_max_window_bits"})
      EXPECT_EQ(answer(std::string("permessage-deflate; ") + name + "=" + bits), std::nullopt)
          << name << bits;
  EXPECT_EQ(read_deflate_answer(fields({"permessage-deflate", "permessage-deflate"})),
            std::nullopt);
}

TEST(WebSocketExtension, TheHandshakeTakesWhatWasOffered) {
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto respond = [&](const std::vector<std::string>& values) {
    http::Response response;
    response.status = 101;
    response.headers = fields(values);
    response.headers.add("Connection", "upgrade");
    response.headers.add("Sec-WebSocket-Accept", AcceptKey(key));
    return response;
  };
  const auto none = check_accept_of_deflate(respond({}), key);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, std::nullopt);
  const auto some =
      check_accept_of_deflate(respond({"permessage-deflate; client_no_context_takeover"}), key);
  ASSERT_TRUE(some);
  EXPECT_EQ(*some, agreed(false, true));
  const auto other = check_accept_of_deflate(respond({"permessage-bzip2"}), key);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error(), AcceptError::unexpected_extension);
  const auto foreign = check_accept_of_deflate(respond({"permessage-deflate"}), "another key");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error(), AcceptError::bad_accept);
}

std::string chosen(const std::vector<std::string>& offers, const DeflateParameters& most = {}) {
  const auto answer = choose_deflate(fields(offers), most);
  if (!answer) return "none";
  // The client understands our answer as we do.
  EXPECT_EQ(read_deflate_answer(fields({answer->text})), answer->parameters) << answer->text;
  return answer->text;
}

TEST(WebSocketExtension, AServerChoosesTheFirstOfferThatItCanTake) {
  EXPECT_EQ(chosen({std::string(deflate_offer)}), "permessage-deflate");
  EXPECT_EQ(chosen({"x-webkit-deflate-frame", "permessage-deflate; client_max_window_bits=10"}),
            "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(chosen({"permessage-deflate; unknown, permessage-deflate; server_max_window_bits=7, "
                    "permessage-deflate; server_max_window_bits=10, permessage-deflate"}),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(chosen({"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
}

TEST(WebSocketExtension, AServerSpendsNoMoreThanItWants) {
  const auto most = agreed(true, true, 11, 9);
  const std::string limited =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
      "server_max_window_bits=11; client_max_window_bits=9";
  EXPECT_EQ(chosen({std::string(deflate_offer)}, most), limited);
  EXPECT_EQ(chosen({"permessage-deflate; client_max_window_bits=15"}, most), limited);
  EXPECT_EQ(chosen({"permessage-deflate; client_max_window_bits=8; server_max_window_bits=10"},
                   agreed(false, false, 11, 9)),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=8");
  EXPECT_EQ(chosen({"permessage-deflate"}, most), "none") << "this client cannot be limited";
}

TEST(WebSocketExtension, AServerTakesNoOfferThatIsNone) {
  EXPECT_EQ(chosen({}), "none");
  for (const char* value : {"", "permessage-bzip2", "permessage-deflate; a=\"",
                            "permessage-deflate,", "permessage-deflate; client_max_window_bits=16",
                            "permessage-deflate; server_max_window_bits"}) {
    EXPECT_EQ(chosen({value}), "none") << value;
  }
  EXPECT_EQ(chosen({"permessage-deflate", ";"}), "none") << "one malformed field spoils the list";
}

}  // namespace
}  // namespace socketio::websocket
