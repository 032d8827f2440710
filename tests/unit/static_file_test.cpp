// SPDX-License-Identifier: MIT
#include "server/static_file.hpp"

#include "server/router.hpp"
#include "support/routing.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace socketio::server {
namespace {

namespace fs = std::filesystem;

/// A folder to serve, next to a file that must not be served.
class StaticFileTest : public testing::Test {
 protected:
  StaticFileTest() {
    std::string pattern = (fs::temp_directory_path() / "static_file_test.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    base_ = pattern;
    root = base_ / "public";
    fs::create_directories(root / "sub");
    fs::create_directories(root / ".hidden_folder");
    write(base_ / "secret.txt", "secret");
    write(root / "index.html", "<p>index</p>");
    write(root / "app.js", "app()");
    write(root / "sub" / "index.html", "sub index");
    write(root / "sub" / "a b.txt", "blank");
    write(root / ".env", "hidden");
    write(root / ".hidden_folder" / "x.txt", "hidden");
    write(root / "no_ending", "?");
    fs::create_symlink(base_ / "secret.txt", root / "link_outside.txt");
    fs::create_symlink(root / "app.js", root / "link_inside.js");
    fs::create_symlink(base_, root / "folder_outside");
    fs::create_symlink(".env", root / "env.txt");
    fs::create_symlink(".hidden_folder", root / "folder_hidden");
  }
  ~StaticFileTest() override {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }

  static void write(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  std::optional<HttpResponse> file(std::string_view path, std::string_view if_none_match = {}) {
    const auto found = find_file(root.string(), path);
    return found ? file_response(*found, if_none_match) : std::nullopt;
  }
  /// The answer of a router whose only folder is `root`.
  http::Response answer(std::string prefix, std::string method, std::string target) {
    RouterState state;
    state.serve_folder(std::move(prefix), root.string());
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    return support::route(state, request);
  }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [field, value] : response.headers) {
      if (field == name) return value;
    }
    return {};
  }

  fs::path root;

