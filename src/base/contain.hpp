// SPDX-License-Identifier: MIT
// contain(): the loop enters the code of one connection through it. An exception there, such as a
// failed allocation, ends that connection and goes no further (ARCHITECTURE, "Errors").
#pragma once

namespace socketio {

/// Runs `work` for `owner`, which is kept for that long. If it throws, Owner::on_exception() is
/// called while the exception is being handled: it reports it, ends the connection that `owner` is
/// a part of, and neither throws nor needs memory.
template <class Owner, class Work>
void contain(Owner& owner, Work work) noexcept {
  const auto kept = owner.weak_from_this().lock();
  try {
    work();
  } catch (...) {
    owner.on_exception();
  }
}

}  // namespace socketio
