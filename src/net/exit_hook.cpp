// SPDX-License-Identifier: MIT
#include "net/exit_hook.hpp"

#include "base/immortal.hpp"
#include "net/system.hpp"

#include <openssl/ssl.h>

#include <atomic>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace socketio::net {

namespace {

struct Hooks {
  std::mutex mutex;
  std::map<std::uint64_t, std::function<void()>> ends;
  std::uint64_t latest = 0;
  std::atomic<bool> are_called = false;
  // Zero before the first hook.
  std::uint64_t process = 0;
};

void end_all() {
  auto& hooks = immortal<Hooks>();
  if (hooks.process != process_number()) return;
  hooks.are_called = true;
  for (;;) {
    std::unique_lock lock(hooks.mutex);
    if (hooks.ends.empty()) return;
    // In the order in which objects are destroyed: the latest first.
    const auto end = hooks.ends.extract(std::prev(hooks.ends.end()));
    lock.unlock();
    end.mapped()();
  }
}

}  // namespace

ExitHook::ExitHook(std::function<void()> end) {
  auto& hooks = immortal<Hooks>();
  const std::lock_guard lock(hooks.mutex);
  if (hooks.process == 0) {
    hooks.process = process_number();
    // Registers OpenSSL's own hook before ours, because exit() calls the latest first.
    OPENSSL_init_ssl(0, nullptr);
    std::atexit(end_all);
  }
  number_ = ++hooks.latest;
  hooks.ends.emplace(number_, std::move(end));
}

ExitHook::~ExitHook() {
  auto& hooks = immortal<Hooks>();
  const std::lock_guard lock(hooks.mutex);
  hooks.ends.erase(number_);
}

void ExitHook::hold_main_thread() {
  const bool is_main = is_main_thread();
  while (is_main && immortal<Hooks>().are_called) {
    std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

}  // namespace socketio::net
