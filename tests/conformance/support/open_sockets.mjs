// SPDX-License-Identifier: MIT
//
// The raw connections of a file's cases. Some cases leave theirs half open on purpose, or fail
// before they close it; when the server is asked to end, nobody shall be left that never answers.

const open = new Set();

export function track(socket) {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  return socket;
}

export function destroyOpenSockets() {
  for (const socket of open) (socket.terminate ?? socket.destroy).call(socket);
}
