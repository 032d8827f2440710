// SPDX-License-Identifier: MIT
//
// How connections end: the reason that each side gets, what handlers see, and what follows.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { TRANSPORTS, call, connectClient, connected, createClient } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { freePort } from "./support/free_port.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { Server, useServer } from "./support/server.mjs";
import { joinNamespace, openSocket } from "./support/websocket.mjs";

const server = useServer();
const hastyServer = useServer("socketio", { pingTimeout: 200 });

// A client that is between two polls gets either of them.
const gone = /^transport (close|error)$/;

/** It does not give up clients of a busy machine. */
const startPatient = (port = 0) =>
  Server.start("socketio", { port, flags: ["--ping-timeout", "20000"] });

/** Another client, to ask the server what happened to the first one. */
const watch = (t, from = server) =>
  connectClient(t, from(), { transports: ["websocket"], reconnection: true });

async function assertServerSaw(watcher, id, reason, rooms = [id]) {
  const seen = () => call(watcher, "last-disconnect", id);
  await until(async () => (await seen()).length >= 2, "the server's disconnect event");
  assert.deepEqual(await seen(), [
    { event: "disconnecting", reason, rooms: [...rooms].sort() },
    { event: "disconnect", reason, rooms: [] },
  ]);
}

for (const [what, options] of Object.entries(TRANSPORTS)) {
  describe(`reasons: ${what}`, () => {
    async function start(t, from = server) {
      const watcher = await watch(t, from);
      const client = await connectClient(t, from(), options);
      const { id } = client;
      await new Promise((resolve) => client.emit("join", ["a", "b"], resolve));
      return {
        watcher,
        client,
        id,
        reason: nextEvent(client, "disconnect"),
        rooms: ["a", "b", id],
      };
    }

    scenario("the server disconnects the socket", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t);
      client.emit("kick");
      assert.equal((await reason)[0], "io server disconnect");
      assert.equal(client.active, false);
      await assertServerSaw(watcher, id, "server namespace disconnect", rooms);
    });

    scenario("the server closes the connection", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t);
      client.emit("kick-hard");
      assert.equal((await reason)[0], "io server disconnect");
      await assertServerSaw(watcher, id, "server namespace disconnect", rooms);
    });

    scenario("the client disconnects the socket", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t);
      client.disconnect();
      assert.equal((await reason)[0], "io client disconnect");
      await assertServerSaw(watcher, id, "client namespace disconnect", rooms);
    });

    scenario("the client closes the connection", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t);
      client.io.engine.close();
      assert.equal((await reason)[0], "forced close");
      await assertServerSaw(watcher, id, "transport close", rooms);
    });

    scenario("the client sends something that is no packet", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t);
      client.io.engine.write('2["disconnect"]');
      assert.equal((await reason)[0], "transport close");
      await assertServerSaw(watcher, id, "forced close", rooms);
    });

    scenario("the client stops answering pings", async (t) => {
      const { watcher, client, id, reason, rooms } = await start(t, hastyServer);
      client.io.engine._sendPacket = client.io.engine.sendPacket = () => {};
      assert.match((await reason)[0], /^(transport (close|error)|ping timeout)$/);
      await assertServerSaw(watcher, id, "ping timeout", rooms);
    });
  });
}

