// SPDX-License-Identifier: MIT
//
// One official Socket.IO server. Options: `io` (for the Server, unchanged), `parser` ("msgpack" or "cbor"), `tls` (for
// https.createServer), `host`, `package` (of another version, from package.json). A test may call its public methods;
// what its sockets do is in offers.mjs.

import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import * as cborg from "cborg";
import msgpack from "socket.io-msgpack-parser";
import { cborParser } from "../../conformance/support/cbor_parser.mjs";
import { freePort } from "../../conformance/support/free_port.mjs";
import { Listening } from "./listening.mjs";
import { offer } from "./offers.mjs";

const PARSERS = { msgpack, cbor: cborParser(cborg) };
const require = createRequire(import.meta.url);

export class OfficialServer {
  #options;
  #saw;
  #listening;
  #io;
  #port;
  #requests = [];
  #messages = [];
  #refusals = new Map();
  #acks = [];

  constructor(options, saw) {
    this.#options = options;
    this.#saw = saw;
  }

  /** Starts again on the same port after stop(), without any earlier state. */
  async start() {
    const { tls, io = {}, parser, host, package: name = "socket.io" } = this.#options;
    const { Server } = require(process.env.SOCKETIO_SERVER ?? name);
    const http = tls ? createTlsServer(tls) : createServer();
    this.#listening = new Listening(http);
    this.#io = new Server(http, { ...io, ...(parser ? { parser: PARSERS[parser] } : {}) });
    http.prependListener("request", (request) => this.#note(request, request.method));
    // If nobody listens for upgrades, Node.js turns them into ordinary requests.
    if (http.listenerCount("upgrade") > 0) http.prependListener("upgrade", (request) => this.#note(request, "UPGRADE"));
    this.#serve();
    this.#port ??= await freePort();
    return this.#listening.listen(this.#port, host);
  }

  #note({ url, headers, socket }, method) {
    this.#requests.push({ method, url, headers, from: socket.remotePort });
  }

  #serve() {
    const namespaces = ["/", "/admin", "/custom"].map((name) => this.#io.of(name));
    namespaces.push(this.#io.of(/^\/room-\d+$/));
    for (const namespace of namespaces) {
      namespace.use((socket, next) => {
        const refusal = this.#refusals.get(socket.nsp.name);
        next(refusal && Object.assign(new Error(refusal.message), { data: refusal.data }));
      });
      namespace.on("connection", (socket) => {
        const { name } = socket.nsp;
        this.#saw(`connect ${name}${socket.recovered ? " recovered" : ""}`);
        socket.on("disconnect", (reason) => this.#saw(`disconnect ${name} ${reason}`));
        offer(socket, { io: this.#io, saw: this.#saw, acks: this.#acks });
      });
    }
    this.#io.engine.on("connection", (connection) => {
      this.#saw(`open ${connection.transport.name}`);
      connection.on("message", (message) => this.#messages.push(String(message)));
      connection.on("upgrade", (transport) => this.#saw(`upgrade ${transport.name}`));
      connection.on("close", (reason) => this.#saw(`close ${reason}`));
    });
  }

  /** Ends everything at once, as a crash does. */
  async stop() {
    const listening = this.#listening;
    this.#listening = undefined;
    if (!listening) return;
    await listening.close();
    this.#io.engine.close();
  }

  /** Closes all clients properly, as a server that shuts down does. */
  async close() {
    this.#listening = undefined;
    await this.#io.close();
  }

  /** Every HTTP request and upgrade so far: {method, url, headers, from}; `from` is the connection's remote port. */
  async requests() {
    return this.#requests;
  }

  /**
   * From now on connections to this namespace are refused with {message, data}; without a message they are
   * accepted again.
   */
  async refuse({ nsp, message, data }) {
    if (message === undefined) this.#refusals.delete(nsp);
    else this.#refusals.set(nsp, { message, data });
  }

  /**
   * The delays in ms after which the next `deliver` events are acknowledged; null means never. After those,
   * at once again.
   */
  async acks({ delays }) {
    this.#acks.push(...delays);
  }

  /**
   * Emits to all sockets of a namespace, or of a room. `flag`: "volatile" or "local"; `buffers`: lengths of
   * Buffers to append.
   */
  async emit({ nsp = "/", room, flag, event, args = [], buffers = [] }) {
    let target = this.#io.of(nsp);
    if (room !== undefined) target = target.to(room);
    if (flag !== undefined) target = target[flag];
    target.emit(event, ...args, ...buffers.map((length) => Buffer.alloc(length, 7)));
  }

  async disconnect({ nsp = "/", close = false }) {
    this.#io.of(nsp).disconnectSockets(close);
  }

  /** Closes every Engine.IO connection. `discard`: without waiting for what is to be sent. */
  async closeEngine({ discard = false }) {
    for (const client of Object.values(this.#io.engine.clients)) client.close(discard);
  }

  /**
   * Breaks every connection and closes its session: otherwise a polling client between two requests might not notice.
   */
  async cut() {
    for (const client of Object.values(this.#io.engine.clients)) client.onClose("transport close");
    this.#listening.cut();
  }

  /** Every Engine.IO message so far, as text, including those that the official server ignores after a disconnect. */
  async messages() {
    return this.#messages;
  }

  async pausePings() {
    for (const client of Object.values(this.#io.engine.clients)) {
      clearTimeout(client.pingIntervalTimer);
      clearTimeout(client.pingTimeoutTimer);
    }
  }

  /** Sends `text` as an Engine.IO message, whatever it means. */
  async raw({ text, base64 }) {
    for (const client of Object.values(this.#io.engine.clients))
      client.send(base64 === undefined ? text : Buffer.from(base64, "base64"));
  }

  /** The numbers of sessions and connections: {sessions, connections}. */
  async counts() {
    return { sessions: this.#io.engine.clientsCount, connections: this.#listening.connections };
  }
}
