// SPDX-License-Identifier: MIT
#include "base/sha1.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace socketio {

std::array<char, 20> sha1(std::string_view bytes) {
  std::array<char, 20> digest;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL does not offer SHA-1");
  }
  return digest;
}

}  // namespace socketio