 private:
  fs::path base_;
};

TEST_F(StaticFileTest, ServesFilesAndTheIndexOfFolders) {
  const auto script = file("app.js");
  ASSERT_TRUE(script);
  EXPECT_EQ(script->status, 200);
  EXPECT_EQ(script->body, "app()");
  EXPECT_EQ(header(*script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(*script, "X-Content-Type-Options"), "nosniff");
  ASSERT_TRUE(file(""));
  EXPECT_EQ(file("")->body, "<p>index</p>");
  ASSERT_TRUE(file("sub/"));
  EXPECT_EQ(file("sub/")->body, "sub index");
  ASSERT_TRUE(file("sub/a b.txt"));
  ASSERT_TRUE(file("link_inside.js"));
}

TEST_F(StaticFileTest, NeverLeavesTheFolder) {
  for (const std::string_view path :
       {"../secret.txt", "sub/../../secret.txt", "sub/../app.js", "./app.js",
        "/app.js/../../secret.txt", "/etc/passwd", "//etc/passwd", "..", "sub/..",
        "link_outside.txt", "folder_outside/secret.txt", "..\\secret.txt",
        "sub\\..\\..\\secret.txt"}) {
    EXPECT_FALSE(file(path)) << path;
  }
  EXPECT_FALSE(file(std::string_view("app.js\0.txt", 11)));
  EXPECT_FALSE(file((root / "app.js").string()))
      << "an absolute path is not relative to the folder";
}

TEST_F(StaticFileTest, NeverServesHiddenOrMissingOrSpecialFiles) {
  for (const std::string_view path :
       {".env", ".hidden_folder/x.txt", "env.txt", "folder_hidden/x.txt", ".", "missing",
        "sub/missing", "app.js/x"}) {
    EXPECT_FALSE(file(path)) << path;
  }
  EXPECT_FALSE(file(std::string(100'000, 'a')));
  EXPECT_FALSE(find_file((root / "no_such_folder").string(), "app.js"));
  ASSERT_EQ(mkfifo((root / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(file("pipe")) << "opening it would wait for a writer";
}

TEST_F(StaticFileTest, AHiddenFolderMayBeTheRoot) {
  EXPECT_TRUE(find_file((root / ".hidden_folder").string(), "x.txt"));
}

TEST_F(StaticFileTest, AnswersConditionalRequests) {
  const std::string etag = header(*file("app.js"), "ETag");
  ASSERT_GT(etag.size(), 2U);
  for (const std::string& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    const auto response = file("app.js", known);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 304) << known;
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(header(*response, "ETag"), etag);
  }
  EXPECT_EQ(file("app.js", "\"other\"")->status, 200);
  EXPECT_EQ(file("app.js", etag.substr(1))->status, 200);
  write(root / "app.js", "changed()");
  EXPECT_EQ(file("app.js", etag)->status, 200);
}

TEST_F(StaticFileTest, RouterServesFoldersBehindRoutes) {
  const auto state = std::make_shared<RouterState>();
  Router router(state);
  router.get("/app.js", [](const HttpRequest&) { return HttpResponse::text("route"); });
  router.serve_folder("/files", root.string());
  router.serve_folder("/", root.string());
  const auto answer = [&](std::string method, std::string target) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    return support::route(*state, request);
  };
  EXPECT_EQ(answer("GET", "/app.js").body, "route");
  EXPECT_EQ(answer("GET", "/files/app.js?v=2").body, "app()");
  EXPECT_EQ(answer("GET", "/files/sub/a%20b.txt").body, "blank");
  EXPECT_EQ(answer("GET", "/").body, "<p>index</p>");
  EXPECT_EQ(answer("HEAD", "/files/app.js").status, 200);
  const auto refused = answer("POST", "/files/app.js");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.get("Allow"), "GET, HEAD");
  for (const char* target : {"/files/../secret.txt", "/files/%2e%2e/secret.txt",
                             "/files/..%2fsecret.txt", "/%2eenv", "/files/%00", "/missing"}) {
    EXPECT_EQ(answer("GET", target).status, 404) << target;
  }
}

TEST_F(StaticFileTest, AFallbackAnswersForThePathsOfAPageAlone) {
  RouterState state;
  state.serve_folder("/app", root.string(), {.fallback = "index.html"});
  state.serve_folder("/files", root.string());
  const auto answer = [&](std::string method, std::string target, std::string_view accept = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!accept.empty()) request.headers.add("Accept", accept);
    return support::route(state, request);
  };
  constexpr std::string_view browser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
  for (const char* target : {"/app/chat", "/app/chat/7?x=1", "/app/v1.2/rooms", "/app/sub/none/"}) {
    const auto page = answer("GET", target, browser);
    EXPECT_EQ(page.status, 200) << target;
    EXPECT_EQ(page.body, "<p>index</p>") << target;
    EXPECT_EQ(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  }
  EXPECT_EQ(answer("GET", "/app/chat", "application/json, TEXT/HTML;q=0.5").status, 200);
  const auto head = answer("HEAD", "/app/chat", browser);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(answer("GET", "/app/app.js", browser).body, "app()");
  EXPECT_EQ(answer("GET", "/app/sub", browser).status, 301) << "what is there comes first";
  for (const char* target : {"/app/missing.js", "/app/.env", "/files/chat", "/chat"}) {
    EXPECT_EQ(answer("GET", target, browser).status, 404) << target;
  }
  // curl and fetch() take anything: they are programs, which a page would mislead.
  for (const char* accept : {"", "*/*", "application/json", "text/*", "text/htmlx",
                             "application/json;x=text/html", "*/*, text/html;q=0"}) {
    EXPECT_EQ(answer("GET", "/app/chat", accept).status, 404) << accept;
  }
  EXPECT_EQ(answer("POST", "/app/chat", browser).status, 404);
}

TEST_F(StaticFileTest, WhatNothingAnswersGoesToTheLastHookBeforeTheFallback) {
  auto state = std::make_shared<RouterState>();
  Router router(state);
  router.post("/api/orders", [](const HttpRequest&) { return HttpResponse::text("placed"); });
  router.use_last([](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (!request.path.starts_with("/api/")) return std::nullopt;
    return HttpResponse::of_json({{"error", "none"}}, 404);
  });
  router.serve_folder("/", root.string(), {.fallback = "index.html"});
  const auto answer = [&](std::string method, std::string target) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.add("Accept", "text/html");
    return support::route(*state, request);
  };
  EXPECT_EQ(answer("GET", "/api/none").status, 404);
  EXPECT_EQ(answer("PUT", "/api/none/7").body, R"({"error":"none"})");
  EXPECT_EQ(answer("POST", "/api/orders").body, "placed");
  EXPECT_EQ(answer("GET", "/api/orders").status, 405);
  EXPECT_EQ(answer("GET", "/app.js").body, "app()");
  EXPECT_EQ(answer("GET", "/chat").body, "<p>index</p>");
}

TEST_F(StaticFileTest, AFallbackThatIsNotThereOrOutsideAnswersNothing) {
  for (const char* fallback : {"none.html", "../secret.txt", "link_outside.txt"}) {
    RouterState state;
    state.serve_folder("/", root.string(), {fallback});
    http::Request request;
    request.method = "GET";
    request.target = "/chat";
    request.headers.add("Accept", "text/html");
    EXPECT_EQ(support::route(state, request).status, 404) << fallback;
  }
}

TEST_F(StaticFileTest, APrefixIsWholeSegmentsHoweverItIsWritten) {
  for (const char* prefix : {"files", "/files", "files/", "/files/"}) {
    EXPECT_EQ(answer(prefix, "GET", "/files/app.js").status, 200) << prefix;
    EXPECT_EQ(answer(prefix, "GET", "/filesapp.js").status, 404) << prefix;
    EXPECT_EQ(answer(prefix, "GET", "/app.js").status, 404) << prefix;
  }
  EXPECT_EQ(answer("", "GET", "/app.js").status, 200) << "no prefix is all paths";
}

TEST_F(StaticFileTest, AFolderIsServedUnderAPathThatEndsWithASlash) {
  fs::create_directories(root / "a b");
  write(root / "a b" / "index.html", "blank");
  fs::create_directories(root / "empty");
  const auto location = [&](std::string prefix, std::string method, std::string target) {
    const auto redirected = answer(std::move(prefix), std::move(method), std::move(target));
    EXPECT_EQ(redirected.status, 301);
    EXPECT_EQ(redirected.body, "");
    return std::string(redirected.headers.get("Location"));
  };
  EXPECT_EQ(location("/", "GET", "/sub"), "/sub/");
  EXPECT_EQ(location("/", "HEAD", "/sub"), "/sub/");
  EXPECT_EQ(location("/", "GET", "/sub?a=1&b=%20"), "/sub/?a=1&b=%20");
  EXPECT_EQ(location("/", "GET", "/a%20b?"), "/a%20b/");
  EXPECT_EQ(location("/files", "GET", "/files/sub"), "/files/sub/");
  EXPECT_EQ(location("/files", "GET", "/files"), "/files/");
  EXPECT_EQ(answer("/", "GET", "/sub/").status, 200);
  EXPECT_EQ(answer("/files", "GET", "/files/").status, 200);
  EXPECT_EQ(answer("/", "POST", "/sub").status, 405);
  for (const char* target : {"/empty", "/app.js/", "//sub", "/\\sub", "/%2fsub", "/.hidden_folder",
                             "/folder_outside", "/file"}) {
    const auto refused = answer("/", "GET", target);
    EXPECT_EQ(refused.status, 404) << target;
    EXPECT_FALSE(refused.headers.has("Location")) << target;
  }
}

TEST_F(StaticFileTest, HeadKnowsTheLengthWithoutTheContent) {
  const auto head = answer("/", "HEAD", "/app.js");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.get("Content-Length"), "5");
  EXPECT_EQ(head.headers.get("ETag"), answer("/", "GET", "/app.js").headers.get("ETag"));
}

TEST_F(StaticFileTest, TooLargeAFileIsAnError) {
  constexpr std::uintmax_t limit = file_limit_bytes;
  write(root / "large", "");
  fs::resize_file(root / "large", limit);
  EXPECT_EQ(answer("/", "HEAD", "/large").status, 200);
  EXPECT_EQ(answer("/", "GET", "/large").body.size(), limit);
  fs::resize_file(root / "large", limit + 1);
  EXPECT_EQ(answer("/", "HEAD", "/large").status, 500);
  EXPECT_EQ(answer("/", "GET", "/large").status, 500);
  EXPECT_EQ(answer("/", "POST", "/large").status, 405);
}

TEST(ContentType, IsByTheEnding) {
  EXPECT_EQ(content_type("a.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("a.min.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type("a.wasm"), "application/wasm");
  EXPECT_EQ(content_type("a.htm"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("a.csv"), "text/csv; charset=utf-8");
  EXPECT_EQ(content_type("a.avif"), "image/avif");
  EXPECT_EQ(content_type("a.mp3"), "audio/mpeg");
  EXPECT_EQ(content_type("a.mp4"), "video/mp4");
  EXPECT_EQ(content_type("a.webm"), "video/webm");
  EXPECT_EQ(content_type("a.ttf"), "font/ttf");
  EXPECT_EQ(content_type("a.otf"), "font/otf");
  EXPECT_EQ(content_type("A.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("photo.JPG"), "image/jpeg");
  for (const std::string_view name : {"a", "a.unknown", "", ".", "html"}) {
    EXPECT_EQ(content_type(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace socketio::server
