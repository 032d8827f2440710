// SPDX-License-Identifier: MIT
// systemd_sockets(): the protocol of sd_listen_fds(3), which is three environment variables.
#include "net/system.hpp"

#include <socketio/listen_options.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace socketio {

namespace {

constexpr int first_descriptor = 3;
constexpr int most_sockets = 1024;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (text.empty() || failure != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::vector<SystemdSocket> systemd_sockets() {
  std::vector<SystemdSocket> sockets;
  // A program that this process has started may have inherited the variables.
  if (number(variable("LISTEN_PID")) != net::process_number()) return sockets;
  const auto count = number(variable("LISTEN_FDS"));
  if (!count || *count > most_sockets) return sockets;
  std::string_view names = variable("LISTEN_FDNAMES");
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    const auto name = names.substr(0, names.find(':'));
    names.remove_prefix(name.size() < names.size() ? name.size() + 1 : name.size());
    sockets.push_back({first_descriptor + i, std::string(name)});
  }
  return sockets;
}

}  // namespace socketio
