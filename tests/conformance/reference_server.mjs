// SPDX-License-Identifier: MIT
//
// The contract of README.md, implemented with the official packages. The cases run against
// it as well, so that they expect what the reference does. Same command line and same output
// as conformance_server.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { parseArgs } from "node:util";
import { instrument } from "@socket.io/admin-ui";
import * as cborg from "cborg";
import { Server as EngineServer } from "engine.io";
import { Server } from "socket.io";
import msgpackParser from "socket.io-msgpack-parser";
import { cborParser } from "./support/cbor_parser.mjs";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    engine: { type: "boolean", default: false },
    "no-client-files": { type: "boolean", default: false },
    "ping-timeout": { type: "string", default: "200" },
    parser: { type: "string", default: "standard" },
    hooks: { type: "boolean", default: false },
    "no-trailing-slash": { type: "boolean", default: false },
    "no-compression": { type: "boolean", default: false },
    cleanup: { type: "boolean", default: false },
    eio3: { type: "boolean", default: false },
    "no-upgrades": { type: "boolean", default: false },
    deflate: { type: "string" },
    recovery: { type: "boolean", default: false },
    metrics: { type: "boolean", default: false },
    admin: { type: "string" },
    "admin-auth": { type: "boolean", default: false },
    "admin-readonly": { type: "boolean", default: false },
    "tls-cert": { type: "string" },
    "tls-key": { type: "string" },
    unix: { type: "string" },
    "proxy-protocol": { type: "boolean", default: false }, // which it does not know
    "trusted-proxies": { type: "string" }, // nor whom to trust
    drain: { type: "string" }, // nor how to take its time
  },
});

const limits = {
  pingInterval: 300,
  pingTimeout: Number(flags["ping-timeout"]),
  upgradeTimeout: 1000,
  maxHttpBufferSize: 1_000_000,
  cors: { origin: "*" },
  allowEIO3: flags.eio3,
};

const PARSERS = { msgpack: msgpackParser, cbor: cborParser(cborg) };

const COOKIE = { name: "session", maxAge: 100, domain: "example.org", sameSite: "strict", secure: true };

const DEFLATE = {
  contexts: { threshold: 1024 },
  "no-contexts": {
    threshold: 1024,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 11,
    clientMaxWindowBits: 12,
  },
};

const notFound = (_request, response) => response.writeHead(404).end();
const requestListener = flags.engine ? notFound : undefined;
const httpServer = flags["tls-cert"]
  ? createSecureServer(
      { cert: readFileSync(flags["tls-cert"]), key: readFileSync(flags["tls-key"]) },
      requestListener,
    )
  : createServer(requestListener);
const close = flags.engine ? serveEngine() : serveSocketIo();

const where = flags.unix ? { path: flags.unix } : { port: Number(flags.port), host: "127.0.0.1" };
httpServer.listen(where, () => {
  console.log(`listening on ${httpServer.address().port ?? 0}`);
});

process.on("SIGTERM", () => {
  close();
  httpServer.close(() => process.exit(0));
  httpServer.closeIdleConnections();
  setTimeout(() => process.exit(0), 300);
});

function adminOptions() {
  // Of "changeit".
  const password = "$2a$04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";
  const auth = flags["admin-auth"] && { type: "basic", username: "admin", password };
  return { auth, readonly: flags["admin-readonly"], mode: flags.admin };
}

function serveEngine() {
  const engine = new EngineServer(limits);
  engine.attach(httpServer, { path: "/engine.io" });
  engine.on("connection", (session) => session.on("message", (data) => session.send(data)));
  return () => engine.close();
}

