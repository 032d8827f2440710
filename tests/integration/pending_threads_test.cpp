// SPDX-License-Identifier: MIT
// A Pending that is waited for on a thread without a loop, for a server and a client: callbacks and
// coroutines run on the loop, and what they throw goes to the error hook.
#include "support/live_server.hpp"
#include "support/patience.hpp"

#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

template <class T>
T wait(std::future<T> future) {
  if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("too late");
  return future.get();
}

/// The thread on which a callback of `pending` runs.
template <class R>
std::thread::id thread_of_callback(Pending<R> pending) {
  auto promise = std::make_shared<std::promise<std::thread::id>>();
  auto thread = promise->get_future();
  pending.then([promise](const R&) { promise->set_value(std::this_thread::get_id()); });
  return wait(std::move(thread));
}

/// The same for a coroutine that waits for it.
template <class R>
std::thread::id thread_of_coroutine(Pending<R> pending) {
  auto promise = std::make_shared<std::promise<std::thread::id>>();
  auto thread = promise->get_future();
  [](Pending<R> awaited, auto resumed) -> detail::Detached {
    co_await awaited;
    resumed->set_value(std::this_thread::get_id());
  }(std::move(pending), promise);
  return wait(std::move(thread));
}

class PendingThreads : public testing::Test {
 protected:
  PendingThreads()
      : server_({},
                [this](Server& io) {
                  io.on_connection([this](const Socket& socket) {
                    accepted_.set_value({socket, std::this_thread::get_id()});
                  });
                  io.on("add", [](int a, int b) { return a + b; });
                  io.on_handler_error([this](Socket&, const HandlerError& error) {
                    server_errors_.set_value({error.message, std::this_thread::get_id()});
                  });
                }),
        client_("http://127.0.0.1:" + std::to_string(server_.port)) {
    client_.socket().on("double", [](int number) { return 2 * number; });
    client_.socket().on_connect([this] { client_thread_.set_value(std::this_thread::get_id()); });
    client_.socket().on_handler_error([this](const HandlerError& error) {
      client_errors_.set_value({error.message, std::this_thread::get_id()});
    });
    client_.start();
  }

  /// Waits until `pending` has completed.
  template <class R>
  static Pending<R> completed(Pending<R> pending) {
    // A callback takes a copy of the result, so `pending` can be waited for again.
    (void)thread_of_callback(pending);
    return pending;
  }

  using Report = std::pair<std::string, std::thread::id>;
  std::promise<std::pair<Socket, std::thread::id>> accepted_;
  std::promise<std::thread::id> client_thread_;
  std::promise<Report> server_errors_;
  std::promise<Report> client_errors_;
  LiveServer server_;
  Client client_;
};

TEST_F(PendingThreads, OfAServerComeToItsLoop) {
  const auto [socket, loop] = wait(accepted_.get_future());
  auto answered = completed(socket.emit_with_ack<int>("double", 21));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(thread_of_callback(answered), loop);
    EXPECT_EQ(thread_of_coroutine(answered), loop);
    EXPECT_EQ(thread_of_callback(completed(server_.io.fetch_sockets())), loop);
    EXPECT_EQ(thread_of_coroutine(server_.io.fetch_sockets()), loop);
  }
  EXPECT_EQ(wait(socket.emit_with_ack<int>("double", 21).future()).value(), 42);
  EXPECT_EQ(wait(server_.io.fetch_sockets().future()).size(), 1U);
  answered.then([](Reply<int>) { throw std::runtime_error("at the server"); });
  EXPECT_EQ(wait(server_errors_.get_future()), Report("at the server", loop));
}

TEST_F(PendingThreads, OfAClientComeToItsLoop) {
  const std::thread::id loop = wait(client_thread_.get_future());
  auto answered = completed(client_.socket().emit_with_ack<int>("add", 1, 2));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(thread_of_callback(answered), loop);
    EXPECT_EQ(thread_of_coroutine(answered), loop);
  }
  EXPECT_EQ(wait(client_.socket().emit_with_ack<int>("add", 1, 2).future()).value(), 3);
  answered.then([](Reply<int>) { throw std::runtime_error("at the client"); });
  EXPECT_EQ(wait(client_errors_.get_future()), Report("at the client", loop));
}

TEST(PendingEnd, OfAClientThatHasEndedCallsBackWhereItIsAsked) {
  LiveServer server;
  auto client = std::make_unique<Client>("http://127.0.0.1:" + std::to_string(server.port));
  auto pending = client->socket().emit_with_ack("nobody answers");
  client.reset();
  EXPECT_EQ(thread_of_callback(pending), std::this_thread::get_id());
  EXPECT_EQ(thread_of_coroutine(pending), std::this_thread::get_id());
  EXPECT_EQ(wait(pending.future()).error(), make_error_code(socketio::Errc::disconnected));
  EXPECT_NO_THROW(pending.then([](const Reply<json>&) { throw 1; }));
}

TEST(PendingEnd, OfAServerThatHasEndedCallsBackWhereItIsAsked) {
  auto server = std::make_unique<LiveServer>();
  auto pending = server->io.fetch_sockets();
  EXPECT_EQ(wait(pending.future()).size(), 0U);
  server->stop();
  EXPECT_EQ(wait(pending.future()).size(), 0U) << "a future waits for no loop";
  server.reset();
  EXPECT_EQ(thread_of_callback(pending), std::this_thread::get_id());
  EXPECT_NO_THROW(pending.then([](const std::vector<RemoteSocket>&) { throw 1; }));
}

}  // namespace
}  // namespace socketio::support
