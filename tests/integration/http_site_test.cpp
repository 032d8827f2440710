// SPDX-License-Identifier: MIT
// HTTP in addition to Socket.IO, over TCP: routes, hooks, errors, static folders, the client's
// files, and cross-origin requests.
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>

namespace socketio::support {
namespace {

namespace fs = std::filesystem;

/// A temporary folder that is removed with this object.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "socketio-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const fs::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  fs::path path_;
};

// --- Routes ---

TEST(HttpSite, RoutesMatchMethodAndPath) {
  LiveServer server({}, [](Server& io) {
    Router& http = io.http();
    http.get("/health", [](const HttpRequest&) { return HttpResponse::text("ok"); });
    http.get("/users/:id/posts/:post", [](const HttpRequest& r) {
      return HttpResponse::of_json(
          {{"id", r.param("id")}, {"post", r.param("post")}, {"q", r.query_value("q")}});
    });
    http.post("/users/:id/posts/:post",
              [](const HttpRequest& r) { return HttpResponse::text(std::string(r.method)); });
    http.put("/json", [](const HttpRequest& r) {
      const auto body = r.body_json();
      return body ? HttpResponse::of_json(*body, 201) : HttpResponse::text("not JSON", 400);
    });
  });
  HttpClient client(server.port);
  const auto health = client.get("/health?x=1");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, "ok");
  EXPECT_EQ(header(*health, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(client.get("/users/a%20b%2Fc/posts/%F0%9F%98%80?q=1+2")->body,
            R"({"id":"a b/c","post":"😀","q":"1 2"})");
  EXPECT_EQ(client.get("/users/a/posts")->status, 404);
  EXPECT_EQ(client.get("/users//posts/b")->status, 404) << "an empty parameter";
  EXPECT_EQ(client.get("/health/")->status, 200) << "one slash at the end is tolerated";
  EXPECT_EQ(client.ask(request_text("PUT", "/json", {}, R"({"a":[1,2.5,null]})"))->body,
            R"({"a":[1,2.5,null]})");
  for (const std::string& bad : {std::string("{"), std::string(900'000, '['), std::string("nul")}) {
    EXPECT_EQ(client.status(request_text("PUT", "/json", {}, bad)), 400);
  }
  const auto head = client.ask(request_text("HEAD", "/health"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(header(*head, "content-length"), "2");
  const auto other = client.ask(request_text("DELETE", "/users/a/posts/b"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->status, 405);
  EXPECT_EQ(header(*other, "allow"), "GET, HEAD, POST");
  EXPECT_EQ(client.get("/nothing")->status, 404);
}

TEST(HttpSite, HooksComeFirstAndErrorsAreReported) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_handler_error([&](Socket& socket, const HandlerError& error) {
      log.add(error.event + ": " + error.message + (socket.connected() ? " (socket)" : ""));
    });
    io.http().use([](const HttpRequest& r) -> std::optional<HttpResponse> {
      if (r.header("authorization").empty() && r.path.starts_with("/private"))
        return HttpResponse::text("who?", 401);
      if (r.path == "/hook-throws") throw std::runtime_error("hook");
      return std::nullopt;
    });
    io.http().get("/private", [](const HttpRequest&) { return HttpResponse::text("welcome"); });
    io.http().get("/throws",
                  [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("handler"); });
    io.http().get("/splits", [](const HttpRequest&) {
      HttpResponse response = HttpResponse::text("x");
      response.headers.emplace_back("A", "1\r\nB: 2");
      response.headers.emplace_back("C", "3");
      return response;
    });
  });
  HttpClient client(server.port);
  EXPECT_EQ(client.get("/private")->status, 401);
  EXPECT_EQ(client.get("/private", "Authorization: me\r\n")->body, "welcome");
  const auto failed = client.get("/throws");
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 500);
  EXPECT_EQ(failed->body, "Internal Server Error") << "what was thrown is nobody else's business";
  EXPECT_EQ(client.get("/hook-throws")->status, 500);
  const auto split = client.get("/splits");
  ASSERT_TRUE(split);
  EXPECT_FALSE(split->headers.has("b"));
  EXPECT_FALSE(split->headers.has("a"));
  EXPECT_EQ(header(*split, "c"), "3");
  EXPECT_EQ(log.lines(),
            (std::vector<std::string>{"http GET /throws: handler", "http GET /hook-throws: hook"}));
}

TEST(HttpSite, LongPathsBelongToTheSocketsOnlyBelowTheirFolder) {
  ServerOptions options;
  options.path = "/chat/io";
  LiveServer server(options, [](Server& io) {
    io.http().get("/chat/iota", [](const HttpRequest&) { return HttpResponse::text("mine"); });
    io.http().get("/socket.io", [](const HttpRequest&) { return HttpResponse::text("free"); });
  });
  HttpClient client(server.port);
  EXPECT_EQ(client.get("/chat/iota")->body, "mine");
  EXPECT_EQ(client.get("/socket.io")->body, "free");
  EXPECT_THAT(client.get("/chat/io/?EIO=4&transport=polling")->body, testing::StartsWith("0{"));
}

// --- Static folders ---

TEST(HttpSite, FilesAreServedWithTypeAndTag) {
  Folder folder;
  folder.write("index.html", "<p>index");
  folder.write("app/main.js", "let a");
  folder.write("app/index.html", "<p>app");
  folder.write("empty.txt", "");
  folder.write("odd name ü.txt", "odd");
  LiveServer server({},
                    [&](Server& io) { io.http().serve_folder("/web", folder.path().string()); });
  HttpClient client(server.port);
  const auto index = client.get("/web/");
  ASSERT_TRUE(index);
  EXPECT_EQ(index->body, "<p>index");
  EXPECT_EQ(header(*index, "content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(*index, "x-content-type-options"), "nosniff");
  EXPECT_EQ(client.get("/web/app/")->body, "<p>app");
  EXPECT_EQ(client.get("/web/odd%20name%20%C3%BC.txt")->body, "odd");
  EXPECT_EQ(client.get("/web/empty.txt")->body, "");
  const auto script = client.get("/web/app/main.js");
  ASSERT_TRUE(script);
  EXPECT_EQ(header(*script, "content-type"), "text/javascript; charset=utf-8");
  const std::string tag = header(*script, "etag");
  EXPECT_THAT(tag, testing::MatchesRegex("\".+\""));
  for (const std::string& condition : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const auto fresh = client.get("/web/app/main.js", "If-None-Match: " + condition + "\r\n");
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->status, 304) << condition;
    EXPECT_EQ(fresh->body, "");
    EXPECT_EQ(header(*fresh, "etag"), tag);
  }
  EXPECT_EQ(client.get("/web/app/main.js", "If-None-Match: \"other\"\r\n")->status, 200);
  const auto head = client.ask(request_text("HEAD", "/web/app/main.js"));
  ASSERT_TRUE(head);
  EXPECT_EQ(header(*head, "content-length"), "5");
  const auto posted = client.ask(request_text("POST", "/web/app/main.js"));
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 405);
  EXPECT_EQ(header(*posted, "allow"), "GET, HEAD");
  EXPECT_EQ(client.get("/webapp/main.js")->status, 404) << "the prefix is a whole segment";
}

TEST(HttpSite, NothingOutsideAFolderIsServed) {
  Folder outside;
  outside.write("secret.txt", "secret");
  Folder folder;
  folder.write("a/file.txt", "file");
  folder.write(".hidden", "secret");
  folder.write(".git/config", "secret");
  fs::create_symlink(outside.path() / "secret.txt", folder.path() / "link.txt");
  fs::create_symlink(outside.path(), folder.path() / "links");
  fs::create_symlink(folder.path() / "a/file.txt", folder.path() / "inside.txt");
  LiveServer server({}, [&](Server& io) { io.http().serve_folder("/", folder.path().string()); });
  HttpClient client(server.port);
  EXPECT_EQ(client.get("/inside.txt")->body, "file") << "a link that stays inside";
  const std::string up = outside.path().filename().string() + "/secret.txt";
  for (const std::string& target :
       {"/../" + up, "/a/../../" + up, "/%2e%2e/" + up, "/%2E%2e%2f" + up, "/a/..%2f..%2f" + up,
        "/..%5c" + up, std::string("/.hidden"), std::string("/%2ehidden"),
        std::string("/.git/config"), std::string("/link.txt"), std::string("/links/secret.txt"),
        std::string("/a/file.txt%00.html"), std::string("/a/./../.hidden"),
        "/" + (outside.path() / "secret.txt").string(),
        "//" + (outside.path() / "secret.txt").string(),
        "/%2f" + (outside.path() / "secret.txt").string(), std::string("/a"), std::string("/"),
        "/" + std::string(3000, 'a')}) {
    SCOPED_TRACE(target);
    HttpClient fresh(server.port);
    const auto answer = fresh.get(target);
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->status, testing::AnyOf(400, 404));
    EXPECT_THAT(answer->body, testing::Not(testing::HasSubstr("secret")));
  }
}

// --- Cross-origin requests ---

http::Response cross(std::uint16_t port, std::string_view origin, std::string_view method = "GET",
                     std::string_view more = {}) {
  HttpClient client(port);
  std::string lines(more);
  if (!origin.empty()) lines.append("Origin: ").append(origin).append("\r\n");
  auto answer = client.ask(request_text(method, engine_query, lines));
  EXPECT_TRUE(answer);
  return answer.value_or(http::Response{});
}

std::string allowed(std::uint16_t port, std::string_view origin) {
  return header(cross(port, origin), "access-control-allow-origin");
}

TEST(HttpSite, NoCorsUnlessAsked) {
  LiveServer server;
  const auto answer = cross(server.port, "http://a");
  EXPECT_EQ(answer.status, 200);
  for (const auto field : answer.headers) {
    EXPECT_THAT(std::string(field.name), testing::Not(testing::StartsWith("Access-Control")));
  }
}

TEST(HttpSite, CorsInEveryForm) {
  const auto with = [](CorsOptions::Origins origins) {
    ServerOptions options;
    options.cors.origins = std::move(origins);
    return options;
  };
  {
    LiveServer server(with("*"));
    EXPECT_EQ(allowed(server.port, "http://a"), "*");
    EXPECT_EQ(WebSocketClient(server.port, websocket_query, "Origin: http://a\r\n").status(), 101);
  }
  {
    LiveServer server(with({"http://a", "http://b"}));
    EXPECT_EQ(allowed(server.port, "http://a"), "http://a");
    EXPECT_EQ(allowed(server.port, "http://b"), "http://b");
    EXPECT_EQ(allowed(server.port, "http://c"), "");
    EXPECT_EQ(allowed(server.port, "http://a.evil"), "");
    EXPECT_EQ(allowed(server.port, ""), "");
    EXPECT_EQ(header(cross(server.port, "http://c"), "vary"), "Origin");
  }
  {
    LiveServer server(with(std::regex("https://[a-z]+\\.good\\.example")));
    EXPECT_EQ(allowed(server.port, "https://app.good.example"), "https://app.good.example");
    EXPECT_EQ(allowed(server.port, "https://app.good.example.evil"), "")
        << "the whole origin has to match";
  }
  {
    LiveServer server(with([](std::string_view origin) { return origin.ends_with(":8080"); }));
    EXPECT_EQ(allowed(server.port, "http://a:8080"), "http://a:8080");
    EXPECT_EQ(allowed(server.port, "http://a:80"), "");
  }
}

TEST(HttpSite, PreflightsSayWhatIsAllowed) {
  ServerOptions options;
  options.cors.origins = {"http://a"};
  options.cors.credentials = true;
  options.cors.methods = {"GET", "POST"};
  options.cors.exposed_headers = {"X-A", "X-B"};
  options.cors.max_age = std::chrono::seconds(60);
  LiveServer server(options);
  const auto answer = cross(
      server.port, "http://a", "OPTIONS",
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-one, x-two\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(header(answer, "access-control-allow-origin"), "http://a");
  EXPECT_EQ(header(answer, "access-control-allow-credentials"), "true");
  EXPECT_EQ(header(answer, "access-control-allow-methods"), "GET,POST");
  EXPECT_EQ(header(answer, "access-control-allow-headers"), "x-one, x-two");
  EXPECT_EQ(header(answer, "access-control-max-age"), "60");
  const auto plain = cross(server.port, "http://a");
  EXPECT_EQ(header(plain, "access-control-expose-headers"), "X-A,X-B");
  EXPECT_EQ(header(plain, "access-control-allow-credentials"), "true");
  HttpClient client(server.port);
  const auto refused = client.get(engine_query + "&sid=unknown", "Origin: http://a\r\n");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 400);
  EXPECT_EQ(header(*refused, "access-control-allow-origin"), "http://a")
      << "pages may read refusals";
}

// Proxies send such headers if they speak HTTP/2 with the browser.
TEST(HttpSite, HeadersThatComeSeveralTimesAreOne) {
  Log log;
  const auto seen_by = [](const HttpRequest& request) {
    return std::string(request.header("Cookie")) + " | " +
           std::string(request.header("x-forwarded-for")) + " | " +
           std::string(request.header("Authorization"));
  };
  ServerOptions options;
  options.allow_request = [&](const HttpRequest& request) -> std::optional<std::string> {
    log.add(seen_by(request));
    // What it has joined before stays as it is.
    log.add(seen_by(request));
    return std::nullopt;
  };
  LiveServer server(options, [&](Server& io) {
    io.http().get("/seen", [&](const HttpRequest& request) {
      log.add(seen_by(request));
      return HttpResponse::text(std::to_string(request.headers.size()));
    });
    io.on_connection([&](Socket socket) {
      auto headers = socket.handshake().headers;
      log.add(headers["cookie"] + " | " + headers["x-forwarded-for"] + " | " +
              headers["authorization"]);
    });
  });
  const std::string lines =
      "cookie: io=1\r\nCookie: session=2\r\nX-Forwarded-For: 10.0.0.1\r\nx-forwarded-for: "
      "10.0.0.2\r\nAuthorization: first\r\nAuthorization: second\r\n";
  const std::string expected = "io=1; session=2 | 10.0.0.1, 10.0.0.2 | first";
  HttpClient client(server.port);
  EXPECT_EQ(client.status(request_text("GET", "/seen", lines)), 200);
  PollingClient polling(server.port, lines);
  polling.join();
  log.wait_for(expected, 4);
  EXPECT_EQ(log.lines().size(), 4U);
}

}  // namespace
}  // namespace socketio::support
