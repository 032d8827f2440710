// SPDX-License-Identifier: MIT
// What net/ asks of the operating system beside sockets; each platform's folder has its own
// system.cpp. Any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace socketio::net {

/// What one call of read_entropy() asks for: the most that Linux gives without interruption.
inline constexpr std::size_t entropy_block_bytes = 256;
/// Fills `out`, of that size. Throws on a machine without entropy: it must not serve.
void read_entropy(std::span<std::uint8_t> out);

/// Another number in a process that was forked off.
std::uint64_t process_number();
/// The thread that main() runs on.
bool is_main_thread();

/// A program that the application starts must not keep the port, where the platform can see to it.
void keep_from_children(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace socketio::net
