// SPDX-License-Identifier: MIT
// A program that ends while its client or server is running. Environment variables say which of the
// two it has, how long that lives, and how the program ends (tests/integration/exit_test.cpp lists
// the values).
#include <socketio/asio.hpp>
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

bool lives(std::string_view how) { return setting("LIFETIME") == how; }
bool ends(std::string_view how) { return setting("END") == how; }

std::atomic<bool> is_stuck = false;

/// The client runs on it if the environment says so. It is never destroyed.
boost::asio::io_context& context() {
  static auto& made = *new boost::asio::io_context(1);
  return made;
}

/// Some messages are long, so that memory for parsing is allocated and freed.
template <class Socket>
void play(const Socket& socket, int n) {
  static std::atomic<int> fifths = 0;
  // exit() may be called only once.
  const bool is_moment = n == 5 && fifths++ == 0;
  if (is_moment && ends("handler")) std::exit(0);
  if (is_moment && ends("stuck")) {
    is_stuck = true;
    for (;;) ::pause();
  }
  if (is_moment && ends("thread")) std::thread([] { std::exit(7); }).detach();
  socket.emit("ball", n + 1, std::string(static_cast<std::size_t>(n % 30) * 4'000, 'x'));
}

class Endpoint {
 public:
  Endpoint() { setting("ENDPOINT") == "client" ? make_client() : make_server(); }
  /// A static one still says something after the objects of its thread have been destroyed.
  /// socket() would wait for a handler that is stuck.
  ~Endpoint() {
    if (is_stuck) return;
    if (client_) client_->socket().emit("ball", 1, std::string(1'000, 'x'));
    if (server_) server_->emit("ball", 1, std::string(1'000, 'x'));
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  void run() { client_ ? client_->run() : server_->run(); }

 private:
  void make_client() {
    socketio::ClientOptions options;
    options.transports = {setting("TRANSPORT")};
    options.tls.ca_file = setting("CA_FILE");
    options.reconnection_delay = std::chrono::milliseconds(1);
    const bool is_on_context = setting("RUNS") == "on a context";
    client_ = is_on_context ? socketio::make_client(context(), setting("URL"), options)
                            : std::make_unique<socketio::Client>(setting("URL"), options);
    client_->socket().on(
        "ball", [](socketio::ClientSocket& socket, int n, const std::string&) { play(socket, n); });
    client_->socket().on_connect_error([](const socketio::ConnectionError& error) {
      if (error.message.empty() || error.code.message().empty()) std::abort();
    });
    client_->socket().emit("ball", 1, std::string(1'000, 'x'));
    if (is_on_context) {
      std::thread([] { context().run(); }).detach();
    } else if (!ends("thread")) {
      client_->start();
    }
  }
  void make_server() {
    server_.emplace();
    server_->on("ball",
                [](socketio::Socket& socket, int n, const std::string&) { play(socket, n); });
    std::cout << server_->listen("127.0.0.1", 0) << std::endl;
    if (ends("thread")) return;
    std::thread([this] { server_->run(); }).detach();
    // Waits until run() has started: it must not be called on a server that has ended.
    server_->fetch_sockets().future().wait();
  }

  std::unique_ptr<socketio::Client> client_;
  std::optional<socketio::Server> server_;
};

std::optional<Endpoint> at_namespace_scope =
    lives("namespace scope") ? std::optional<Endpoint>(std::in_place) : std::optional<Endpoint>();
std::unique_ptr<Endpoint> pointer;
// Reachable, so it is not reported as a leak.
Endpoint* volatile never_destroyed = nullptr;

}  // namespace

int main() {
  std::unique_ptr<Endpoint> local;
  if (lives("function")) static Endpoint in_a_function;
  if (lives("pointer")) pointer = std::make_unique<Endpoint>();
  if (lives("for ever")) never_destroyed = new Endpoint;
  if (lives("main")) local = std::make_unique<Endpoint>();
  if (ends("thread")) local->run();
  if (ends("handler")) {
    for (;;) ::pause();
  }
  while (ends("stuck") && !is_stuck) std::this_thread::yield();
  if (ends("fork")) {
    const pid_t child = ::fork();
    if (child == 0) std::exit(3);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi("0" + setting("END"))));
  return 0;
}
