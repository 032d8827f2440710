// SPDX-License-Identifier: MIT
// Text must be UTF-8 (RFC 6455 section 8.1, RFC 3629). Tests each limit of the encoding: whole, cut
// inside code points by reads, and cut by frames.
#include "support/websocket_stream.hpp"

namespace socketio::support {
namespace {

const std::vector<std::string> valid = {
    "",
    "plain",
    std::string("\0", 1),
    "\x7f",
    "\xc2\x80",          // U+0080, first of two bytes
    "\xdf\xbf",          // U+07FF, last of two bytes
    "\xe0\xa0\x80",      // U+0800, first of three bytes
    "\xed\x9f\xbf",      // U+D7FF, last before the surrogates
    "\xee\x80\x80",      // U+E000, first behind the surrogates
    "\xef\xbf\xbd",      // U+FFFD
    "\xef\xbf\xbe",      // U+FFFE, a noncharacter
    "\xef\xbf\xbf",      // U+FFFF, last of three bytes
    "\xf0\x90\x80\x80",  // U+10000, first of four bytes
    "\xf0\x9f\xbf\xbe",  // U+1FFFE, a noncharacter
    "\xf4\x8f\xbf\xbf",  // U+10FFFF, the last
    "\xef\xbb\xbf"
    "after a mark",  // byte order mark
    "κόσμε",
    "Grüße, 世界, \xf0\x9f\x8e\x89",
};

const std::vector<std::string> invalid = {
    "\x80",  // a continuation byte alone: first
    "\xbf",  // and last
    "\x80\xbf\x80\xbf",
    "\xc2",  // cut short
    "\xe1\x80",
    "\xf1\x80\x80",
    "\xe1",
    "\xf1",
    "\xf1\x80",
    "\xc2 ",  // continuation bytes missing
    "\xe1\x80 ",
    "\xf1\x80\x80 ",
    "\xc2\xc2\x80",
    "\xc0\xaf",  // overlong '/'
    "\xe0\x80\xaf",
    "\xf0\x80\x80\xaf",
    "\xf8\x80\x80\x80\xaf",
    "\xfc\x80\x80\x80\x80\xaf",
    "\xc0\x80",  // overlong null
    "\xe0\x80\x80",
    "\xf0\x80\x80\x80",
    "\xc1\xbf",          // last overlong of two bytes
    "\xe0\x9f\xbf",      // of three
    "\xf0\x8f\xbf\xbf",  // of four
    "\xed\xa0\x80",      // U+D800, first surrogate
    "\xed\xad\xbf",
    "\xed\xae\x80",
    "\xed\xbf\xbf",              // U+DFFF, last surrogate
    "\xed\xa0\x80\xed\xb0\x80",  // a surrogate pair
    "\xf4\x90\x80\x80",          // U+110000, one past the last
    "\xf5\x80\x80\x80",
    "\xf7\xbf\xbf\xbf",
    "\xf8\x88\x80\x80\x80",  // five bytes
    "\xfb\xbf\xbf\xbf\xbf",
    "\xfc\x84\x80\x80\x80\x80",  // six bytes
    "\xfd\xbf\xbf\xbf\xbf\xbf",
    "\xfe",  // never a part of it
    "\xff",
    "\xfe\xfe\xff\xff",
};

/// Some positions at which vectorised validators have boundaries of their own.
std::vector<std::string> placed(const std::string& bytes) {
  return {bytes,
          "before " + bytes,
          bytes + " behind",
          std::string(62, 'a') + bytes,
          std::string(63, 'a') + bytes + std::string(70, 'b'),
          "κ" + bytes + "ε"};
}

class WebSocketUtf8 : public BothRoles {
 protected:
  /// The message in two frames, cut at `position`.
  std::string two_frames(const std::string& message, std::size_t position) const {
    return frame(1, message.substr(0, position), 0) + frame(0, message.substr(position));
  }
  std::string frame_a_byte(const std::string& message) const {
    std::string bytes = frame(1, "", 0);
    for (const char byte : message) bytes += frame(0, std::string(1, byte), 0);
    return bytes + frame(0, "");
  }
};
INSTANTIATE_TEST_SUITE_P(Roles, WebSocketUtf8, testing::Values(Role::server, Role::client),
                         role_name);

TEST_P(WebSocketUtf8, TakesValidText) {
  for (const std::string& core : valid) {
    expect_events(role(), frame_a_byte(core), {text(core)});
    for (const std::string& message : placed(core)) {
      expect_events(role(), frame(1, message), {text(message)});
      for (std::size_t at = 0; at <= message.size(); ++at) {
        const std::string bytes = two_frames(message, at);
        ASSERT_EQ(decode(role(), {}, {bytes}).events, std::vector{text(message)});
      }
    }
  }
}

TEST_P(WebSocketUtf8, RefusesInvalidText) {
  for (const std::string& core : invalid) {
    expect_error(role(), frame_a_byte(core), Errc::invalid_utf8);
    for (const std::string& message : placed(core)) {
      SCOPED_TRACE(testing::PrintToString(message));
      expect_error(role(), frame(1, message), Errc::invalid_utf8);
      for (std::size_t at = 0; at <= message.size(); ++at) {
        const std::string bytes = two_frames(message, at);
        ASSERT_EQ(decode(role(), {}, {bytes}).error, Errc::invalid_utf8);
      }
    }
  }
}

TEST_P(WebSocketUtf8, LooksOnlyAtText) {
  for (const std::string& bytes : invalid) {
    expect_events(role(), frame(2, bytes) + frame(9, bytes) + frame(10, bytes),
                  {binary(bytes), ping(bytes), pong(bytes)});
  }
}

TEST_P(WebSocketUtf8, LooksAtEachMessageAlone) {
  const std::string half_sign = "\xe2\x82";
  expect_error(role(), frame(1, half_sign) + frame(1, "\xac"), Errc::invalid_utf8);
  expect_error(role(), frame(1, "good") + frame(1, "\xff") + frame(1, "late"), Errc::invalid_utf8,
               {text("good")});
}

}  // namespace
}  // namespace socketio::support
