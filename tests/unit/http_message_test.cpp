// SPDX-License-Identifier: MIT
// Headers, percent escapes and queries as values.
#include "codec/http/message.hpp"

#include <gtest/gtest.h>

#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::string_literals;
using http::Headers;
using http::percent_decode;
using http::Plus;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(HttpHeaders, AreFoundWhateverTheirCase) {
  Headers headers;
  headers.add("Content-Type", "text/plain");
  headers.add("SET-COOKIE", "a=1");
  headers.add("Set-Cookie", "b=2");
  EXPECT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_EQ(headers.get("set-cookie"), "a=1");
  const auto last = std::next(headers.begin(), 2);
  EXPECT_EQ((*last).name, "Set-Cookie");
  EXPECT_EQ((*last).value, "b=2");
  EXPECT_FALSE(headers.has("Content"));
  EXPECT_EQ(headers.get("Content-Type2"), "");
}

/// The result of Node.js 20 in `message.headers` for the lines "a", "b" and "a" of each header.
TEST(HttpHeaders, LinesOfOneNameAreJoinedAsInNode) {
  const auto joined = [](const std::string& name) {
    Headers headers;
    for (const char* line : {"a", "b", "a"}) headers.add(name, line);
    return headers.joined(name);
  };
  for (const char* name :
       {"age", "authorization", "content-length", "content-type", "ETag", "expires", "from", "Host",
        "if-modified-since", "if-unmodified-since", "last-modified", "location", "max-forwards",
        "proxy-authorization", "referer", "retry-after", "server", "User-Agent"}) {
    EXPECT_EQ(joined(name), "a") << name;
  }
  for (const char* name : {"accept",
                           "accept-encoding",
                           "accept-language",
                           "access-control-request-headers",
                           "cache-control",
                           "content-encoding",
                           "date",
                           "forwarded",
                           "if-match",
                           "if-none-match",
                           "if-range",
                           "Origin",
                           "range",
                           "sec-websocket-protocol",
                           "vary",
                           "via",
                           "X-Forwarded-For",
                           "x-forwarded-host",
                           "x-forwarded-proto",
                           "x-custom",
                           "set-cookie2",
                           "cookie2"}) {
    EXPECT_EQ(joined(name), "a, b, a") << name;
  }
  EXPECT_EQ(joined("Cookie"), "a; b; a");
  EXPECT_EQ(joined("Set-Cookie"), "a\nb\na") << "a list there";
}

TEST(HttpHeaders, LinesWithoutTextCountAsInNode) {
  Headers headers;
  headers.add("X", "");
  headers.add("x", "b");
  headers.add("Empty", "");
  EXPECT_EQ(headers.joined("X"), ", b");
  EXPECT_EQ(headers.joined("empty"), "");
  EXPECT_EQ(headers.joined("absent"), "");
}

TEST(HttpHeaders, SetReplacesAllOfThatName) {
  Headers headers;
  headers.add("Vary", "Origin");
  headers.add("A", "1");
  headers.add("vary", "Accept");
  headers.set("VARY", "*");
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.get("Vary"), "*");
  EXPECT_EQ(headers.get("A"), "1");
  headers.set("B", "2");
  EXPECT_EQ(headers.get("B"), "2");
}

TEST(HttpHeaders, MayBeSetFromTheirOwnValues) {
  Headers headers;
  headers.add("A", "a value that is too long for any small buffer");
  headers.add("B", "b");
  headers.set("B", headers.get("A"));
  EXPECT_EQ(headers.get("B"), "a value that is too long for any small buffer");
  headers.add("C", headers.get("A"));
  EXPECT_EQ(headers.get("C"), "a value that is too long for any small buffer");
}

TEST(HttpHeaders, CopiesDoNotShareMemory) {
  Headers headers;
  headers.add("A", "1");
  Headers copy = headers;
  copy.add("B", "2");
  EXPECT_FALSE(headers.has("B"));
  headers = copy;
  EXPECT_EQ(headers.get("B"), "2");
  const Headers moved = std::move(copy);
  EXPECT_EQ(moved.size(), 2u);
  EXPECT_EQ(moved.get("a"), "1");
}

/// The values of each field of that name, one behind the other.
std::string values(const Headers& headers, std::string_view name) {
  std::string all;
  headers.for_each(name, [&](std::string_view value) { all.append(value); });
  return all;
}

