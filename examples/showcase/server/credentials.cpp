// SPDX-License-Identifier: MIT
#include "credentials.hpp"

#include "text.hpp"

#include <algorithm>

namespace showcase {
namespace {

/// Whether mail reaches it is not known without sending one: this finds typing errors only.
bool looks_like_email(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > email_limit || at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
  });
  return visible && domain.size() >= 3 && domain.find('@') == std::string_view::npos &&
         domain.find('.', 1) < domain.size() - 1 && domain.front() != '.';
}

}  // namespace

std::string canonical_email(std::string_view email) {
  const std::u32string characters = decode_utf8(email);
  std::string text = encode_utf8(trim(characters));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::optional<Credentials> read_credentials(const std::optional<nlohmann::json>& body) {
  if (!body || !body->is_object()) return {};
  const auto email = body->find("email");
  const auto password = body->find("password");
  if (email == body->end() || !email->is_string()) return {};
  if (password == body->end() || !password->is_string()) return {};
  return Credentials{.email = canonical_email(email->get<std::string>()),
                     .password = password->get<std::string>()};
}

std::optional<std::string> objection_to(const Credentials& credentials) {
  if (!looks_like_email(credentials.email)) return "Please enter an email address.";
  const std::size_t characters = decode_utf8(credentials.password).size();
  if (characters < password_minimum) {
    return "The password needs at least " + std::to_string(password_minimum) + " characters.";
  }
  if (characters > password_limit) {
    return "The password can have at most " + std::to_string(password_limit) + " characters.";
  }
  return {};
}

}  // namespace showcase
