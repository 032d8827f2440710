// SPDX-License-Identifier: MIT
// What the command line and the environment say.
#pragma once

#include <cstdint>
#include <filesystem>

namespace showcase {

struct Options {
  std::uint16_t port = 3001;
  std::filesystem::path web;
  std::filesystem::path database;
};

/// Ends the process after --help and after what cannot be understood.
Options parse_options(int argc, const char* const* argv);

}  // namespace showcase
