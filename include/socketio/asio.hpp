// SPDX-License-Identifier: MIT
// A server or a client on an io_context of your own. The only public header that needs Boost.Asio.
//
//   boost::asio::io_context context;
//   auto io = socketio::make_server(context);
//   io->on_connection(…);
//   io->listen(3001);
//   auto client = socketio::make_client(context, "http://localhost:3002");
//   context.run();            // exactly one thread runs the context
//
// run(), start(), poll() and stop_on_signals() do nothing then: the context is yours. stop(), and a
// server's close(), let context.run() return once the last byte is sent. Both must be destroyed
// before the context; a server on the thread that runs it, or when nobody does. No thread may run
// the context any more when the program exits: what such a thread uses of OpenSSL is being destroyed.
//
// make_server() is part of socketio::server, make_client() of socketio::client.
#pragma once

#include <socketio/client.hpp>
#include <socketio/engine_client.hpp>
#include <socketio/engine_server.hpp>
#include <socketio/server.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string_view>

namespace socketio {

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options = {});

namespace engine {

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options = {});

std::unique_ptr<Client> make_client(boost::asio::io_context& context, std::string_view url,
                                    const socketio::ClientOptions& options = {});

}  // namespace engine

std::unique_ptr<Client> make_client(boost::asio::io_context& context, std::string_view url,
                                    const ClientOptions& options = {});

}  // namespace socketio
