// SPDX-License-Identifier: MIT
#include "base/sha1.hpp"

#include <openssl/evp.h>

#include <memory>
#include <new>
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

/// One for each thread, because making it takes as long as a short digest. It knows the algorithm.
EVP_MD_CTX* context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  static thread_local const auto made = [] {
    std::unique_ptr<EVP_MD_CTX, Free> fresh(EVP_MD_CTX_new());
    // After an exception the next call tries again.
    if (!fresh || EVP_DigestInit_ex(fresh.get(), algorithm(), nullptr) != 1) throw std::bad_alloc();
    return fresh;
  }();
  return made.get();
}

}  // namespace

std::array<char, 20> sha1(std::string_view first, std::string_view second) {
  std::array<char, 20> digest;
  EVP_MD_CTX* const made = context();
  if (EVP_DigestInit_ex(made, nullptr, nullptr) != 1 ||
      EVP_DigestUpdate(made, first.data(), first.size()) != 1 ||
      EVP_DigestUpdate(made, second.data(), second.size()) != 1 ||
      EVP_DigestFinal_ex(made, reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot make a SHA-1");
  }
  return digest;
}

}  // namespace socketio
