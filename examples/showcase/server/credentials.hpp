// SPDX-License-Identifier: MIT
// Email and password as somebody sends them. Pure functions, safe on any thread.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace showcase {

struct Credentials {
  std::string email;  ///< As canonical_email() gives it.
  std::string password;
};

inline constexpr std::size_t email_limit = 254;     // bytes, RFC 5321, 4.5.3.1.3
inline constexpr std::size_t password_minimum = 8;  // characters
inline constexpr std::size_t password_limit = 128;  // characters

/// Without spaces around it and in lower case: an address is the same however it is written.
std::string canonical_email(std::string_view email);

/// Nothing if the body is no JSON object with both as texts.
std::optional<Credentials> read_credentials(const std::optional<nlohmann::json>& body);

/// Why an account cannot have them, as a sentence for the person; nothing if it can.
std::optional<std::string> objection_to(const Credentials& credentials);

}  // namespace showcase
