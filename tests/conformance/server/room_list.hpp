// SPDX-License-Identifier: MIT
// RoomList: an argument that names rooms, either as a string or as a list of strings. It shows how
// an application teaches the library a type of its own.
#pragma once

#include <socketio/arguments.hpp>

#include <string>
#include <utility>
#include <vector>

namespace conformance {

struct RoomList {
  std::vector<std::string> names;
};

}  // namespace conformance

template <>
struct socketio::Decode<conformance::RoomList> {
  static bool decode(const Value& value, conformance::RoomList& out) {
    std::string single;
    if (!socketio::decode(value, single)) return socketio::decode(value, out.names);
    out.names = {std::move(single)};
    return true;
  }
};
