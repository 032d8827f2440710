// SPDX-License-Identifier: MIT
//
// The raw connections of a file's cases. Some cases leave theirs half open on purpose, or fail
// before they close it. They are closed here, so that the server does not wait for a silent peer
// when it ends.

const open = new Set();

export function track(socket) {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  return socket;
}

export function destroyOpenSockets() {
  for (const socket of open) (socket.terminate ?? socket.destroy).call(socket);
}
