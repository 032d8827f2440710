// SPDX-License-Identifier: MIT
#include "server/router.hpp"

#include "support/routing.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::server {
namespace {

http::Request request(std::string method, std::string target, std::string body = {}) {
  http::Request made;
  made.method = std::move(method);
  made.target = std::move(target);
  made.body = std::move(body);
  made.headers.add("X-Thing", "value");
  return made;
}

class RouterTest : public testing::Test {
 protected:
  http::Response answer(std::string method, std::string target, std::string body = {}) {
    return support::route(*state, request(std::move(method), std::move(target), std::move(body)),
                          on_error);
  }
  std::string body_of(std::string target) { return answer("GET", std::move(target)).body; }

  std::shared_ptr<RouterState> state = std::make_shared<RouterState>();
  HttpErrorHook on_error;
  Router router{state};
};

HttpHandler says(std::string text) {
  return [text = std::move(text)](const HttpRequest&) { return HttpResponse::text(text); };
}

TEST_F(RouterTest, MethodAndPathChoose) {
  router.get("/a", says("get a"));
  router.post("/a", says("post a"));
  router.put("/a", says("put a"));
  router.patch("/a", says("patch a"));
  router.del("/a", says("delete a"));
  router.add("PURGE", "/a", says("purge a"));
  router.get("/a/b", says("get a b"));
  router.get("/", says("root"));
  EXPECT_EQ(answer("GET", "/a").body, "get a");
  EXPECT_EQ(answer("POST", "/a").body, "post a");
  EXPECT_EQ(answer("PUT", "/a").body, "put a");
  EXPECT_EQ(answer("PATCH", "/a").body, "patch a");
  EXPECT_EQ(answer("DELETE", "/a").body, "delete a");
  EXPECT_EQ(answer("PURGE", "/a").body, "purge a");
  EXPECT_EQ(answer("GET", "/a/b?x=/c").body, "get a b");
  EXPECT_EQ(answer("GET", "/").body, "root");
  for (const char* target : {"/b", "/a/b/c", "/A", "/ab", "*", "", "//"}) {
    EXPECT_EQ(answer("GET", target).status, 404) << target;
  }
}

TEST_F(RouterTest, TheFirstThatMatchesAnswers) {
  router.get("/users/me", says("me"));
  router.get("/users/:id", says("other"));
  router.get("/users/you", says("never"));
  EXPECT_EQ(body_of("/users/me"), "me");
  EXPECT_EQ(body_of("/users/you"), "other");
}

TEST_F(RouterTest, HeadIsAnsweredLikeGet) {
  router.get("/a", says("text"));
  EXPECT_EQ(answer("HEAD", "/a").status, 200);
  router.post("/b", says("text"));
  EXPECT_EQ(answer("HEAD", "/b").status, 405);
}

TEST_F(RouterTest, AnotherMethodIsToldWhichThereAre) {
  router.get("/a", says("1"));
  router.post("/a", says("2"));
  router.get("/:any", says("3"));
  const auto refused = answer("DELETE", "/a");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.get("Allow"), "GET, HEAD, POST");
}

TEST_F(RouterTest, ParametersAreDecodedOneSegmentEach) {
  router.get("/users/:id/posts/:post", [](const HttpRequest& asked) {
    return HttpResponse::text(std::string(asked.param("id")) + "|" +
                              std::string(asked.param("post")) + "|" +
                              std::string(asked.param("none")));
  });
  EXPECT_EQ(body_of("/users/7/posts/x"), "7|x|");
  EXPECT_EQ(body_of("/users/a%2Fb/posts/c%20d%3F"), "a/b|c d?|")
      << "an encoded slash makes no segment";
  EXPECT_EQ(body_of("/users/%zz/posts/+"), "%zz|+|");
  EXPECT_EQ(answer("GET", "/users//posts/x").status, 404) << "a parameter is not empty";
}

TEST_F(RouterTest, HandlersSeeTheRequest) {
  router.post("/see", [](const HttpRequest& asked) {
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.path, "/see");
    EXPECT_EQ(asked.query, "a=1&b=x%20y&a=2&c");
    EXPECT_EQ(asked.query_value("a"), "1");
    EXPECT_EQ(asked.query_value("b"), "x y");
    EXPECT_EQ(asked.query_value("c"), "");
    EXPECT_EQ(asked.query_value("d"), "");
    EXPECT_EQ(asked.header("x-THING"), "value");
    EXPECT_EQ(asked.header("absent"), "");
    EXPECT_EQ(asked.body, "{\"n\":1}");
    EXPECT_EQ(asked.body_json(), (json{{"n", 1}}));
    EXPECT_EQ(asked.address, "192.0.2.1");
    return HttpResponse::of_json({{"seen", true}}, 201);
  });
  const auto response = answer("POST", "/see?a=1&b=x%20y&a=2&c", "{\"n\":1}");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "{\"seen\":true}");
  EXPECT_EQ(response.headers.get("content-type"), "application/json; charset=utf-8");
}

