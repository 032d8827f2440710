// SPDX-License-Identifier: MIT
//
// Two servers of the showcase, one of them with two loops, and a server of the official packages: one chat.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { until, within } from "../conformance/support/deadline.mjs";
import { useRedis } from "./support/redis.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const program = process.env.SHOWCASE ?? path("../../build/release/bin/showcase");

class ChatServer {
  static async start(command, args, env = {}) {
    const server = new ChatServer();
    server.process = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    server.exited = once(server.process, "exit");
    const listening = new Promise((resolve, reject) => {
      server.process.once("error", reject);
      server.process.once("exit", (code) => reject(new Error(`${command} ended early (${code})`)));
      createInterface(server.process.stdout).on("line", (line) => {
        const [, port] = /^listening on http:\/\/localhost:(\d+)/.exec(line) ?? [];
        if (port) resolve(port);
      });
    });
    server.url = `http://127.0.0.1:${await within(listening, `${command} listening`, 15_000)}`;
    return server;
  }

  async stop() {
    this.process.kill("SIGTERM");
    await within(this.exited, "the server's end");
  }
}

describe("the showcase", () => {
  const redis = useRedis();
  const servers = [];
  const sockets = [];
  const folder = mkdtempSync(join(tmpdir(), "showcase-"));

  before(async () => {
    writeFileSync(join(folder, "index.html"), "");
    const { url } = redis.redis;
    const args = ["--port", "0", "--web", folder, "--database", join(folder, "showcase.sqlite")];
    servers.push(await ChatServer.start(program, args, { REDIS_URL: url }));
    servers.push(await ChatServer.start(program, args, { REDIS_URL: url, THREADS: "2" }));
    servers.push(await ChatServer.start(process.execPath, [path("chat_server.mjs"), url]));
    for (const nsp of ["/", "/arena"]) {
      const count = nsp === "/" ? 3 : 2;
      await until(
        async () => (await redis.redis.subscribers("NUMSUB", `socket.io-request#${nsp}#`)) === count,
        `${count} servers with ${nsp}`,
      );
    }
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  /** A client of that server. Everything that it gets is noted. */
  async function client(server, { nsp = "/", ...options } = {}) {
    const socket = io(`${server.url}${nsp}`, { transports: ["websocket"], forceNew: true, ackTimeout: 10_000, ...options });
    sockets.push(socket);
    socket.got = [];
    socket.onAny((event, ...args) => socket.got.push([event, ...args]));
    socket.all = (event) => socket.got.filter(([name]) => name === event).map(([, argument]) => argument);
    await within(once(socket, "connect"), "the client's connection");
    return socket;
  }

  /** Two clients of each server, so that the one with two loops has one on each. */
  const clients = () => Promise.all([...servers, ...servers].map((server) => client(server)));

  let names = 0;
  const freshNames = () => Array.from({ length: 6 }, () => `Person ${++names}`);

  test("is one chat: who is there, and what is said", async () => {
    const six = await clients();
    const people = freshNames();
    for (const [i, socket] of six.entries()) {
      const reply = await socket.emitWithAck("join", people[i]);
      assert.deepEqual(reply.users, people.slice(0, i + 1));
    }
    for (const [i, socket] of six.entries()) await socket.emitWithAck("chat-message", `from ${i}`);
    const said = six.map((_, i) => [people[i], `from ${i}`]);
    const heard = (socket) => socket.all("chat-message").map(({ username, message }) => [username, message]);
    for (const socket of six) {
      await until(() => heard(socket).length >= 6, "six messages");
      assert.deepEqual(heard(socket).sort(), said);
    }
    six[5].disconnect();
    for (const socket of six.slice(0, 5)) {
      await until(() => socket.all("user-left").length > 0, "the news that somebody left");
      assert.deepEqual(socket.all("user-left"), [{ username: people[5], users: people.slice(0, 5) }]);
    }
  });

  test("has each name once, and lets a person come back at another server", async () => {
    const [name] = freshNames();
    const [one, two] = servers;
    const old = await client(one, { auth: { session: "mine" } });
    assert.equal((await old.emitWithAck("join", name)).ok, true);
    const other = await client(two, { auth: { session: "another's" } });
    assert.match((await other.emitWithAck("join", name.toUpperCase())).error, /taken/);
    const next = await client(two, { auth: { session: "mine" } });
    const reply = await next.emitWithAck("join", name);
    assert.deepEqual(reply.users, [name]);
    await until(() => old.all("replaced").length === 1, "the old connection is told");
    await until(async () => (await old.emitWithAck("chat-message", "from outside")).error?.includes("join first"), "it is out");
    old.disconnect();
    assert.deepEqual(await next.emitWithAck("chat-message", "still here"), { ok: true });
    assert.deepEqual(next.all("user-left"), []);
  });

  test("broadcasts to the clients of all servers", async () => {
    const six = await clients();
    six.forEach((socket, i) => socket.emit("broadcast", i));
    for (const socket of six) {
      await until(() => socket.all("broadcast").length >= 6, "six broadcasts");
      assert.deepEqual(socket.all("broadcast").sort(), [0, 1, 2, 3, 4, 5]);
    }
  });

  test("shares its rooms: who is in, and what is said there", async () => {
    const six = await clients();
    const people = freshNames();
    const outside = await client(servers[0]);
    for (const [i, socket] of six.entries()) await socket.emitWithAck("join-room", "tea", people[i]);
    for (const socket of [...six, outside]) {
      assert.deepEqual(await socket.emitWithAck("get-room-users", "tea"), people);
      if (socket !== outside) socket.emit("room-message", { roomId: "tea", message: "hello" });
    }
    for (const socket of six) {
      await until(() => socket.all("room-message").length >= 6, "six messages");
      assert.deepEqual(socket.all("room-message").map(({ sender }) => sender).sort(), people);
    }
    assert.deepEqual(await outside.emitWithAck("get-rooms"), [{ roomId: "tea", users: 6 }]);
    assert.deepEqual(outside.all("room-message"), []);
  });

  test("has an arena on each server", async () => {
    const [ada, grace] = await Promise.all(servers.slice(0, 2).map((server) => client(server, { nsp: "/arena" })));
    await ada.emitWithAck("join", "Ada");
    await grace.emitWithAck("join", "Grace");
    const seen = (socket) => socket.all("players").flat().map(({ name }) => name);
    for (const [socket, name] of [[ada, "Ada"], [grace, "Grace"]]) {
      await until(() => seen(socket).length > 0, `${name} in the arena`);
      assert.deepEqual(new Set(seen(socket)), new Set([name]));
    }
  });
});