TEST(HttpHeaders, EachOfANameIsFoundAmongNamesThatAreSimilar) {
  Headers headers;
  headers.add("Via", "a");
  headers.add("Vie", "b");
  EXPECT_EQ(values(headers, "via"), "a");
  EXPECT_EQ(values(headers, "vie"), "b");
  headers.add("VIA", "c");
  headers.add("Vary", "d");
  headers.add("via", "e");
  EXPECT_EQ(values(headers, "via"), "ace");
  EXPECT_EQ(values(headers, "Vary"), "d");
  Headers copy = headers;
  EXPECT_EQ(values(copy, "via"), "ace");
  headers.set("Vie", "f");
  EXPECT_EQ(values(headers, "via"), "ace");
  EXPECT_EQ(values(std::move(copy), "via"), "ace");
  headers.clear();
  EXPECT_EQ(values(headers, "via"), "");
  headers.add("Via", "g");
  EXPECT_EQ(values(headers, "via"), "g");
}

TEST(HttpNames, LettersAreEqualWhateverTheirCase) {
  for (std::size_t size = 1; size < 40; ++size) {
    const std::string text =
        std::string("content-length-and-whatever-may-follow-it").substr(0, size);
    EXPECT_FALSE(http::equals_ignoring_case(text, text + "x"));
    for (std::size_t at = 0; at < size; ++at) {
      const auto with = [&](char c) {
        std::string changed = text;
        changed[at] = c;
        return changed;
      };
      EXPECT_TRUE(http::equals_ignoring_case(with('z'), with('Z'))) << size << ' ' << at;
      EXPECT_TRUE(http::equals_ignoring_case(with('A'), with('a'))) << size << ' ' << at;
      EXPECT_FALSE(http::equals_ignoring_case(with('a'), with('b'))) << size << ' ' << at;
      // These differ in the same bit, but are no letters.
      EXPECT_FALSE(http::equals_ignoring_case(with('@'), with('`'))) << size << ' ' << at;
      EXPECT_FALSE(http::equals_ignoring_case(with('['), with('{'))) << size << ' ' << at;
      EXPECT_FALSE(http::equals_ignoring_case(with('\xc1'), with('\xe1'))) << size << ' ' << at;
    }
  }
}

