// SPDX-License-Identifier: MIT
#include "secret.hpp"

#include "hex.hpp"

#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
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

/// A file beside `file` with a secret in it. mkstemp gives it the mode 600.
fs::path make_beside(const fs::path& file) {
  std::string name = file.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) fail(std::strerror(errno), file);
  const std::string secret = random_secret(file);
  const bool written =
      ::write(descriptor, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
      ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !written) {
    fs::remove(name);
    fail("it cannot be written", file);
  }
  return name;
}

/// Does nothing if there is a file already. Under its name it is complete from the beginning, so
/// that of several servers that start at once all take the secret of the first.
void make_if_missing(const fs::path& file) {
  if (fs::exists(file)) return;
  const fs::path made = make_beside(file);
  const int error = ::link(made.c_str(), file.c_str()) == 0 ? 0 : errno;
  fs::remove(made);
  if (error != 0 && error != EEXIST) fail(std::strerror(error), file);
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
