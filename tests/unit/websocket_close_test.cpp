// SPDX-License-Identifier: MIT
// Close frames and what follows them (RFC 6455 sections 5.5.1, 7.4 and 8.1).
#include "support/websocket_stream.hpp"

namespace socketio::support {
namespace {

std::string close_body(std::uint16_t code, std::string_view reason = {}) {
  std::string body{static_cast<char>(code >> 8), static_cast<char>(code)};
  return body.append(reason);
}

class WebSocketClose : public BothRoles {};
INSTANTIATE_TEST_SUITE_P(Roles, WebSocketClose, testing::Values(Role::server, Role::client),
                         role_name);

TEST_P(WebSocketClose, TellsCodeAndReason) {
  expect_events(role(), frame(8, ""), {closed(1005)});
  expect_events(role(), frame(8, close_body(1000)), {closed(1000)});
  expect_events(role(), frame(8, close_body(1001, "bye €")), {closed(1001, "bye €")});
  const std::string longest(123, 'r');
  expect_events(role(), frame(8, close_body(4999, longest)), {closed(4999, longest)});
}

TEST_P(WebSocketClose, AllowsExactlyTheCodesThatMayTravel) {
  const auto allowed = [](unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
  };
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const std::string bytes = frame(8, close_body(static_cast<std::uint16_t>(code)));
    const Outcome outcome = decode(role(), {}, {bytes});
    if (allowed(code)) {
      ASSERT_EQ(outcome.events, std::vector{closed(static_cast<std::uint16_t>(code))});
    } else {
      ASSERT_EQ(outcome.error, Errc::invalid_close_payload) << code;
    }
  }
}

TEST_P(WebSocketClose, RefusesHalfACode) {
  expect_error(role(), frame(8, "\x03"), Errc::invalid_close_payload);
}

TEST_P(WebSocketClose, RefusesForbiddenCodesInAnyCut) {
  for (const std::uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    expect_error(role(), frame(8, close_body(code, "x")), Errc::invalid_close_payload);
  }
}

TEST_P(WebSocketClose, RefusesAReasonThatIsNotUtf8) {
  for (const char* reason : {"\x80", "ok \xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    expect_error(role(), frame(8, close_body(1000, reason)), Errc::invalid_utf8);
  }
}

TEST_P(WebSocketClose, IgnoresWhatFollows) {
  const std::string close = frame(8, close_body(1000, "end"));
  const std::vector<Received> once{closed(1000, "end")};
  expect_events(role(), close + frame(1, "late") + frame(9, "late"), once);
  expect_events(role(), close + close, once);
  expect_events(role(), close + "\xff\xff\xff no frame at all", once);
}

TEST_P(WebSocketClose, EndsAFragmentedMessage) {
  expect_events(role(), frame(1, "begun", 0) + frame(8, close_body(1001)) + frame(0, "late"),
                {closed(1001)});
  expect_error(role(), frame(1, "begun", 0) + frame(8, close_body(1005)),
               Errc::invalid_close_payload);
}

TEST_P(WebSocketClose, StaysClosedHoweverMuchIsFed) {
  const std::string close = frame(8, "");
  const std::string flood(100'000, '\xff');
  Pieces pieces{close};
  pieces.insert(pieces.end(), 100, flood);
  const Outcome outcome = decode(role(), {}, pieces);
  EXPECT_EQ(outcome.events, std::vector{closed(1005)});
  EXPECT_EQ(outcome.error, std::nullopt);
}

}  // namespace
}  // namespace socketio::support
