// SPDX-License-Identifier: MIT
#include "passwords.hpp"

#include "hex.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace showcase {
namespace {

/// What scrypt costs (RFC 7914, 2): memory is 128 * cost * block_size bytes.
struct Parameters {
  std::uint64_t cost = 1 << 14;
  std::uint64_t block_size = 8;
  std::uint64_t parallelisation = 5;
};

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t key_bytes = 32;
constexpr std::uint64_t memory_limit = 64 * 1024 * 1024;

using Key = std::array<unsigned char, key_bytes>;

struct Kept {
  Parameters parameters;
  std::vector<unsigned char> salt;
  std::vector<unsigned char> key;
};

std::optional<Key> derive(std::string_view password, const std::vector<unsigned char>& salt,
                          const Parameters& parameters) {
  Key key;
  const int done = EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(),
                                  parameters.cost, parameters.block_size,
                                  parameters.parallelisation, memory_limit, key.data(), key.size());
  return done == 1 ? std::optional(key) : std::nullopt;
}

template <class Number>
bool read_number(std::string_view text, int base, Number& out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out, base);
  return error == std::errc() && stop == end;
}

bool read_hex(std::string_view text, std::vector<unsigned char>& out) {
  if (text.empty() || text.size() % 2 != 0) return false;
  for (; !text.empty(); text.remove_prefix(2)) {
    if (!read_number(text.substr(0, 2), 16, out.emplace_back())) return false;
  }
  return true;
}

/// "scrypt:cost:block size:parallelisation:salt:key", the last two in hexadecimal.
std::optional<Kept> read(std::string_view hash) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = hash.find(':');
    parts.push_back(hash.substr(0, end));
    if (end != std::string_view::npos) hash.remove_prefix(end + 1);
  }
  Kept kept;
  const bool good = parts.size() == 6 && parts[0] == "scrypt" &&
                    read_number(parts[1], 10, kept.parameters.cost) &&
                    read_number(parts[2], 10, kept.parameters.block_size) &&
                    read_number(parts[3], 10, kept.parameters.parallelisation) &&
                    read_hex(parts[4], kept.salt) && read_hex(parts[5], kept.key);
  return good && kept.key.size() == key_bytes ? std::optional(kept) : std::nullopt;
}

}  // namespace

std::string hash_password(std::string_view password) {
  const Parameters parameters;
  std::vector<unsigned char> salt(salt_bytes);
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    throw std::runtime_error("no random bytes for a password's salt");
  }
  const auto key = derive(password, salt, parameters);
  if (!key) throw std::runtime_error("cannot hash a password");
  return "scrypt:" + std::to_string(parameters.cost) + ":" + std::to_string(parameters.block_size) +
         ":" + std::to_string(parameters.parallelisation) + ":" + hex(salt) + ":" + hex(*key);
}

bool verify_password(std::string_view password, std::string_view hash) {
  const auto kept = read(hash);
  if (!kept) return false;
  const auto key = derive(password, kept->salt, kept->parameters);
  return key && CRYPTO_memcmp(key->data(), kept->key.data(), key_bytes) == 0;
}

void verify_nobodys_password(std::string_view password) {
  derive(password, std::vector<unsigned char>(salt_bytes), Parameters{});
}

}  // namespace showcase