TEST_F(RouterTest, ABodyThatIsNoJsonIsNone) {
  int without = 0;
  router.post("/json", [&](const HttpRequest& asked) {
    const auto body = asked.body_json();
    if (!body) ++without;
    return HttpResponse::of_json(body.value_or(nullptr));
  });
  const std::string deep(100'000, '[');
  const std::string deep_and_closed = deep + std::string(100'000, ']');
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("nul"), std::string("{'a':1}"),
        std::string("[1] 2"), std::string("\"\xff\""), deep, deep_and_closed}) {
    EXPECT_EQ(answer("POST", "/json", body).body, "null");
  }
  EXPECT_EQ(without, 8);
  EXPECT_EQ(answer("POST", "/json", " [1, {\"a\": null}] ").body, "[1,{\"a\":null}]");
}

TEST_F(RouterTest, ABodyThatIsNoJsonSaysWhy) {
  std::string why;
  router.post("/json", [&](const HttpRequest& asked) {
    EXPECT_FALSE(asked.body_json(why));
    return HttpResponse{};
  });
  answer("POST", "/json");
  EXPECT_EQ(why, "the body is empty");
  answer("POST", "/json", "{");
  EXPECT_EQ(why, "it is not JSON");
  answer("POST", "/json", std::string(200, '[') + std::string(200, ']'));
  EXPECT_EQ(why, "it is nested too deeply");
  std::string many = "[0";
  for (int i = 0; i < 600'000; ++i) many += ",0";
  answer("POST", "/json", many + "]");
  EXPECT_EQ(why, "it has too many values");
}

class FormTest : public testing::Test {
 protected:
  /// The form of a request; its fields as `name=value`, or nothing.
  std::optional<std::vector<std::string>> fields(std::string body, std::string_view content_type) {
    http::Request asked = request("POST", "/form", std::move(body));
    if (!content_type.empty()) asked.headers.add("Content-Type", content_type);
    std::optional<std::vector<std::string>> found;
    const auto only_this = std::make_shared<RouterState>();
    Router(only_this).post("/form", [&](const HttpRequest& seen) {
      const auto form = seen.form();
      if (!form) return HttpResponse{};
      found.emplace();
      for (const auto& [name, value] : form->fields()) found->push_back(name + "=" + value);
      EXPECT_EQ(form->value("absent"), "");
      if (!form->fields().empty()) {
        EXPECT_EQ(form->value(form->fields()[0].first), form->fields()[0].second);
      }
      return HttpResponse{};
    });
    support::route(*only_this, std::move(asked));
    return found;
  }
  static constexpr std::string_view type = "application/x-www-form-urlencoded";
};

TEST_F(FormTest, FieldsAreDecodedInTheirOrder) {
  using Fields = std::vector<std::string>;
  EXPECT_EQ(fields("a=1&b=x+y%20z&a=2&%C3%A4=%E2%82%AC&empty=&bare", type),
            (Fields{"a=1", "b=x y z", "a=2", "ä=€", "empty=", "bare="}));
  EXPECT_EQ(fields("", type), Fields{});
}

TEST_F(FormTest, TheContentTypeMayHaveParametersAndCapitals) {
  EXPECT_TRUE(fields("a=1", "Application/X-WWW-Form-Urlencoded ; charset=UTF-8"));
  EXPECT_FALSE(fields("a=1", "text/plain"));
  EXPECT_FALSE(fields("a=1", "application/x-www-form-urlencodedx"));
  EXPECT_FALSE(fields("a=1", ""));
}

TEST_F(FormTest, AsManyFieldsAsTheLimitSaysAndNoMore) {
  std::string body = "f=0";
  for (std::size_t i = 1; i < HttpForm::fields_limit; ++i) body += "&f=0";
  EXPECT_EQ(fields(body, type).value().size(), HttpForm::fields_limit);
  EXPECT_FALSE(fields(body + "&f=0", type));
}

TEST_F(RouterTest, HandlersAndHooksMayRegisterFurtherOnes) {
  const auto register_many = [this](const std::string& below) {
    for (int i = 0; i < 100; ++i) router.get(below + std::to_string(i), says("new"));
  };
  router.get("/grow", [=, captured = std::string(100, 'x')](const HttpRequest&) {
    register_many("/route/");
    return HttpResponse::text(captured);
  });
  router.use([=, this, captured = std::string(100, 'x'),
              count = 0](const HttpRequest&) mutable -> std::optional<HttpResponse> {
    if (count++ > 0) return std::nullopt;
    for (int i = 0; i < 100; ++i) router.use([](const HttpRequest&) { return std::nullopt; });
    return HttpResponse::text(captured);
  });
  EXPECT_EQ(body_of("/grow"), std::string(100, 'x'));
  EXPECT_EQ(body_of("/grow"), std::string(100, 'x'));
  EXPECT_EQ(body_of("/route/99"), "new");
}

TEST_F(RouterTest, HandlersMayTakeNothingOrAResponder) {
  router.get("/nothing", [] { return HttpResponse::text("nothing"); });
  router.get("/responder", [](const HttpRequest& asked, HttpResponder responder) {
    responder.respond(HttpResponse::text(asked.path));
    responder.respond(HttpResponse::text("the second"));
  });
  EXPECT_EQ(body_of("/nothing"), "nothing");
  EXPECT_EQ(body_of("/responder"), "/responder");
}

TEST_F(RouterTest, HooksSeeEverythingFirst) {
  router.get("/a", says("route"));
  router.use([](const HttpRequest& asked) -> std::optional<HttpResponse> {
    if (asked.path == "/closed") return HttpResponse::text("closed", 403);
    return std::nullopt;
  });
  router.use([](const HttpRequest& asked) -> std::optional<HttpResponse> {
    if (asked.path == "/closed") ADD_FAILURE() << "an answer ends it";
    return std::nullopt;
  });
  EXPECT_EQ(body_of("/a"), "route");
  EXPECT_EQ(answer("GET", "/closed").status, 403);
  EXPECT_EQ(answer("GET", "/unknown").status, 404);
}

TEST_F(RouterTest, WhatAHandlerThrowsIsA500AndReported) {
  std::string reported;
  on_error = [&](const http::Request& asked) {
    try {
      throw;
    } catch (const std::exception& failure) {
      reported = asked.target + ": " + failure.what();
    } catch (int number) {
      reported = asked.target + ": " + std::to_string(number);
    }
  };
  router.get("/fail",
             [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); });
  router.get("/number", [](const HttpRequest&) -> HttpResponse { throw 5; });
  const auto failed = answer("GET", "/fail");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body.find("secret"), std::string::npos);
  EXPECT_EQ(reported, "/fail: secret");
  EXPECT_EQ(answer("GET", "/number").status, 500);
  EXPECT_EQ(reported, "/number: 5");
}

