// SPDX-License-Identifier: MIT
//
// Prints what the official packages publish on Redis, for tests/support/redis_samples.hpp:
//
//   node wire_samples.mjs > ../support/redis_samples.hpp
//
// Everything that is random in the packages is 1, so that the output changes only with them.

import crypto from "node:crypto";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { setImmediate as turn } from "node:timers/promises";

crypto.randomBytes = (size) => Buffer.alloc(size, 1);
crypto.pseudoRandomBytes = crypto.randomBytes;
syncBuiltinESMExports();

const require = createRequire(import.meta.url);
const { Server } = require("socket.io");
const classic = require("@socket.io/redis-adapter");
const streams = require("@socket.io/redis-streams-adapter");
const { Emitter } = require("@socket.io/redis-emitter");
const { MessageType } = require("socket.io-adapter");

const date = new Date("2026-01-02T03:04:05.678Z");
const values = [1, -300, 1.5, "ü", null, true, { a: [undefined, 2 ** 33, { b: [] }] }, date];
const binary = [{ file: Buffer.from([0, 255, 123]) }, Uint8Array.of(1, 2)];
const opts = (rooms = [], except = [], flags = {}) => ({
  rooms: new Set(rooms),
  except: new Set(except),
  flags,
});
const samples = [];

/** A client of Redis that notes what is published. Two servers are subscribed. */
function client(note) {
  return {
    async pSubscribe() {},
    async subscribe() {},
    async sSubscribe() {},
    duplicate: () => client(note),
    connect: async () => {},
    async publish(channel, message) {
      note({ channel, message: Buffer.from(message) });
    },
    async sPublish(channel, message) {
      note({ channel, message: Buffer.from(message) });
    },
    async xAdd(_stream, _id, fields) {
      note({ fields });
      return "1-1";
    },
    xRead: () => new Promise(() => {}),
    sendCommand: async ([, , channel]) => [channel, 2],
    on() {},
    off() {},
    listenerCount: () => 2,
  };
}

/** Names and notes what is published until `act` is over. */
function recorder(kind) {
  const holder = {};
  holder.client = client((published) => {
    const name = `${kind}_${holder.name}`;
    const isFirst = samples.every((sample) => sample.name !== name);
    samples.push({ name: isFirst ? name : `${name}_2`, ...published });
  });
  holder.record = async (name, act) => {
    holder.name = name;
    await act();
    await turn();
    await turn();
  };
  return holder;
}

/** A socket that answers at once. */
function addSocket(nsp, id, rooms, answer) {
  const socket = {
    id,
    rooms: new Set([id, ...rooms]),
    data: { name: "Ada", picture: answer instanceof Uint8Array ? answer : undefined },
    handshake: {
      headers: { host: "localhost", "set-cookie": ["a=1", "b=2"] },
      time: "Fri Jan 02 2026 03:04:05 GMT+0000 (Coordinated Universal Time)",
      address: "127.0.0.1",
      xdomain: false,
      secure: true,
      issued: date.getTime(),
      url: "/socket.io/?EIO=4&transport=polling",
      query: { EIO: "4", several: ["1", "2"] },
      auth: { token: "abc" },
    },
    acks: { set: (_id, ack) => queueMicrotask(() => ack(answer)) },
    client: { writeToEngine() {} },
  };
  nsp.sockets.set(id, socket);
  nsp.adapter.addAll(id, new Set([id, ...rooms]));
}

async function broadcasts({ record }, adapter) {
  const packet = (...data) => ({ type: 2, data });
  await record("broadcast", () => adapter.broadcast(packet("hello", ...values), opts()));
  await record("broadcast_binary", () => adapter.broadcast(packet("hello", ...binary), opts()));
  await record("broadcast_room", () =>
    adapter.broadcast(packet("hello"), opts(["room1"], ["room2", "ü"], { volatile: true, compress: false })),
  );
  await record("broadcast_rooms", () => adapter.broadcast(packet("hello"), opts(["room1", "room2"])));
  await record("broadcast_with_ack", () =>
    adapter.broadcastWithAck(packet("hello", ...binary), opts(["room1"], [], { timeout: 1 }), () => {}, () => {}),
  );
}

async function requests({ record }, adapter) {
  await record("join", () => adapter.addSockets(opts(["room1"], ["room2"]), ["room3", "room4"]));
  await record("leave", () => adapter.delSockets(opts(["room1"], ["room2"]), ["room3"]));
  await record("disconnect", () => adapter.disconnectSockets(opts(["room1"]), true));
  await record("disconnect_namespace", () => adapter.disconnectSockets(opts(), false));
  // Nobody answers: the request is what counts.
  await record("fetch", async () => void adapter.fetchSockets(opts(["room1"], ["room2"], { timeout: 1 })).catch(() => {}));
  await record("server_side_emit", () => adapter.serverSideEmit(["hello", ...values]));
  await record("server_side_emit_with_ack", () => adapter.serverSideEmit(["hello", 1, () => {}]));
}

function server(kind, create, namespace = "/") {
  const recording = recorder(kind);
  const io = new Server({ adapter: create(recording.client) });
  const nsp = io.of(namespace);
  return { ...recording, record: recording.record, nsp, adapter: nsp.adapter };
}

