// SPDX-License-Identifier: MIT
// A plain socket.io-client for the contract tests: it knows nothing of the page.
import { once } from "node:events";
import { io } from "socket.io-client";

/** One socket with a connection of its own, which ends with the test. */
export function plainClient(test, url, options = {}) {
  const socket = io(url, {
    forceNew: true,
    transports: ["websocket"],
    ackTimeout: 10_000,
    ...options,
  });
  test.after(() => socket.disconnect());
  return socket;
}

/** The same, once it is connected. */
export async function connected(test, url, options) {
  const socket = plainClient(test, url, options);
  await Promise.race([
    once(socket, "connect"),
    first(socket, "connect_error").then((error) => Promise.reject(error)),
  ]);
  return socket;
}

/** The first argument of the next event of that name. */
export async function first(socket, event) {
  const [argument] = await once(socket, event);
  return argument;
}

/** The first argument of the next event of that name that fits. */
export function next(socket, event, fits) {
  return new Promise((resolve) => {
    socket.on(event, function take(argument) {
      if (!fits(argument)) return;
      socket.off(event, take);
      resolve(argument);
    });
  });
}
