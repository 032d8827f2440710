// SPDX-License-Identifier: MIT
// HttpClient: sends requests as text and returns responses as values, over one TcpClient.
// PollingClient makes the requests of Engine.IO's long-polling. One thread at a time.
#pragma once

#include "codec/http/response_parser.hpp"
#include "support/tcp_client.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::support {

inline const std::string engine_query = "/socket.io/?EIO=4&transport=polling";

/// A request with a Host header; `more` consists of whole header lines. Content-Length is added if
/// there is a body.
inline std::string request_text(std::string_view method, std::string_view target,
                                std::string_view more = {}, std::string_view body = {}) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(more);
  if (!body.empty() || method == "POST")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, int receive_buffer_bytes = 0)
      : tcp_(port, receive_buffer_bytes) {}

  TcpClient& tcp() { return tcp_; }

  /// Returns the next response, or nothing if the connection ends first.
  std::optional<http::Response> response(http::AnswerTo answer_to = http::AnswerTo::other) {
    http::Limits limits;
    limits.body_bytes = 64 * 1024 * 1024;
    for (;;) {
      http::ResponseParser parser(limits, answer_to);
      while (!parser.done()) {
        const auto taken = parser.feed(tcp_.unread());
        if (!taken) {
          ADD_FAILURE() << "not a response: " << tcp_.unread().substr(0, 200);
          return std::nullopt;
        }
        tcp_.unread().erase(0, *taken);
        if (parser.done()) break;
        if (!tcp_.receive()) return std::nullopt;
      }
      keep_alive_ = parser.keep_alive();
      if (auto answer = parser.take(); answer.status != 100) return answer;
    }
  }
  /// Whether the server keeps the connection after the last response.
  bool keep_alive() const { return keep_alive_; }

  std::optional<http::Response> ask(std::string_view text) {
    tcp_.send(text);
    return response(text.starts_with("HEAD ") ? http::AnswerTo::head : http::AnswerTo::other);
  }
  std::optional<http::Response> get(std::string_view target, std::string_view more = {}) {
    return ask(request_text("GET", target, more));
  }

  /// Returns the status of the response; 0 if there is none.
  int status(std::string_view text) {
    const auto answer = ask(text);
    return answer ? answer->status : 0;
  }

 private:
  TcpClient tcp_;
  bool keep_alive_ = true;
};

inline std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.get(name));
}

/// A session over long-polling, with one connection for polls and one for POSTs.
class PollingClient {
 public:
  explicit PollingClient(std::uint16_t port, std::string_view more = {},
                         int receive_buffer_bytes = 0)
      : polls_(port, receive_buffer_bytes), posts_(port), more_(more) {
    const auto answer = polls_.get(engine_query, more_);
    if (!answer || answer->status != 200) return;
    const auto found = answer->body.find("\"sid\":\"");
    if (found != std::string::npos) sid_ = answer->body.substr(found + 7, 20);
  }

  const std::string& sid() const { return sid_; }
  std::string target() const { return engine_query + "&sid=" + sid_; }
  HttpClient& polls() { return polls_; }
  HttpClient& posts() { return posts_; }

  void start_poll() { polls_.tcp().send(request_text("GET", target(), more_)); }
  std::optional<http::Response> poll() { return polls_.get(target(), more_); }
  int post(std::string_view payload) {
    return posts_.status(request_text("POST", target(), more_, payload));
  }
  /// Connects to "/" and returns the body of the poll that confirms it.
  std::string join() {
    EXPECT_EQ(post("40"), 200);
    const auto answer = poll();
    return answer ? answer->body : std::string();
  }

 private:
  HttpClient polls_;
  HttpClient posts_;
  std::string more_;
  std::string sid_;
};

}  // namespace socketio::support