TEST(HttpLists, TokensAreComparedWhole) {
  EXPECT_TRUE(http::list_contains("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(http::list_contains(",,\tclose ,", "close"));
  EXPECT_FALSE(http::list_contains("closed, unclose, clo se", "close"));
  EXPECT_FALSE(http::list_contains("", "close"));
}

TEST(HttpPercent, DecodesEscapesAndLeavesBrokenOnes) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%2fd"), "a b/c/d");
  EXPECT_EQ(percent_decode("%00"), "\0"s);
  EXPECT_EQ(percent_decode("%e4%B8%ad"), "\xe4\xb8\xad");
  for (const std::string broken : {"%", "%2", "%zz", "%2z", "%z2", "a%", "%%", "% 20"}) {
    EXPECT_EQ(percent_decode(broken), broken);
  }
  EXPECT_EQ(percent_decode("%%41"), "%A");
  EXPECT_EQ(percent_decode("%2541"), "%41") << "decoded once";
}

TEST(HttpPercent, PlusIsABlankOnlyWhereAsked) {
  EXPECT_EQ(percent_decode("a+b%2B"), "a+b+");
  EXPECT_EQ(percent_decode("a+b%2B", Plus::is_blank), "a b+");
}

TEST(HttpQuery, PairsComeInOrder) {
  EXPECT_EQ(http::parse_query("EIO=4&transport=polling&t=a+b&t=%26"),
            (Pairs{{"EIO", "4"}, {"transport", "polling"}, {"t", "a b"}, {"t", "&"}}));
  EXPECT_EQ(http::parse_query("a&=b&&c=&d=e=f&"),
            (Pairs{{"a", ""}, {"", "b"}, {"c", ""}, {"d", "e=f"}}));
  EXPECT_EQ(http::parse_query(""), Pairs{});
  EXPECT_EQ(http::parse_query("__proto__=x"), (Pairs{{"__proto__", "x"}}));
}

TEST(HttpQuery, PairsAreLimited) {
  EXPECT_EQ(http::parse_query("a&b&c", 3).size(), 3u);
  EXPECT_EQ(http::parse_query("a&b&c&d", 3).size(), 3u);
  std::string many;
  for (int i = 0; i < 257; ++i) many += "a=1&";
  EXPECT_EQ(http::parse_query(many).size(), 256u);
}

TEST(HttpQuery, ValuesAreTextInUtf8) {
  EXPECT_EQ(http::parse_query("a=%ff&b=%E4%B8&%80=c"),
            (Pairs{{"a", "\xef\xbf\xbd"}, {"b", "\xef\xbf\xbd"}, {"\xef\xbf\xbd", "c"}}));
  EXPECT_EQ(http::query_value("sid=a%ffb", "sid"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(http::query_value("sid=%E4%B8%AD", "sid"), "\xe4\xb8\xad");
}

TEST(HttpQuery, OneValueWithoutTheOthers) {
  EXPECT_EQ(http::query_value("EIO=4&transport=polling&sid=a%20b+c", "sid"), "a b c");
  EXPECT_EQ(http::query_value("sid=1&sid=2", "sid"), "1");
  EXPECT_EQ(http::query_value("s%69d=1", "sid"), "1");
  EXPECT_EQ(http::query_value("a+b=1&s%69d=2", "a+b"), "");
  EXPECT_EQ(http::query_value("a+b=1&s%69d=2", "s%69d"), "");
  EXPECT_EQ(http::query_value("a+b=1&s%69d=2", "a b"), "1");
  EXPECT_EQ(http::query_value("xsid=1&sidx=2", "sid"), "");
  EXPECT_EQ(http::query_value("sid", "sid"), "");
  EXPECT_EQ(http::query_value("sid=a=b", "sid"), "a=b");
  EXPECT_EQ(http::query_value("a=b=c", "a=b"), "") << "the name is a";
  EXPECT_EQ(http::query_value("a%3Db=c", "a=b"), "c");
  EXPECT_EQ(http::query_value("a&&=1", ""), "1");
  EXPECT_EQ(http::query_value("", "sid"), "");
}

TEST(HttpQuery, SeveralValuesInOnePass) {
  using Values = std::array<std::string, 3>;
  const auto values_of = [](std::string_view query) {
    constexpr std::string_view names[] = {"EIO", "transport", "a b"};
    http::QueryValue values[3];
    for (http::QueryValue& value : values) value.text = "absent";
    http::read_query(query, names, values);
    return Values{std::string(values[0].text), std::string(values[1].text),
                  std::string(values[2].text)};
  };
  EXPECT_EQ(values_of("t=1&transport=polling&EIO=4"), (Values{"4", "polling", "absent"}));
  EXPECT_EQ(values_of("EIO=3&EIO=4&transport=&transport=polling"), (Values{"3", "", "absent"}));
  EXPECT_EQ(values_of("a+b=c+d&%45IO=%34&&transport"), (Values{"4", "", "c d"}));
  EXPECT_EQ(values_of("eio=4&EI=4&EIO4=&=EIO"), (Values{"absent", "absent", "absent"}));
  EXPECT_EQ(values_of(""), (Values{"absent", "absent", "absent"}));
}

TEST(HttpResponseValue, ReadyLinesBecomeTheFirstHeaders) {
  http::Response response;
  response.ready_lines = "Content-Type: text/plain; charset=UTF-8\r\ncache-control: no-store\r\n";
  response.headers.add("Vary", "Origin");
  http::unfold_ready_lines(response);
  EXPECT_EQ(response.ready_lines, "");
  ASSERT_EQ(response.headers.size(), 3u);
  EXPECT_EQ((*response.headers.begin()).name, "Content-Type");
  EXPECT_EQ(response.headers.get("content-type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ((*std::next(response.headers.begin(), 2)).value, "Origin");
  http::unfold_ready_lines(response);
  EXPECT_EQ(response.headers.size(), 3u);
}

TEST(HttpRequestValue, PathAndQueryAreViewsOfTheTarget) {
  http::Request request;
  request.target = "/a/b?c=d?e";
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d?e");
  request.target = "/a";
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "");
}

TEST(HttpReason, IsKnownForWhatWeSend) {
  EXPECT_EQ(http::reason_phrase(101), "Switching Protocols");
  EXPECT_EQ(http::reason_phrase(200), "OK");
  EXPECT_EQ(http::reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(http::reason_phrase(599), "Unknown");
}

}  // namespace
}  // namespace socketio
