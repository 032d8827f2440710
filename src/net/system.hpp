// SPDX-License-Identifier: MIT
// What net/ needs from the operating system besides sockets. Each platform's folder has its own
// system.cpp. Any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace socketio::net {

/// The size of one read_entropy(): the most that Linux provides without interruption.
inline constexpr std::size_t entropy_block_bytes = 256;
/// Fills `out`, which has that size. Throws on a machine without entropy, which must not
/// serve clients.
void read_entropy(std::span<std::uint8_t> out);

/// Differs in a forked process.
std::uint64_t process_number();
/// Whether this is the thread that runs main().
bool is_main_thread();

/// Where the platform allows it, makes sure that programs started by the application do not
/// inherit the port.
void keep_from_children(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace socketio::net