describe("reasons on raw connections", () => {
  scenario("TCP is cut", async (t) => {
    const watcher = await watch(t);
    for (const end of ["end", "destroy", "resetAndDestroy"]) {
      const session = await openSocket(server());
      session.socket._socket[end]();
      await until(
        async () => (await call(watcher, "last-disconnect", session.id)).length >= 2,
        "the disconnect event",
      );
      const [{ reason }] = await call(watcher, "last-disconnect", session.id);
      assert.match(reason, /^transport (close|error)$/);
    }
  });

  scenario("an Engine.IO packet that is none", async (t) => {
    const watcher = await watch(t);
    const session = await openSocket(server());
    session.send("x");
    await assertServerSaw(watcher, session.id, "parse error");
  });

  scenario("a ping in the wrong direction", async (t) => {
    const watcher = await watch(t);
    const session = await openSocket(server());
    session.send("2");
    await assertServerSaw(watcher, session.id, "transport error");
  });

  scenario("polls overlap", async (t) => {
    const watcher = await watch(t);
    const session = await PollingSession.open(server());
    await session.write("40");
    const { sid } = JSON.parse((await session.next()).slice(2));
    await session.next();
    await session.park();
    await session.get();
    await assertServerSaw(watcher, sid, "transport error");
  });

  scenario("all namespaces of a session end with it", async (t) => {
    const watcher = await watch(t);
    const session = await openSocket(server());
    const main = session.id;
    await joinNamespace(session, "/custom");
    session.close();
    await assertServerSaw(watcher, main, "transport close");
    await assertServerSaw(watcher, session.id, "transport close");
  });

  scenario("an attack on one namespace ends them all", async (t) => {
    const watcher = await watch(t);
    const session = await openSocket(server());
    const main = session.id;
    await joinNamespace(session, "/custom");
    session.send("42/custom,[]");
    await assertServerSaw(watcher, main, "forced close");
    await assertServerSaw(watcher, session.id, "forced close");
  });

  scenario("DISCONNECT has no answer, the session goes on", async (t) => {
    const watcher = await watch(t);
    const session = await openSocket(server());
    const { id } = session;
    session.send("41");
    await session.packets.silence();
    await assertServerSaw(watcher, id, "client namespace disconnect");
    await joinNamespace(session);
    assert.notEqual(session.id, id);
    session.close();
  });

  scenario("kick sends DISCONNECT, kick-hard the end of the connection too", async () => {
    const session = await openSocket(server());
    await joinNamespace(session, "/custom");
    session.send('42/custom,["kick"]');
    assert.equal(await session.next(), "41/custom,");
    session.send('42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    session.send('42["kick-hard"]');
    assert.equal(await session.next(), "41");
    await session.closed();
  });

  scenario("packets that follow a kick are not handled", async () => {
    const session = await openSocket(server());
    await joinNamespace(session, "/custom");
    session.send('42/custom,["kick"]', '42["message","still here"]');
    assert.equal(await session.next(), "41/custom,");
    const next = await session.next().catch(() => "closed");
    assert.ok(['42["message-back","still here"]', "closed"].includes(next));
    session.close();
  });
});

describe("what a session leaves behind", () => {
  scenario("what became of it, until a thousand others have gone", async (t) => {
    const own = await startPatient();
    t.after(() => own.stop("SIGKILL"));
    const watcher = await watch(t, () => own);
    const session = await openSocket(own);
    const ids = [];
    const kick = async () => {
      ids.push(session.id);
      session.send('42["kick"]');
      assert.equal(await session.next("DISCONNECT"), "41");
    };
    await kick();
    while (ids.length < 1000) {
      await joinNamespace(session);
      await kick();
    }
    assert.equal((await call(watcher, "last-disconnect", ids[0])).length, 2);
    await joinNamespace(session);
    await kick();
    assert.deepEqual(await call(watcher, "last-disconnect", ids[0]), []);
    for (const id of [ids[1], ids[1000]])
      assert.equal((await call(watcher, "last-disconnect", id)).length, 2);
  });

  scenario("nothing else", async (t) => {
    const watcher = await connectClient(t, server(), {
      transports: ["websocket"],
      namespace: "/dynamic-1",
    });
    const before = await call(watcher, "clients-count");
    const sessions = await Promise.all(
      Array.from({ length: 30 }, () => openSocket(server(), { namespace: "/dynamic-1" })),
    );
    assert.equal(await call(watcher, "clients-count"), before + 30);
    for (const session of sessions) session.close();
    await until(async () => (await call(watcher, "clients-count")) <= before, "the sessions' end");
    assert.deepEqual(await call(watcher, "fetch-all"), [watcher.id]);
  });
});

describe("reconnection of the official client", () => {
  const quick = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 };

  for (const [what, options] of Object.entries(TRANSPORTS)) {
    scenario(`after its connection was cut: ${what}`, async (t) => {
      const client = createClient(t, server(), { ...quick, ...options });
      await connected(client);
      const { id } = client;
      const disconnected = nextEvent(client, "disconnect");
      client.io.engine.write("garbage");
      await disconnected;
      client.emit("message", "sent while away");
      await connected(client);
      assert.notEqual(client.id, id);
      while ((await client.events.next())[0] !== "message-back");
    });

    scenario(`after the server was closed and started again: ${what}`, async (t) => {
      const first = await startPatient(await freePort());
      t.after(() => first.stop("SIGKILL"));
      const client = createClient(t, first, { ...quick, ...options });
      await connected(client);
      await client.events.next("event auth");
      const disconnected = nextEvent(client, "disconnect");
      const { code, signal } = await first.stop("SIGTERM");
      assert.deepEqual({ code, signal }, { code: 0, signal: null });
      assert.match((await disconnected)[0], gone);
      await nextEvent(client.io, "reconnect_attempt");
      const back = nextEvent(client, "connect");
      const second = await startPatient(first.port);
      t.after(() => second.stop("SIGKILL"));
      await back;
      assert.equal((await client.events.next())[0], "auth");
      assert.equal(await call(client, "message-with-ack", "back"), "back");
    });
  }

  scenario("not after the server sent it away", async (t) => {
    const client = createClient(t, server(), quick);
    await connected(client);
    const disconnected = nextEvent(client, "disconnect");
    client.emit("kick");
    assert.equal((await disconnected)[0], "io server disconnect");
    assert.equal(client.active, false);
    client.connect();
    await connected(client);
  });

  scenario("after a crash of the server", async (t) => {
    const first = await startPatient(await freePort());
    const client = createClient(t, first, { ...quick, transports: ["websocket"] });
    await connected(client);
    const disconnected = nextEvent(client, "disconnect");
    await first.stop("SIGKILL");
    assert.equal((await disconnected)[0], "transport close");
    const back = nextEvent(client, "connect");
    const second = await startPatient(first.port);
    t.after(() => second.stop("SIGKILL"));
    await back;
  });
});

describe("the end of the server", () => {
  scenario("closes every session and exits with 0", async (t) => {
    const own = await startPatient();
    t.after(() => own.stop("SIGKILL"));
    const clients = [];
    for (const options of Object.values(TRANSPORTS))
      clients.push(await connectClient(t, own, options));
    const silent = await PollingSession.open(own);
    assert.ok(silent.sid);
    const reasons = clients.map((client) => nextEvent(client, "disconnect"));
    assert.deepEqual(await own.stop("SIGTERM"), { code: 0, signal: null });
    for (const reason of reasons) assert.match((await reason)[0], gone);
  });

  scenario("gives a waiting poll the close packet", async () => {
    for (const mode of ["socketio", "engine"]) {
      const own = await Server.start(mode, { flags: ["--ping-timeout", "20000"] });
      const session = await PollingSession.open(own);
      const { answer } = await session.park();
      await own.stop("SIGTERM");
      assert.equal((await answer).body, "1");
    }
  });

  scenario("comes without any session too", async () => {
    for (const mode of ["socketio", "engine"]) {
      const own = await Server.start(mode);
      assert.deepEqual(await own.stop("SIGTERM"), { code: 0, signal: null });
    }
  });
});
