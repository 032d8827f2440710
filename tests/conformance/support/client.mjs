// SPDX-License-Identifier: MIT
//
// The official Socket.IO client, connected, with an inbox for everything that it receives.

import { io } from "socket.io-client";
import { Inbox, patience, within } from "./deadline.mjs";

/** The transports that the official client can be told to use. */
export const TRANSPORTS = {
  "polling only": { transports: ["polling"] },
  "websocket only": { transports: ["websocket"] },
  "polling, then upgrade": { transports: ["polling", "websocket"] },
};

/** A client that is not connected yet; it is closed after the case. */
export function createClient(t, server, { namespace = "/", ...options } = {}) {
  const socket = io(`${server.url}${namespace}`, {
    forceNew: true,
    reconnection: false,
    ...options,
  });
  socket.events = new Inbox();
  socket.onAny((...event) => socket.events.push(event));
  if (!options.reconnection) socket.on("disconnect", (reason) => socket.events.end(reason));
  t.after(() => socket.disconnect());
  return socket;
}

/** Resolves once connected; rejects with the connect error. */
export function connected(socket) {
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return within(outcome, "connect");
}

/** A connected client whose `auth` event has been read. */
export async function connectClient(t, server, options) {
  const socket = createClient(t, server, options);
  await connected(socket);
  await socket.events.next("event auth");
  return socket;
}

/** Several such clients. */
export function connectClients(t, server, count, options) {
  return Promise.all(Array.from({ length: count }, () => connectClient(t, server, options)));
}

/**
 * Emits an event with an acknowledgement; resolves to the first argument of the acknowledgement.
 */
export function call(socket, event, ...args) {
  return socket.timeout(patience.milliseconds).emitWithAck(event, ...args);
}

/**
 * Asks the server a question. When it has been answered, everything that the server sent to this
 * client before has arrived.
 */
export async function settled(socket) {
  await call(socket, "message-with-ack", "settled");
}
