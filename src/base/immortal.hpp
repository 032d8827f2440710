// SPDX-License-Identifier: MIT
// immortal<T>(): the process's one T, made on first use and never destroyed. When a program ends,
// its threads run on while objects of static lifetime go; what they use must not be among those.
#pragma once

namespace socketio {

template <class T>
T& immortal() {
  static T& one = *new T;
  return one;
}

}  // namespace socketio
