// SPDX-License-Identifier: MIT
#include "net/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/random.h>
#include <system_error>
#include <unistd.h>

namespace socketio::net {

void read_entropy(std::span<std::uint8_t> out) {
  // For this size it cannot fail once the kernel has been seeded.
  while (::getrandom(out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
}

std::uint64_t process_number() { return static_cast<std::uint64_t>(::getpid()); }

bool is_main_thread() { return ::gettid() == ::getpid(); }

void keep_from_children(boost::asio::ip::tcp::acceptor& acceptor) {
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
}

}  // namespace socketio::net
