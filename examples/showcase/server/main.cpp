// SPDX-License-Identifier: MIT
#include "accounts.hpp"
#include "arena.hpp"
#include "chat.hpp"
#include "dashboard.hpp"
#include "database.hpp"
#include "delivery.hpp"
#include "errors.hpp"
#include "identities.hpp"
#include "namespaces.hpp"
#include "notifications.hpp"
#include "options.hpp"
#include "page.hpp"
#include "private_messages.hpp"
#include "rooms.hpp"
#include "secret.hpp"
#include "tokens.hpp"

#include <socketio/log.hpp>
#include <socketio/redis.hpp>
#include <socketio/server.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace {

constexpr std::array namespaces{"/",         "/account",         "/chat", "/admin", "/arena",
                                "/delivery", "/delivery/retries"};

/// Arguments of a wrong shape are the client's affair and would fill the log; an exception is ours.
void log_exception(socketio::Socket&, const socketio::HandlerError& error) {
  if (error.exception) std::cerr << error.event << ": " << error.message << '\n';
}

showcase::Tokens tokens_of(const showcase::Options& options) {
  const auto file = std::filesystem::absolute(options.database).parent_path() / "jwt-secret";
  return {options.jwt_secret.empty() ? showcase::load_or_make_secret(file) : options.jwt_secret,
          std::chrono::seconds(options.token_lifetime)};
}

socketio::ServerOptions server_options(const showcase::Options& options) {
  socketio::ServerOptions chosen;
  chosen.threads = options.threads;
  if (options.redis_url.empty()) return chosen;
  // While Redis is away, whoever joins waits as long as that for other servers' answers.
  chosen.adapter = socketio::redis_adapter({.url = options.redis_url,
                                            .requests_timeout = std::chrono::seconds(1),
                                            .publish_on_specific_response_channel = true});
  return chosen;
}

void serve(showcase::Options options) {
  const auto folder = std::filesystem::absolute(options.database).parent_path();
  std::filesystem::create_directories(folder);
  showcase::Database database(options.database);
  showcase::Identities identities(database, tokens_of(options), options.admin_email);

  socketio::Server io(server_options(options));
  for (const char* nsp : namespaces) io.of(nsp).on_handler_error(log_exception);
  const showcase::Chat chat(io, database);
  const showcase::Rooms rooms(io);
  std::optional<showcase::PrivateMessages> private_messages;
  if (options.threads == 1) {
    private_messages.emplace(io, database);
  } else {
    showcase::PrivateMessages::refuse(io);
  }
  const showcase::Notifications notifications(io, database);
  const showcase::Dashboard dashboard(io, namespaces);
  const showcase::Accounts accounts(io, identities);
  const showcase::Namespaces chat_and_admin(io, identities);
  showcase::Arena arena(io);
  const showcase::Errors errors(io);
  showcase::Delivery delivery(io);
  showcase::serve_page(io.http(), options.web);

  options.port = io.listen(options.port);
  arena.let_bots_in("http://127.0.0.1:" + std::to_string(options.port), options.bots);
  options.recovery_port = delivery.serve_recovery(options.recovery_port);
  io.stop_on_signals();
  std::cout << "listening on http://localhost:" << options.port << " with " << to_string(options)
            << std::endl;
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    socketio::log::from_environment();
    serve(showcase::parse_options(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "showcase: " << error.what() << '\n';
    return 1;
  }
}
