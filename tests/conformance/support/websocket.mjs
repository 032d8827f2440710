// SPDX-License-Identifier: MIT
//
// An Engine.IO session over WebSocket, packet by packet, with `ws`; and a Socket.IO connection
// on top of it.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { Inbox, within } from "./deadline.mjs";
import { target } from "./http.mjs";
import { track } from "./open_sockets.mjs";

export class WebSocketSession {
  packets = new Inbox();

  /**
   * Connects a WebSocket. Heartbeats are answered, unless `pong` is false; then they are
   * returned as packets.
   */
  static async connect(server, { parameters = {}, headers = {}, pong = true, ...options } = {}) {
    const session = new WebSocketSession();
    const path = target(server, { transport: "websocket", ...parameters });
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      headers,
      perMessageDeflate: false,
      ...options,
    });
    session.socket = track(socket);
    socket.on("message", (data, isBinary) => {
      const packet = isBinary ? data : data.toString();
      if (packet === "2" && pong) socket.send("3");
      else session.packets.push(packet);
    });
    session.closure = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        session.packets.end(`WebSocket closed with ${code}`);
        resolve({ code, reason: reason.toString() });
      });
    });
    socket.once("upgrade", (response) => (session.responseHeaders = response.headers));
    const opened = new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.on("error", reject);
    });
    await within(opened, "WebSocket handshake");
    return session;
  }

  /** The same for a new session, whose handshake it reads. */
  static async open(server, options) {
    const session = await WebSocketSession.connect(server, options);
    const packet = await session.next();
    assert.equal(packet[0], "0");
    session.handshake = JSON.parse(packet.slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  send(...packets) {
    for (const packet of packets) this.socket.send(packet);
  }

  next(what = "a packet") {
    return this.packets.next(what);
  }

  closed(what = "the WebSocket's end") {
    return within(this.closure, what);
  }

  close() {
    this.socket.terminate();
  }
}

/**
 * A WebSocket session that is connected to a namespace; `id` is its socket id. The `auth` event
 * has been read.
 */
export async function openSocket(server, { namespace = "/", auth, ...options } = {}) {
  const session = await WebSocketSession.open(server, options);
  await joinNamespace(session, namespace, auth);
  return session;
}

export async function joinNamespace(session, namespace = "/", auth) {
  const prefix = namespace === "/" ? "" : `${namespace},`;
  session.send(`40${prefix}${auth ? JSON.stringify(auth) : ""}`);
  const answer = await session.next("CONNECT");
  assert.ok(answer.startsWith(`40${prefix}{`), answer);
  session.id = JSON.parse(answer.slice(2 + prefix.length)).sid;
  const event = await session.next("event auth");
  assert.ok(event.startsWith(`42${prefix}[`), event);
  assert.deepEqual(JSON.parse(event.slice(2 + prefix.length)), ["auth", auth ?? {}]);
  return session;
}
