// SPDX-License-Identifier: MIT
// A server on an io_context of your own. The only public header that needs Boost.Asio.
//
//   boost::asio::io_context context;
//   auto io = socketio::make_server(context);
//   io->on_connection(…);
//   io->listen(3001);
//   context.run();            // exactly one thread runs the context
//
// run(), stop() and stop_on_signals() of such a server do nothing: the context is yours. close()
// lets context.run() return once the last byte is sent. The server must be destroyed before the
// context.
#pragma once

#include <socketio/server.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>

namespace socketio {

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options = {});

}  // namespace socketio
