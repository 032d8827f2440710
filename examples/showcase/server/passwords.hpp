// SPDX-License-Identifier: MIT
// Passwords as they are kept: OpenSSL's scrypt with a salt for each, and its parameters written
// beside the result, so that they can be raised later without making anybody's password invalid.
//
// Each takes about a fifth of a second and 16 MiB on purpose, so that guessing is dear:
// call them on a thread of their own (background.hpp), not on the server's loop. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace showcase {

/// Throws std::runtime_error if OpenSSL fails.
std::string hash_password(std::string_view password);

/// In constant time for one `hash`. False, too, for a hash that this program did not make.
bool verify_password(std::string_view password, std::string_view hash);

/// For who is not known: takes as long as verify_password() does, so that the time of an answer
/// does not tell which addresses have an account.
void verify_nobodys_password(std::string_view password);

}  // namespace showcase
