// SPDX-License-Identifier: MIT
// What the command line and the environment say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace showcase {

struct Options {
  std::uint16_t port = 3001;
  std::filesystem::path web;
  std::filesystem::path database;
};

/// Ends the process after --help and after what cannot be understood.
Options parse_options(int argc, const char* const* argv);

/// In one line, as the environment would say it.
std::string to_string(const Options& options);

}  // namespace showcase
