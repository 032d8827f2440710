// SPDX-License-Identifier: MIT
// UnixSocketBus: a bus between servers on one machine. Each has a datagram socket in a common folder,
// whose name is the server's id, and whatever is there is another server of the cluster. It has two
// threads, since both sending and receiving may have to wait.
//
// It is an example: larger messages and those beyond the queue are lost, and a server that hangs makes
// the others wait.
#pragma once

#include <socketio/cluster_bus.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

class UnixSocketBus final : public socketio::ClusterBus {
 public:
  UnixSocketBus(std::filesystem::path folder, Receiver receiver)
      : folder_(std::move(folder)), receiver_(std::move(receiver)) {
    socket_.set_option(Socket::send_buffer_size(message_bytes));
    receiving_ = std::thread([this] { receive(); });
  }
  ~UnixSocketBus() override {
    sending_.join();  // everything has been sent then, and this server's goodbye
    socket_.shutdown(Socket::shutdown_receive);
    receiving_.join();
    std::error_code error;
    std::filesystem::remove(folder_ / receiver_.node_id(), error);
  }

  void publish(const std::string&, std::string_view bytes) override {
    send([this, message = std::string(bytes)] {
      std::error_code error;
      for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
        if (file.is_socket(error)) send_to(file.path().filename(), message);
      }
    });
  }
  void answer(const std::string&, const std::string& node_id, std::string_view bytes) override {
    send([this, node_id, message = std::string(bytes)] { send_to(node_id, message); });
  }

 private:
  using Socket = boost::asio::local::datagram_protocol::socket;
  static constexpr int message_bytes = 200'000;

  template <class Work>
  void send(Work work) {
    if (waiting_ == 10'000) return;
    ++waiting_;
    boost::asio::post(sending_, [this, work] {
      work();
      --waiting_;
    });
  }
  void send_to(const std::string& node_id, const std::string& message) {
    if (node_id == receiver_.node_id() || message.size() > message_bytes) return;
    const std::filesystem::path file = folder_ / node_id;
    boost::system::error_code error;
    socket_.send_to(boost::asio::buffer(message), file.string(), 0, error);
    // Nobody has it any more: that server was killed.
    std::error_code ignored;
    if (error == boost::asio::error::connection_refused) std::filesystem::remove(file, ignored);
  }
  void receive() {
    std::vector<char> bytes(message_bytes);
    while (const std::size_t size = socket_.receive(boost::asio::buffer(bytes)))
      receiver_.receive({bytes.data(), size});
  }

  const std::filesystem::path folder_;
  const Receiver receiver_;
  boost::asio::io_context context_;
  Socket socket_{context_, (folder_ / receiver_.node_id()).string()};
  std::atomic<int> waiting_ = 0;
  boost::asio::thread_pool sending_{1};
  std::thread receiving_;
};
