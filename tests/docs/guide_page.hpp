// SPDX-License-Identifier: MIT
// A program of a page of docs/guide: the one in C++, which the build has made, or the one in JavaScript, which Node.js
// runs with the packages of tests/client. Both listen on a free port, and print it.
#pragma once

#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {

enum class Language { cpp, javascript };

inline std::ostream& operator<<(std::ostream& out, Language language) {
  return out << (language == Language::cpp ? "Cpp" : "JavaScript");
}

/// Replaces `from` in `text`, if it is there.
inline void replace(std::string& text, std::string_view from, std::string_view to) {
  const auto found = text.find(from);
  if (found != std::string::npos) text.replace(found, from.size(), to);
}

/// What is between ```js and ``` on a page.
inline std::string javascript_of(const std::string& page) {
  std::ifstream file(std::string(SOCKETIO_GUIDE "/") + page + ".md");
  std::ostringstream text;
  text << file.rdbuf();
  constexpr std::string_view fence = "```js\n";
  const auto begin = text.str().find(fence);
  if (begin == std::string::npos) {
    ADD_FAILURE() << "no JavaScript on the page " << page;
    return "";
  }
  const auto code = begin + fence.size();
  return text.str().substr(code, text.str().find("```", code) - code);
}

/// Types `program` into Node.js, which then finds the packages of tests/client.
inline void run_in_node(ChildProcess& node, const std::string& program) {
  node.type(program);
  node.end_input();
}
inline std::vector<std::string> node_command() {
  return {"/usr/bin/env", "--chdir=" SOCKETIO_CLIENT_TESTS, "node", "--input-type=module", "-"};
}
inline std::string program_of(const std::string& page, const std::string& side) {
  return SOCKETIO_GUIDE_PROGRAMS "/guide_" + page + "_" + side;
}

/// The server of a page, until the end of the test.
class GuideServer {
 public:
  GuideServer(const std::string& page, Language language)
      : process_(language == Language::cpp ? std::vector<std::string>{program_of(page, "server")}
                                           : node_command(),
                 ChildProcess::On::pipes, {{"PORT", "0"}}) {
    if (language == Language::javascript) run_in_node(process_, on_free_port(javascript_of(page)));
    EXPECT_TRUE(process_.await_output("\n")) << process_.err();
    const std::string line = process_.out().substr(0, process_.out().find('\n'));
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(' ') + 1)));
  }
  GuideServer(const GuideServer&) = delete;
  GuideServer& operator=(const GuideServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// What it prints until it has ended as Ctrl-C ends it.
  std::string stop() {
    process_.signal(SIGINT);
    EXPECT_EQ(process_.await_exit(), 0) << process_.err();
    return process_.out();
  }
  ChildProcess& process() { return process_; }

 private:
  static std::string on_free_port(std::string program) {
    replace(program, "io.listen(3001)",
            "const httpServer = (await import(\"node:http\")).createServer();\n"
            "io.attach(httpServer);\n"
            "httpServer.listen(3001)");
    replace(program, "httpServer.listen(3001)",
            "httpServer.listen(0, \"127.0.0.1\", () => console.log(httpServer.address().port))");
    return program;
  }

  ChildProcess process_;
  std::uint16_t port_ = 0;
};

/// What the client of a page prints until it ends by itself.
inline std::string run_guide_client(const std::string& page, Language language,
                                    const std::string& url) {
  if (language == Language::cpp) {
    ChildProcess client({program_of(page, "client"), url});
    EXPECT_EQ(client.await_exit(), 0) << client.err();
    return client.out();
  }
  std::string program = javascript_of(page);
  replace(program, "http://localhost:3001", url);
  ChildProcess client(node_command());
  run_in_node(client, program);
  EXPECT_EQ(client.await_exit(), 0) << client.err();
  return client.out();
}

}  // namespace socketio::support
