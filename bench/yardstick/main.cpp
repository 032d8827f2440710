// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <sys/resource.h>

int main(int argc, char** argv) {
  CLI::App app("A WebSocket server without Socket.IO: what the machine allows");
  std::uint16_t port = 0;
  app.add_option("--port", port, "port to listen on, 0 for a free one")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    yardstick::Server server(port);
    std::printf("listening on port %u\n", server.port());
    std::fflush(stdout);
    server.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_yardstick: %s\n", error.what());
  }
  return 1;
}