function serveSocketIo() {
  const server = new Server(httpServer, {
    ...limits,
    connectTimeout: 1000,
    serveClient: !flags["no-client-files"],
    addTrailingSlash: !flags["no-trailing-slash"],
    cleanupEmptyChildNamespaces: flags.cleanup,
    allowUpgrades: !flags["no-upgrades"],
    ...(flags.parser in PARSERS ? { parser: PARSERS[flags.parser] } : {}),
    ...(flags["no-compression"] ? { httpCompression: false } : {}),
    ...(flags.deflate ? { perMessageDeflate: DEFLATE[flags.deflate] } : {}),
    ...(flags.hooks ? { cookie: COOKIE } : {}),
    ...(flags.recovery ? { connectionStateRecovery: {} } : {}),
  });
  httpServer.on("request", (request, response) => {
    if (!request.url.startsWith("/socket.io")) notFound(request, response);
  });

  if (flags.hooks) addHooks(server.engine);
  if (flags.admin) instrument(server, adminOptions());
  const madeNamespaces = [];
  server.on("new_namespace", (namespace) => madeNamespaces.push(namespace.name));

  const refused = [];
  server.engine.on("connection_error", ({ req, code, message, context }) => {
    refused.push({ method: req.method, url: req.url, code, message, context });
  });

  const disconnects = new Map();
  let errorsSeen = 0;
  process.on("uncaughtException", () => errorsSeen++);

  const guarded = server.of("/guarded").use((socket, next) => {
    if (socket.handshake.auth.token === "secret") return next();
    next(Object.assign(new Error("not authorized"), { data: { code: 401 } }));
  });
  const slow = server.of("/slow").use((_socket, next) => setTimeout(next, 200));
  const never = server.of("/never").use(() => {});
  const twice = server.of("/twice").use((_socket, next) => {
    next();
    next();
  });
  const throwing = server.of("/throwing").use(() => {
    throw new Error("thrown on purpose");
  });
  const inside = server.of("/inside").use(takeSteps);
  const packets = server.of("/packets").on("connection", (socket) => {
    socket.use(([event], next) =>
      next(event === "forbidden" ? new Error("forbidden event") : undefined),
    );
    socket.on("error", (error) => socket.emit("error-seen", error.message));
  });
  const later = server.of((name, auth, next) => {
    if (!name.startsWith("/later-")) return next(null, false);
    setTimeout(() => next(null, auth.admit === true), 20);
  });
  const plain = [server.of("/"), server.of("/custom"), server.of(/^\/dynamic-\d+$/), later];
  if (flags.hooks) recordConnEvents(server.of("/"));

  for (const namespace of [...plain, guarded, slow, never, twice, throwing, inside, packets]) {
    namespace.on("connection", (socket) => {
      socket.emit("auth", socket.handshake.auth);
      recordDisconnect(socket, disconnects);
      talk(socket);
      useRooms(socket);
      broadcast(socket, socket.nsp);
      administer(socket, socket.nsp);
      socket.on("last-disconnect", (id, ack) => ack(disconnects.get(id) ?? []));
      socket.on("errors-seen", (ack) => ack(errorsSeen));
      socket.on("connection-errors", (ack) => ack(refused));
      socket.on("new-namespaces", (ack) => ack(madeNamespaces));
      socket.on("recovered", (ack) => ack(socket.recovered));
      socket.on("clients-count", (ack) => ack(server.engine.clientsCount));
    });
  }
  return () => server.close();
}

function addHooks(engine) {
  engine.use((request, response, next) => {
    const steps = {
      refuse: () => {
        response.writeHead(401, { "content-type": "text/plain" });
        response.end("refused by a middleware");
      },
      fail: () => next(new Error("failed on purpose")),
      later: () => setTimeout(next, 20),
      header: () => {
        response.setHeader("x-middleware", "passed");
        next();
      },
    };
    (steps[request.headers["x-step"]] ?? next)();
  });
  engine.on("initial_headers", (headers, request) => {
    headers["x-initial"] = request.method;
  });
  engine.on("headers", (headers, request) => {
    headers["x-every"] = request.method;
  });
  const generateId = engine.generateId;
  engine.generateId = (request) => {
    const wanted = request.headers["x-session-id"];
    if (wanted === "none") throw new Error("no id on purpose");
    return wanted ?? generateId(request);
  };
}

function recordConnEvents(namespace) {
  const logs = new Map();
  namespace.on("connection", (socket) => {
    const log = [];
    logs.set(socket.id, log);
    const notePacket = (what) => (packet) => {
      const isText = packet.data === undefined || typeof packet.data === "string";
      log.push([what, packet.type, isText ? (packet.data ?? "") : null]);
    };
    socket.conn.on("packet", notePacket("packet"));
    socket.conn.on("packetCreate", notePacket("packetCreate"));
    socket.conn.on("upgrade", (transport) => log.push(["upgrade", transport.name]));
    socket.conn.on("drain", () => log.push(["drain"]));
    socket.conn.on("close", (reason) => log.push(["close", reason]));
    socket.on("conn-events", (id, ack) => ack(logs.get(id) ?? []));
    socket.on("request", (ack) =>
      ack({
        method: socket.request.method,
        url: socket.request.url,
        custom: socket.request.headers["x-custom"] ?? "",
        ownId: socket.conn.id !== socket.id,
      }),
    );
  });
}

function takeSteps(socket, next) {
  let answered = false;
  const answer = (error) => {
    answered = true;
    next(error);
  };
  const room = (name) => (name === "own" ? socket.id : name);
  const note = (what) => (socket.data.value ??= []).push(what);
  const steps = {
    emit: (event, value) => socket.emit(event, value),
    volatile: (event) => socket.volatile.emit(event),
    ask: (event) => socket.emit(event, (value) => socket.emit("answered", value)),
    watch: () => socket.onAnyOutgoing((event) => note(event)),
    listen: (event) => socket.on(event, () => socket.emit("heard")),
    note: () =>
      note({
        connected: socket.connected,
        rooms: [...socket.rooms].map((name) => (name === socket.id ? "own" : name)).sort(),
      }),
    join: (name) => socket.join(room(name)),
    leave: (name) => socket.leave(room(name)),
    all: (event) => socket.nsp.emit(event),
    "in-room": (name, event) => socket.nsp.in(room(name)).emit(event),
    "to-room": (name, event) => socket.to(room(name)).emit(event),
    broadcast: (event) => socket.broadcast.emit(event),
    "sockets-join": (name, other) => socket.nsp.in(room(name)).socketsJoin(room(other)),
    disconnect: () => socket.disconnect(),
    "disconnect-hard": () => socket.disconnect(true),
    next: () => answer(),
    refuse: (message) => answer(new Error(message)),
  };
  for (const [name, ...words] of socket.handshake.auth.steps ?? []) steps[name](...words);
  if (!answered) next();
}

