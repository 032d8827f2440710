// SPDX-License-Identifier: MIT
#include "net/system.hpp"

#include <boost/interprocess/detail/os_thread_functions.hpp>
#include <openssl/rand.h>

#include <stdexcept>
#include <thread>

namespace socketio::net {

namespace {

// Objects of static lifetime are initialised on the thread that will run main().
const std::thread::id main_thread = std::this_thread::get_id();

}  // namespace

void read_entropy(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("OpenSSL has no entropy");
  }
}

std::uint64_t process_number() {
  return static_cast<std::uint64_t>(boost::interprocess::ipcdetail::get_current_process_id());
}

// Asio offers no way to do this.
void keep_from_children(boost::asio::ip::tcp::acceptor&) {}

bool is_main_thread() { return std::this_thread::get_id() == main_thread; }

}  // namespace socketio::net
