// SPDX-License-Identifier: MIT
#include "admin/admin_ui.hpp"
#include "server/server_state.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace socketio {

AdminAuth AdminAuth::none() { return {}; }

AdminAuth AdminAuth::basic(std::string username, std::string password_hash) {
  AdminAuth auth;
  auth.is_required_ = true;
  auth.username_ = std::move(username);
  auth.password_hash_ = std::move(password_hash);
  return auth;
}

void instrument(Server& io, AdminUiOptions options) {
  if (options.auth.is_required() && !admin::is_bcrypt_hash(options.auth.password_hash())) {
    throw std::invalid_argument("the password hash of the Admin UI must be a bcrypt hash");
  }
  if (io.state().has_several_workers()) {
    throw std::invalid_argument("the Admin UI shows a server with one thread");
  }
  server::Worker& worker = io.state().worker();
  if (worker.node().watcher()) {
    throw std::logic_error("instrument() has been called for this server");
  }
  const auto admin = std::make_shared<admin::AdminUi>(worker, std::move(options));
  admin->serve();
  worker.node().set_watcher(admin);
  io.every(admin::AdminUi::stats_interval, [weak = std::weak_ptr(admin)] {
    if (const auto kept = weak.lock()) kept->tell_stats();
  });
}

}  // namespace socketio