function recordDisconnect(socket, disconnects) {
  const seen = [];
  for (const event of ["disconnecting", "disconnect"]) {
    socket.on(event, (reason) => {
      seen.push({ event, reason, rooms: [...socket.rooms].sort() });
      disconnects.set(socket.id, seen);
      if (disconnects.size > 1000) disconnects.delete(disconnects.keys().next().value);
    });
  }
}

function talk(socket) {
  const names = [];
  socket.onAny((event) => names.push(event) > 5000 && names.shift());
  socket.on("seen-events", (ack) => ack(names));
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("ack-twice", (ack) => {
    ack(1);
    ack(2);
  });
  socket.onAny((event, ...args) => {
    if (event === "any-ack" || event === "any-ack-first") args.pop()(args);
  });
  socket.on("any-ack-first", (...args) => args.pop()("too late"));
  socket.on("ack-later", (delay, value, ack) => setTimeout(() => ack(value), delay));
  socket.once("once-only", () => socket.emit("once-back"));
  socket.on("off-me", function handler() {
    socket.off("off-me", handler);
    socket.emit("off-back");
  });
  socket.on("ask", async (event, timeout, ...args) => {
    const ack = args.pop();
    try {
      ack("ok", await socket.timeout(timeout).emitWithAck(event, ...args));
    } catch (error) {
      ack("error", error.message);
    }
  });
  socket.on("compress", (event, ...args) => socket.compress(false).emit(event, ...args));
  socket.on("volatile", (event, ...args) => socket.volatile.emit(event, ...args));
  socket.on("throw", () => {
    throw new Error("thrown on purpose");
  });
  socket.on("typed", (number, text, ack) => {
    if (!Number.isInteger(number) || typeof text !== "string")
      throw new TypeError("wrong arguments");
    ack(number + text.length);
  });
  socket.on("set-data", (value, ack) => {
    socket.data.value = value;
    ack();
  });
  socket.on("get-data", (ack) => ack(socket.data.value ?? null));
  socket.on("connection", (ack) =>
    ack({ transport: socket.conn.transport.name, address: socket.conn.remoteAddress }),
  );
  socket.on("handshake", (ack) => ack(socket.handshake));
}

function useRooms(socket) {
  socket.on("join", async (room, ack) => {
    await socket.join(room);
    ack();
  });
  socket.on("leave", async (room, ack) => {
    await socket.leave(room);
    ack();
  });
  socket.on("leave-all", (ack) => {
    socket.leaveAll();
    ack();
  });
  socket.on("rooms", (ack) => ack([...socket.rooms].sort()));
}

function broadcast(socket, io) {
  socket.on("to-room", (room, event, ...args) => socket.to(room).emit(event, ...args));
  socket.on("to-room-except", (room, except, event, ...args) =>
    socket
      .to(room)
      .except(except)
      .emit(event, ...args),
  );
  socket.on("in-room", (room, event, ...args) => io.in(room).emit(event, ...args));
  socket.on("except-room", (room, event, ...args) => io.except(room).emit(event, ...args));
  socket.on("broadcast", (event, ...args) => socket.broadcast.emit(event, ...args));
  socket.on("all", (event, ...args) => io.emit(event, ...args));
  socket.on("local", (event, ...args) => io.local.emit(event, ...args));
  socket.on("volatile-all", (event, ...args) => io.volatile.emit(event, ...args));
  socket.on("ask-all", (room, event, timeout, ack) => {
    io.to(room)
      .timeout(timeout)
      .emit(event, (error, responses) => ack({ responses, error: error?.message ?? null }));
  });
}

function administer(socket, io) {
  const ids = (sockets) => sockets.map(({ id }) => id).sort();
  socket.on("fetch", async (room, ack) => ack(ids(await io.in(room).fetchSockets())));
  socket.on("fetch-all", async (ack) => ack(ids(await io.fetchSockets())));
  socket.on("fetch-details", async (room, ack) => {
    const details = (await io.in(room).fetchSockets()).map(({ id, rooms, data, handshake }) => ({
      id,
      rooms: [...rooms].sort(),
      data,
      auth: handshake.auth,
    }));
    ack(details.sort((a, b) => (a.id < b.id ? -1 : 1)));
  });
  socket.on("sockets-join", (room, other) => io.in(room).socketsJoin(other));
  socket.on("sockets-leave", (room, other) => io.in(room).socketsLeave(other));
  socket.on("disconnect-room", (room, close) => io.in(room).disconnectSockets(close));
  socket.on("kick", () => socket.disconnect());
  socket.on("kick-hard", () => socket.disconnect(true));
}
