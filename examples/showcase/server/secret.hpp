// SPDX-License-Identifier: MIT
// The secret that tokens are signed with, in a file that nobody but its owner can read. It outlives
// the server, so that who was signed in before a restart still is afterwards.
#pragma once

#include <filesystem>
#include <string>

namespace showcase {

/// What is in the file. If there is none, it is made, with 32 random bytes in hexadecimal. Throws
/// std::runtime_error if that fails, and if others than the owner may read it.
std::string load_or_make_secret(const std::filesystem::path& file);

}  // namespace showcase
