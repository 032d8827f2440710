// SPDX-License-Identifier: MIT
// RelayBus: the bus of the adapter "own", by the relay of support/relay.mjs. A message is preceded by
// its length, in four bytes.
#pragma once

#include <socketio/cluster_bus.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace cluster_node {

class RelayBus final : public socketio::ClusterBus {
 public:
  /// The URL is that of a relay: "relay://127.0.0.1:1234".
  RelayBus(const std::string& url, Receiver receiver) : receiver_(std::move(receiver)) {
    namespace ip = boost::asio::ip;
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    socket_.connect({ip::address_v4::loopback(), port});
    socket_.set_option(ip::tcp::no_delay(true));
    receiving_ = std::thread([this] { receive(); });
  }
  ~RelayBus() override {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    receiving_.join();
  }
  RelayBus(const RelayBus&) = delete;
  RelayBus& operator=(const RelayBus&) = delete;

  void publish(const std::string&, std::string_view bytes) override {
    const std::size_t size = bytes.size();
    const std::array<std::uint8_t, 4> length = {
        static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
        static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
    const std::array<boost::asio::const_buffer, 2> frame = {boost::asio::buffer(length),
                                                            boost::asio::buffer(bytes)};
    boost::asio::write(socket_, frame);
  }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void receive() {
    boost::system::error_code error;
    for (std::string bytes; !error;) {
      std::array<std::uint8_t, 4> length{};
      boost::asio::read(socket_, boost::asio::buffer(length), error);
      std::size_t size = 0;
      for (const std::uint8_t byte : length) size = size << 8 | byte;
      bytes.resize(size);
      if (!error) boost::asio::read(socket_, boost::asio::buffer(bytes), error);
      if (!error) receiver_.receive(bytes);
    }
  }

  const Receiver receiver_;
  boost::asio::io_context context_;
  Socket socket_{context_};
  std::thread receiving_;
};

}  // namespace cluster_node
