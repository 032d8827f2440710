// SPDX-License-Identifier: MIT
#include "redis/reply.hpp"

#include <algorithm>
#include <array>

namespace socketio::redis {

namespace {

struct Known {
  std::string_view code;
  Remedy remedy;
};

constexpr std::array<Known, 17> known_errors{{
    {"LOADING", Remedy::retry},        // reads its file after a start
    {"BUSY", Remedy::retry},           // a script is running
    {"BUSYKEY", Remedy::none},         // not the same
    {"OOM", Remedy::retry},            // maxmemory is reached
    {"MISCONF", Remedy::retry},        // cannot save to disk, and so does not write
    {"NOREPLICAS", Remedy::retry},     // has fewer replicas than it must have
    {"TRYAGAIN", Remedy::retry},       // the slot is moving
    {"CLUSTERDOWN", Remedy::retry},    // a slot has no node
    {"MASTERDOWN", Remedy::retry},     // a replica without its master
    {"READONLY", Remedy::fail_over},   // has become a replica
    {"UNBLOCKED", Remedy::fail_over},  // has become one while the command waited
    {"MOVED", Remedy::redirect},
    {"ASK", Remedy::redirect},
    {"NOAUTH", Remedy::configuration},
    {"WRONGPASS", Remedy::configuration},
    {"NOPERM", Remedy::configuration},
    {"DENIED", Remedy::configuration},  // protected mode
}};

}  // namespace

std::string_view Reply::text() const {
  if (const auto* const status = std::get_if<Status>(&value_)) return status->text;
  if (const auto* const error = std::get_if<Error>(&value_)) return error->text;
  if (const auto* const bytes = string()) return *bytes;
  return {};
}

std::string_view error_code(std::string_view error) { return error.substr(0, error.find(' ')); }

Remedy remedy_for(std::string_view error) {
  const std::string_view code = error_code(error);
  const auto known = std::find_if(known_errors.begin(), known_errors.end(),
                                  [&](const Known& one) { return one.code == code; });
  if (known != known_errors.end()) return known->remedy;
  // Servers before version 6 have no code for a wrong password, nor for a number of a database.
  if (error.starts_with("ERR max number of clients")) return Remedy::retry;
  const bool is_setting = error.starts_with("ERR invalid password") ||
                          error.starts_with("ERR AUTH") ||
                          error.starts_with("ERR Client sent AUTH") ||
                          error.starts_with("ERR DB index") || error.starts_with("ERR invalid DB");
  return is_setting ? Remedy::configuration : Remedy::none;
}

}  // namespace socketio::redis