async function classicSamples() {
  const recording = server("classic", (redis) => classic.createAdapter(redis, redis, { requestsTimeout: 1 }));
  const { record, nsp, adapter } = recording;
  await broadcasts(recording, adapter);
  await requests(recording, adapter);
  await record("all_rooms", async () => void adapter.allRooms().catch(() => {}));
  const other = server("classic_admin", (redis) => classic.createAdapter(redis, redis), "/admin");
  await other.record("broadcast", () => other.adapter.broadcast({ type: 2, data: ["hello"] }, opts(["room1"])));

  const ask = (request) =>
    adapter.onrequest(adapter.requestChannel, Buffer.from(JSON.stringify({ uid: "asking", requestId: "r1", ...request })));
  addSocket(nsp, "socket1", ["room1"], "yes");
  nsp.on("question", (_value, ack) => ack({ answer: 42 }));
  await record("ids", () => ask({ type: 0, rooms: [] }));
  await record("rooms", () => ask({ type: 1 }));
  await record("sockets", () => ask({ type: 5, opts: { rooms: [], except: [] } }));
  await record("server_side_answer", () => ask({ type: 6, data: ["question", 1] }));
  const packet = { type: 2, data: ["hello"], nsp: "/" };
  await record("ack", () => ask({ type: 7, packet, opts: { rooms: ["room1"], except: [] } }));
  addSocket(nsp, "socket2", ["room2"], Buffer.from([1, 2, 3]));
  await record("ack_binary", () => ask({ type: 7, packet, opts: { rooms: ["room2"], except: [] } }));
}

async function clusterSamples(kind, create) {
  const recording = server(kind, create);
  const { record, nsp, adapter } = recording;
  await broadcasts(recording, adapter);
  await requests(recording, adapter);
  await record("server_side_emit_binary", () => adapter.serverSideEmit(["hello", ...binary]));

  const ask = (type, data) => adapter.onMessage({ uid: "asking", nsp: "/", type, data: { requestId: "r1", ...data } });
  addSocket(nsp, "socket1", ["room1"], "yes");
  nsp.on("question", (value, ack) => ack(value));
  const everybody = { rooms: [], except: [], flags: {} };
  await record("sockets", () => ask(MessageType.FETCH_SOCKETS, { opts: everybody }));
  await record("server_side_answer", () => ask(MessageType.SERVER_SIDE_EMIT, { packet: ["question", { answer: 42 }] }));
  await record("server_side_answer_binary", () =>
    ask(MessageType.SERVER_SIDE_EMIT, { packet: ["question", Buffer.from([1, 2])] }),
  );
  const packet = { type: 2, data: ["hello"], nsp: "/" };
  await record("ack", () => ask(MessageType.BROADCAST, { packet, opts: { ...everybody, rooms: ["room1"] } }));
  addSocket(nsp, "socket2", ["room2"], Buffer.from([1, 2, 3]));
  await record("ack_binary", () => ask(MessageType.BROADCAST, { packet, opts: { ...everybody, rooms: ["room2"] } }));
  await record("sockets_binary", () => ask(MessageType.FETCH_SOCKETS, { opts: { ...everybody, rooms: ["room2"] } }));
}

async function emitterSamples() {
  const recording = recorder("emitter");
  const emitter = new Emitter(recording.client);
  const { record } = recording;
  await record("broadcast", () => emitter.emit("hello", ...values));
  await record("broadcast_room", () => emitter.of("/admin").to("room1").except("room2").volatile.emit("hello", ...binary));
  await record("join", () => emitter.in("room1").socketsJoin(["room2"]));
  await record("leave", () => emitter.socketsLeave("room2"));
  await record("disconnect", () => emitter.except("room1").disconnectSockets(true));
  await record("server_side_emit", () => emitter.serverSideEmit("hello", 1, "2"));
}

await classicSamples();
await clusterSamples("sharded", (redis) => classic.createShardedAdapter(redis, redis));
await clusterSamples("streams", (redis) => streams.createAdapter(redis));
await emitterSamples();

const version = (name) => `${name} ${require(`${name}/package.json`).version}`;
const packages = ["@socket.io/redis-adapter", "@socket.io/redis-streams-adapter", "@socket.io/redis-emitter"];
// Pieces of text that an editor can show.
const quoted = (text) => text.match(/[^]{1,84}/g).map((piece) => `\n     "${piece}"`).join("");
const line = ({ name, channel, message, fields }) =>
  fields
    ? `    {"${name}", "${fields.type}", ${quoted(Buffer.from(fields.data).toString("hex"))}},\n`
    : `    {"${name}", "${channel}", ${quoted(message.toString("hex"))}},\n`;
process.stdout.write(`// SPDX-License-Identifier: MIT
// What the official packages publish: ${packages.map(version).join(",\n// ")}.
// Written by tests/cluster/wire_samples.mjs.
#pragma once

#include <array>
#include <string_view>

namespace socketio::support {

struct RedisSample {
  /// The adapter, and what it was told to do.
  std::string_view name;
  /// The channel; of an entry in a stream, the field \`type\`.
  std::string_view channel;
  /// The message; of an entry, the field \`data\`. In hexadecimal.
  std::string_view hex;
};

// clang-format off
constexpr auto redis_samples = std::to_array<RedisSample>({
${samples.map(line).join("").replaceAll(/, \n/g, ",\n")}});
// clang-format on

}  // namespace socketio::support
`);
process.exit();
