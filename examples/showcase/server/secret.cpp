// SPDX-License-Identifier: MIT
#include "secret.hpp"

#include "hex.hpp"

#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace showcase {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& file) {
  throw std::runtime_error("the tokens' secret in " + file.string() + ": " + what);
}

std::string random_secret(const fs::path& file) {
  std::array<unsigned char, 32> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) fail("no random bytes", file);
  return hex(bytes);
}

/// Does nothing if there is a file already.
void make_if_missing(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST) return;
  if (descriptor < 0) fail(std::strerror(errno), file);
  const std::string secret = random_secret(file);
  const bool written =
      ::write(descriptor, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size());
  if (::close(descriptor) != 0 || !written) {
    fs::remove(file);
    fail("it cannot be written", file);
  }
}

}  // namespace

std::string load_or_make_secret(const fs::path& file) {
  make_if_missing(file);
  constexpr auto others = fs::perms::group_all | fs::perms::others_all;
  if ((fs::status(file).permissions() & others) != fs::perms::none) {
    fail("others than its owner may read it (chmod 600 puts that right)", file);
  }
  std::ifstream stream(file, std::ios::binary);
  std::string secret(std::istreambuf_iterator<char>(stream), {});
  if (secret.empty()) fail("it cannot be read, or is empty", file);
  return secret;
}

}  // namespace showcase
