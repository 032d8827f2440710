// SPDX-License-Identifier: MIT
// One request after another on a connection: what is used again for the next one, and what is not.
#include "support/http_connection_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using server::HttpExchange;
using testing::HasSubstr;
using testing::Not;

class Site final : public server::RequestSink {
 public:
  const server::ConnectionOptions& connection_options() const override { return options_; }
  void accept(const std::shared_ptr<HttpExchange>& exchange) override { on_request(exchange); }

  std::function<void(const std::shared_ptr<HttpExchange>&)> on_request;

 private:
  server::ConnectionOptions options_;
};

class Listener final : public engine::ExchangeListener {
 public:
  void on_body(engine::Exchange&) override {}
  void on_abort(engine::Exchange&, Abort) override { ++aborts; }
  int aborts = 0;
};

/// Answers when the body is complete.
class AnswerToBody final : public engine::ExchangeListener {
 public:
  void on_body(engine::Exchange& complete) override {
    body = complete.request().body;
    std::exchange(exchange, nullptr)->respond({});
  }
  void on_abort(engine::Exchange&, Abort) override { exchange.reset(); }

  std::shared_ptr<HttpExchange> exchange;
  std::string body;
};

class NextRequest : public HttpConnectionTest<Site> {
 protected:
  ~NextRequest() override {
    stream->close();
    loop.run_for(0ms);
  }
  /// The next request; `use` answers it.
  void send(std::string_view bytes, std::function<void(const std::shared_ptr<HttpExchange>&)> use) {
    site.on_request = std::move(use);
    recorder->text.clear();
    write(bytes);
  }

  static constexpr std::string_view first_request =
      "POST /first HTTP/1.1\r\nHost: a\r\nCookie: b\r\nContent-Length: 4\r\n\r\nbody";
  static constexpr std::string_view second_request = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
};

TEST_F(NextRequest, HasNothingOfTheOneBefore) {
  const auto listener = std::make_shared<Listener>();
  std::weak_ptr<HttpExchange> first;
  send(first_request, [&](const auto& exchange) {
    first = exchange;
    exchange->set_listener(listener);
    exchange->add_header("X-First", "1");
    exchange->respond({});
  });
  EXPECT_THAT(recorder->text, HasSubstr("X-First: 1\r\n"));
  EXPECT_EQ(listener.use_count(), 1);

  std::shared_ptr<HttpExchange> second;
  send(second_request, [&](const auto& exchange) { second = exchange; });
  ASSERT_TRUE(second);
  EXPECT_EQ(second, first.lock()) << "nobody has kept it";
  EXPECT_EQ(second->request().method, "GET");
  EXPECT_EQ(second->request().target, "/second");
  EXPECT_EQ(second->request().headers.size(), 1u);
  EXPECT_EQ(second->request().body, "");
  second->respond({});
  loop.run_for(0ms);
  EXPECT_THAT(recorder->text, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(recorder->text, Not(HasSubstr("X-First")));

  send(second_request, [&](const auto& exchange) { second = exchange; });
  stream->close();
  loop.run_for(0ms);
  EXPECT_EQ(listener->aborts, 0);
}

TEST_F(NextRequest, LeavesAnExchangeThatIsKept) {
  std::shared_ptr<HttpExchange> first;
  send(first_request, [&](const auto& exchange) {
    first = exchange;
    exchange->respond({});
  });
  send(second_request, [&](const auto& exchange) {
    EXPECT_NE(exchange, first);
    exchange->respond({});
  });
  EXPECT_EQ(first->request().target, "/first");
  EXPECT_EQ(first->request().body, "body");
  first->abort();
  send(second_request, [&](const auto& exchange) {
    EXPECT_EQ(exchange->request().target, "/second");
    first->abort();
    first->respond({});
    exchange->respond({});
  });
  EXPECT_EQ(recorder->closes, 0) << "what was answered has no connection";
  EXPECT_THAT(recorder->text, HasSubstr("HTTP/1.1 200 OK\r\n"));
}

TEST_F(NextRequest, IsReadThoughItsPredecessorWasGivenAway) {
  http::Request given;
  send(first_request, [&](const auto& exchange) {
    given = exchange->take_request();
    exchange->respond({});
  });
  EXPECT_EQ(given.target, "/first");
  EXPECT_EQ(given.body, "body");
  send(second_request, [&](const auto& exchange) {
    EXPECT_EQ(exchange->request().target, "/second");
    EXPECT_EQ(exchange->request().headers.size(), 1u);
    exchange->respond({});
  });
  EXPECT_THAT(recorder->text, HasSubstr("HTTP/1.1 200 OK\r\n"));
}

TEST_F(NextRequest, MemoryOfALargeOneIsNotKept) {
  std::weak_ptr<HttpExchange> first;
  const std::string body(10'000, 'x');
  send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + body,
       [&](const auto& exchange) {
         first = exchange;
         exchange->respond({});
       });
  EXPECT_TRUE(first.expired());
}

TEST_F(NextRequest, NothingIsKeptBeyondTheConnection) {
  std::weak_ptr<HttpExchange> first;
  send(first_request, [&](const auto& exchange) {
    first = exchange;
    exchange->respond({});
  });
  EXPECT_FALSE(first.expired());
  stream->close();
  loop.run_for(0ms);
  EXPECT_TRUE(first.expired());
}

TEST_F(NextRequest, MayComeInPieces) {
  send(first_request, [](const auto& exchange) { exchange->respond({}); });
  for (int i = 0; i < 2; ++i) {
    const auto answer = std::make_shared<AnswerToBody>();
    for (const char& c : first_request) {
      send({&c, 1}, [&](const auto& exchange) {
        EXPECT_EQ(exchange->request().target, "/first");
        EXPECT_FALSE(exchange->body_complete());
        answer->exchange = exchange;
        exchange->set_listener(answer);
      });
    }
    EXPECT_EQ(answer->body, "body");
    EXPECT_THAT(recorder->text, HasSubstr("HTTP/1.1 200 OK\r\n"));
  }
}

}  // namespace
}  // namespace socketio::support
