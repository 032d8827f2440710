// SPDX-License-Identifier: MIT
#include "scenario.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <limits>
#include <sys/resource.h>

namespace {

struct Scenario {
  const char* name;
  const char* help;
  load::Report (*run)(const load::Options&);
  bool speaks_raw;
  // Whether it does things that can be counted, so that it can run for a count.
  bool counts;
  // Whether half of its clients may be at another server of a cluster.
  bool spans_servers;
  std::size_t connections;
};

constexpr Scenario scenarios[] = {
    {"echo", "emit `echo` and wait for `echo` with the same argument", load::run_echo, true, true,
     false, 50},
    {"ack", "emit `ack` and wait for its acknowledgement", load::run_ack, false, true, false, 50},
    {"polling-echo", "the echo over HTTP long-polling", load::run_polling_echo, false, true, false,
     50},
    {"fan", "one client emits `fan`, all receive it", load::run_fan, true, true, true, 1000},
    {"connect", "connect, join the namespace, reset, again", load::run_connect, true, true, false,
     100},
    {"idle", "memory of the server for connections that do nothing", load::run_idle, true, false,
     false, 5000},
    {"avalanche", "all clients are cut at once, and come back as the official client does",
     load::run_avalanche, false, false, false, 15000},
    {"jitter", "clients lose their network at random while broadcasts go on", load::run_jitter,
     false, false, false, 200},
};

struct Arguments {
  load::Options options;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  pid_t server_pid = 0;
  std::uint16_t other_port = 0;
  pid_t other_pid = 0;
  bool raw = false;
  std::string json_path;
};

void add_options(CLI::App& command, Arguments& arguments, const Scenario& scenario) {
  load::Options& options = arguments.options;
  command.add_option("--host", arguments.host, "address of the server")->capture_default_str();
  command.add_option("--port", arguments.port, "port of the server")->required();
  command
      .add_option("--connections", options.connections,
                  "clients (default " + std::to_string(scenario.connections) + ")")
      ->check(CLI::Range(1, 15000));
  command.add_option("--in-flight", options.in_flight, "unanswered messages at a time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--bytes", options.argument_bytes, "length of the string argument")
      ->check(CLI::Range(0, 65536))
      ->capture_default_str();
  command.add_option("--seconds", options.seconds, "measured time")->capture_default_str();
  command.add_option("--warmup", options.warmup_seconds, "seconds before that")
      ->capture_default_str();
  CLI::Option* const pid = command.add_option("--server-pid", arguments.server_pid,
                                              "report CPU and memory of this process");
  if (scenario.counts) {
    command
        .add_option("--count", options.count,
                    "measure this many instead, the server stopped while the load works and after")
        ->needs(pid);
  }
  if (scenario.spans_servers) {
    command.add_option("--other-port", arguments.other_port,
                       "a second server of the same cluster, for every other client");
    command.add_option("--other-pid", arguments.other_pid, "its process");
    command.add_option("--redis-pid", options.redis_pid, "report CPU of their Redis");
  }
  command.add_option("--json", arguments.json_path, "also write the report to this file");
  if (scenario.speaks_raw) {
    command.add_flag("--raw", arguments.raw, "a WebSocket server without Socket.IO");
  }
}

void allow_many_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Scenario& scenario, Arguments& arguments, const CLI::App& command) {
  load::Options& options = arguments.options;
  if (command.count("--connections") == 0) options.connections = scenario.connections;
  options.target = load::Target::resolve(arguments.host, arguments.port);
  options.target.server_pid = arguments.server_pid;
  if (arguments.other_port != 0) {
    options.other = load::Target::resolve(arguments.host, arguments.other_port);
    options.other->server_pid = arguments.other_pid;
  }
  if (arguments.raw) options.target.dialect = load::Dialect::Raw;
  allow_many_descriptors();
  const load::Report report = scenario.run(options);
  report.print();
  if (!arguments.json_path.empty()) report.write_json(arguments.json_path);
  return report.failures > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Load for Socket.IO servers, from one thread");
  app.require_subcommand(1);
  Arguments arguments;
  for (const Scenario& scenario : scenarios) {
    add_options(*app.add_subcommand(scenario.name, scenario.help), arguments, scenario);
  }
  CLI11_PARSE(app, argc, argv);
  try {
    for (const Scenario& scenario : scenarios) {
      const CLI::App* command = app.get_subcommand(scenario.name);
      if (command->parsed()) return run(scenario, arguments, *command);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
  }
  return 1;
}
