// SPDX-License-Identifier: MIT
// Declarations that the examples of docs/handlers.md use.
#pragma once

#include <socketio/server.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

using namespace socketio;
using namespace std::chrono_literals;

void store(const std::string& text, std::function<void(bool)> done);
