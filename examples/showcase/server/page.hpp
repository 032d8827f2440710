// SPDX-License-Identifier: MIT
// The page of the showcase: its files, and the sources that it shows.
#pragma once

#include <socketio/server.hpp>

#include <filesystem>

namespace showcase {

/// Throws std::runtime_error if the folder has no index.html.
void serve_page(socketio::Router& http, const std::filesystem::path& folder);

}  // namespace showcase