TEST_F(RouterTest, AStatusThatEndsNoRequestIsA500AndReported) {
  std::vector<std::string> reported;
  on_error = [&](const http::Request&) {
    try {
      throw;
    } catch (const std::exception& failure) {
      reported.emplace_back(failure.what());
    }
  };
  const auto with_status = [](const HttpRequest& asked) {
    const auto status = static_cast<std::uint16_t>(std::stoi(asked.query_value("status")));
    return HttpResponse::text("text", status);
  };
  router.get("/route", with_status);
  router.use([&](const HttpRequest& asked) -> std::optional<HttpResponse> {
    if (asked.path == "/hook") return with_status(asked);
    return std::nullopt;
  });
  for (const std::string target : {"/route?status=", "/hook?status="}) {
    EXPECT_EQ(answer("GET", target + "200").status, 200);
    EXPECT_EQ(answer("GET", target + "599").status, 599);
    EXPECT_TRUE(reported.empty());
    for (const char* status : {"0", "99", "100", "199", "600", "65535"}) {
      const auto failed = answer("GET", target + status);
      EXPECT_EQ(failed.status, 500) << status;
      EXPECT_EQ(failed.body, "Internal Server Error");
      ASSERT_EQ(reported.size(), 1U) << status;
      EXPECT_NE(reported.front().find(status), std::string::npos) << reported.front();
      reported.clear();
    }
  }
}

TEST_F(RouterTest, TextThatIsNotUtf8BecomesJsonAllTheSame) {
  router.get("/:name", [](const HttpRequest& asked) {
    return HttpResponse::of_json({{"name", asked.param("name")}});
  });
  EXPECT_EQ(body_of("/%ff"), "{\"name\":\"\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace socketio::server
