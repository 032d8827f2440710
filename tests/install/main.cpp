// SPDX-License-Identifier: MIT
#include <socketio/json.hpp>

#include <iostream>

int main() {
  socketio::json greeting = {"hello", socketio::json::binary({1, 2, 3})};
  std::cout << greeting.size() << " arguments\n";
  return greeting.size() == 2 ? 0 : 1;
}
