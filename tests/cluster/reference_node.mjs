// SPDX-License-Identifier: MIT
//
// A node of a cluster made of the official packages; README.md describes what a node has to do.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createClient, createCluster } from "redis";
import { Server } from "socket.io";
import { createRelayAdapter } from "./support/relay.mjs";
import { fromLine, toLine } from "./support/values.mjs";

const { values: flags } = parseArgs({
  options: {
    adapter: { type: "string" },
    older: { type: "boolean", default: false },
    redis: { type: "string" },
    "request-timeout": { type: "string", default: "5000" },
    recovery: { type: "boolean", default: false },
  },
});
const suffix = flags.older ? "-older" : "";
// The adapters do not await what they send. Without this, a server ends when Redis is away.
process.on("unhandledRejection", () => {});
const requestsTimeout = Number(flags["request-timeout"]);

async function connect() {
  const [, servers] = /^redis\+cluster:\/\/(.+)$/.exec(flags.redis) ?? [];
  const client = servers
    ? createCluster({ rootNodes: servers.split(",").map((server) => ({ url: `redis://${server}` })) })
    : createClient({ url: flags.redis });
  client.on("error", () => {});
  return client.connect();
}

async function makeAdapter() {
  const [kind, ...details] = flags.adapter.split(":");
  const [detail] = details;
  if (kind === "own") return createRelayAdapter(flags.redis);
  if (kind === "streams") {
    const { createAdapter } = await import(flags.older ? "redis-streams-adapter-older" : "@socket.io/redis-streams-adapter");
    const streamCount = Number(details.find((word) => word !== "sharded") ?? 1);
    const useShardedPubSub = details.includes("sharded");
    return createAdapter(await connect(), { blockTimeInMs: 500, streamCount, useShardedPubSub });
  }
  const { default: createAdapter } = await import(flags.older ? `redis-adapter${suffix}` : "@socket.io/redis-adapter");
  const [pub, sub] = [await connect(), await connect()];
  if (kind === "sharded") return createAdapter.createShardedAdapter(pub, sub, { subscriptionMode: detail });
  return createAdapter(pub, sub, { requestsTimeout, publishOnSpecificResponseChannel: detail === "specific" });
}

const http = createServer();
const io = new Server(http, {
  adapter: await makeAdapter(),
  pingInterval: 20_000,
  ...(flags.recovery ? { connectionStateRecovery: {} } : {}),
});
const heard = [];

function serve(nsp) {
  nsp.on("connection", (socket) => {
    socket.on("join", (rooms, ack) => {
      socket.join(rooms);
      ack();
    });
    socket.on("leave", (room, ack) => {
      socket.leave(room);
      ack();
    });
    socket.on("set-data", (data, ack) => {
      socket.data = data;
      ack();
    });
    socket.on("to-room", (room, ...args) => socket.to(room).emit(...args));
    socket.on("to-others", (...args) => socket.broadcast.emit(...args));
    socket.on("recovered", (ack) => ack(socket.recovered));
  });
  nsp.on("note", (...args) => heard.push({ nsp: nsp.name, args }));
  nsp.on("ask", (...args) => args.pop()({ pid: process.pid, args }));
  nsp.on("ask-nobody", () => {});
}

for (const name of ["/", "/custom"]) serve(io.of(name));
const dynamic = io.of(/^\/dynamic-\d+$/);
io.on("new_namespace", serve);

function operator({ nsp = "/", parent = false, rooms = [], except = [], flags: chosen = {} }) {
  let target = (parent ? dynamic : io.of(nsp)).except(except);
  if (rooms.length > 0) target = target.to(rooms);
  if (chosen.local) target = target.local;
  if (chosen.volatile) target = target.volatile;
  if (chosen.compress === false) target = target.compress(false);
  if (chosen.timeout !== undefined) target = target.timeout(chosen.timeout);
  return target;
}

/** What was answered, and whether something is missing. */
const answers = (ask) =>
  new Promise((resolve) => ask((error, responses) => resolve({ responses: responses ?? [], isComplete: !error })));

const commands = {
  emit: (to, ...args) => void operator(to).emit(...args),
  emitWithAck: (to, ...args) => answers((done) => operator(to).emit(...args, done)),
  socketsJoin: (to, rooms) => void operator(to).socketsJoin(rooms),
  socketsLeave: (to, rooms) => void operator(to).socketsLeave(rooms),
  disconnectSockets: (to, close) => void operator(to).disconnectSockets(close),
  async fetchSockets(to) {
    const sockets = await operator(to).fetchSockets();
    return sockets.map(({ id, rooms, data, handshake }) => ({ id, rooms: [...rooms].sort(), data, auth: handshake.auth, headers: handshake.headers }));
  },
  async remoteSocket({ nsp = "/", id }, action, ...args) {
    const [socket] = await io.of(nsp).in(id).fetchSockets();
    socket[action](...args);
  },
  serverSideEmit: ({ nsp = "/" }, ...args) => void io.of(nsp).serverSideEmit(...args),
  serverSideEmitWithAck: ({ nsp = "/" }, ...args) => answers((done) => io.of(nsp).serverSideEmit(...args, done)),
  serverCount: ({ nsp = "/" }) => io.of(nsp).adapter.serverCount(),
  heard: () => heard,
  pid: () => process.pid,
};

createInterface(process.stdin).on("line", async (line) => {
  const { id, command, args } = fromLine(line);
  try {
    const result = await commands[command](...args);
    console.log(toLine({ id, result: result ?? null }));
  } catch (error) {
    console.log(toLine({ id, error: error.message }));
  }
});
process.on("SIGTERM", async () => {
  await io.close();
  process.exit();
});
http.listen(0, "127.0.0.1", () => console.log(`listening on ${http.address().port}`));
