// SPDX-License-Identifier: MIT
#include "base/sha1.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace socketio {

namespace {

/// Looked up once: each lookup takes as long as a short digest.
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = [] {
    EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    // After an exception the next call tries again.
    if (!found) throw std::runtime_error("OpenSSL does not offer SHA-1");
    return found;
  }();
  return fetched;
}

}  // namespace

std::array<char, 20> sha1(std::string_view bytes) {
  std::array<char, 20> digest;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, algorithm(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot make a SHA-1");
  }
  return digest;
}

}  // namespace socketio
