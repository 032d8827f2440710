// SPDX-License-Identifier: MIT
//
// What carries the messages of the adapter "own": a relay, to which each node has a connection, and which
// passes what one sends on to all others. A message is preceded by its length, in four bytes.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import { ClusterAdapterWithHeartbeat } from "socket.io-adapter";

/** Calls `use` with each message that arrives. */
function read(socket, use) {
  let waiting = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (data) => {
    waiting = Buffer.concat([waiting, data]);
    for (;;) {
      const end = waiting.length < 4 ? Infinity : 4 + waiting.readUInt32BE();
      if (waiting.length < end) return;
      use(waiting.subarray(4, end));
      waiting = waiting.subarray(end);
    }
  });
}

function write(socket, bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  socket.write(Buffer.concat([length, bytes]));
}

class Relay {
  #sockets = new Set();
  #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    read(socket, (bytes) => this.#sockets.forEach((other) => other !== socket && write(other, bytes)));
  });

  static async start() {
    const relay = new Relay();
    await once(relay.#server.listen(0, "127.0.0.1"), "listening");
    return relay;
  }
  get url() {
    return `relay://127.0.0.1:${this.#server.address().port}`;
  }
  stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
  }
}

/** One relay for all cases of a file, in the place of a Redis. */
export function useRelay() {
  const holder = {};
  before(async () => void (holder.redis = await Relay.start()));
  after(() => holder.redis?.stop());
  return holder;
}

const hasBinary = (value) =>
  value instanceof Uint8Array || (value !== null && typeof value === "object" && Object.values(value).some(hasBinary));

class RelayAdapter extends ClusterAdapterWithHeartbeat {
  constructor(nsp, socket) {
    super(nsp, {});
    this.socket = socket;
  }
  async doPublish(message) {
    write(this.socket, hasBinary(message) ? Buffer.from(encode(message, { ignoreUndefined: true })) : Buffer.from(JSON.stringify(message)));
    return "";
  }
  doPublishResponse(_requester, response) {
    return this.doPublish(response);
  }
}

/** The adapter as a user of Node.js writes it. */
export async function createRelayAdapter(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const adapters = new Map();
  read(socket, (bytes) => {
    const message = bytes[0] === "{".charCodeAt() ? JSON.parse(bytes.toString()) : decode(bytes);
    adapters.get(message.nsp)?.onMessage(message);
  });
  // Not an arrow function, because it is called with new.
  return function (nsp) {
    const adapter = new RelayAdapter(nsp, socket);
    adapters.set(nsp.name, adapter);
    return adapter;
  };
}
