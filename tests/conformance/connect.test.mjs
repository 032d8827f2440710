// SPDX-License-Identifier: MIT
//
// Joining namespaces: auth, handshake, middlewares, dynamic namespaces, what is refused and
// what times out.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { Manager } from "socket.io-client";
import { TRANSPORTS, call, connectClient, connected, createClient } from "./support/client.mjs";
import { Inbox, nextEvent, until } from "./support/deadline.mjs";
import { RawConnection, target } from "./support/http.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession, joinNamespace, openSocket } from "./support/websocket.mjs";

const server = useServer();
const open = () => WebSocketSession.open(server());

describe("on the wire", () => {
  scenario("CONNECT to the main namespace is answered with the socket's id alone", async () => {
    const session = await open();
    session.send("40");
    const answer = await session.next();
    assert.match(answer, /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
    assert.ok(!answer.includes(session.sid), "the session's id is no secret any more");
    assert.equal(await session.next(), '42["auth",{}]');
    session.close();
  });

  scenario("CONNECT to another namespace names it", async () => {
    const session = await open();
    session.send('40/custom,{"token":"123"}');
    assert.match(await session.next(), /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
    assert.equal(await session.next(), '42/custom,["auth",{"token":"123"}]');
    session.close();
  });

  scenario("the comma may be left out after a namespace without payload", async () => {
    const session = await open();
    session.send("40/custom");
    assert.match(await session.next(), /^40\/custom,\{"sid":/);
    session.close();
  });

  scenario("the main namespace may be named", async () => {
    const session = await open();
    session.send('40/,{"a":1}');
    assert.match(await session.next(), /^40\{"sid":/);
    assert.equal(await session.next(), '42["auth",{"a":1}]');
    session.close();
  });

  scenario("several namespaces share a session, each with an id of its own", async () => {
    const session = await open();
    const ids = new Set();
    for (const namespace of ["/", "/custom", "/dynamic-1"])
      ids.add((await joinNamespace(session, namespace)).id);
    assert.equal(ids.size, 3);
    session.send('42/custom,["message","a"]', '42["message","b"]', '42/dynamic-1,["message","c"]');
    assert.equal(await session.next(), '42/custom,["message-back","a"]');
    assert.equal(await session.next(), '42["message-back","b"]');
    assert.equal(await session.next(), '42/dynamic-1,["message-back","c"]');
    session.close();
  });

  scenario("over polling CONNECT and its answer are packets of payloads", async () => {
    const session = await PollingSession.open(server());
    await session.write('40{"a":1}', "40/custom,");
    assert.match(await session.next(), /^40\{"sid":/);
    assert.equal(await session.next(), '42["auth",{"a":1}]');
    assert.match(await session.next(), /^40\/custom,\{"sid":/);
    assert.equal(await session.next(), '42/custom,["auth",{}]');
  });

  scenario("an unknown namespace is refused, the session goes on", async () => {
    const session = await open();
    for (const namespace of [
      "/unknown",
      "/Custom",
      "/custom/",
      "/custom?x=1",
      "/dynamic-",
      "/dynamic-x",
      "/dynamic-1x",
      "/__proto__",
    ]) {
      session.send(`40${namespace},`);
      assert.equal(await session.next(), `44${namespace},{"message":"Invalid namespace"}`);
    }
    await joinNamespace(session);
    session.close();
  });

  scenario("after a refusal the same namespace may be tried again", async () => {
    const session = await open();
    session.send('40/guarded,{"token":"wrong"}');
    assert.equal(
      await session.next(),
      '44/guarded,{"message":"not authorized","data":{"code":401}}',
    );
    await joinNamespace(session, "/guarded", { token: "secret" });
    session.close();
  });

  scenario("a namespace that was left may be joined again, with another id", async () => {
    const session = await openSocket(server(), { namespace: "/custom" });
    const { id } = session;
    await joinNamespace(session);
    session.send("41/custom,", '42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    await joinNamespace(session, "/custom");
    assert.notEqual(session.id, id);
    session.close();
  });

  scenario(
    "and in the same breath as it is left",
    { differs: "leaving takes effect a tick later, so that the session is closed" },
    async () => {
      const session = await PollingSession.open(server());
      await session.write("40");
      await session.next();
      await session.next();
      await session.write("41", "40");
      assert.match(await session.next(), /^40\{"sid":/);
      assert.equal(await session.next(), '42["auth",{}]');
    },
  );

  scenario("leaving one namespace leaves the others alone", async () => {
    const session = await openSocket(server());
    await joinNamespace(session, "/custom");
    session.send("41/custom,", '42["message","here"]');
    assert.equal(await session.next(), '42["message-back","here"]');
    session.close();
  });

  scenario("auth may hold anything", async () => {
    const auth = {
      list: [1, { deep: null }],
      text: "€ \u{1F680}",
      __proto__of: 1,
      constructor: "x",
      empty: {},
    };
    const session = await openSocket(server(), { auth });
    session.close();
  });

  scenario("a second CONNECT ends the session", async () => {
    for (const again of ["40", '40{"a":1}', "40/,"]) {
      const session = await openSocket(server());
      session.send(again);
      await session.closed();
    }
  });

  scenario(
    "two CONNECTs in a row never give two ids",
    { differs: "the second arrives before the first is done and is accepted" },
    async () => {
      for (const namespace of ["", "/slow,"]) {
        const session = await open();
        session.send(`40${namespace}`, `40${namespace}`);
        const answers = new Inbox();
        const reading = (async () => {
          for (;;) answers.push(await session.next());
        })().catch(() => {});
        await session.closed();
        await reading;
        let accepted = 0;
        while (answers.size > 0)
          if ((await answers.next()).startsWith(`40${namespace}{`)) accepted++;
        assert.ok(accepted <= 1, `${accepted} ids`);
      }
    },
  );

  scenario(
    "the same in one polling payload",
    { differs: "the second arrives before the first is done and is accepted" },
    async () => {
      const session = await PollingSession.open(server());
      await session.post("40\x1e40");
      const answer = await session.get();
      const accepted = answer.body.split("\x1e").filter((packet) => packet.startsWith("40"));
      assert.ok(accepted.length <= 1, answer.body);
      if (!answer.body.split("\x1e").includes("1")) await session.assertClosed();
    },
  );
});

describe("nobody joins", { concurrency: 6 }, () => {
  scenario("a session without a namespace is closed after the connect timeout", async () => {
    const session = await open();
    const start = performance.now();
    await session.closed();
    assert.ok(performance.now() - start > 900);
  });

  scenario("the same over polling", async () => {
    const session = await PollingSession.open(server());
    assert.equal(await session.next(), "1");
    await session.assertClosed();
  });

  scenario("a refused namespace does not count", async () => {
    const session = await open();
    session.send("40/unknown,");
    await session.next();
    await session.closed();
  });

  scenario("a middleware that never answers does not count", async () => {
    const session = await open();
    session.send("40/never,");
    await session.closed();
    assert.equal(session.packets.size, 0);
  });

  scenario("who joined in time stays", async () => {
    const session = await openSocket(server());
    await session.packets.silence(1200);
    session.send('42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    session.close();
  });

  scenario("who joined and left stays, for the next namespace", async () => {
    const session = await openSocket(server());
    session.send("41");
    await session.packets.silence(1200);
    await joinNamespace(session);
    session.close();
  });
});

describe("middlewares", () => {
  scenario("a refusal has the error's message and data", async (t) => {
    for (const auth of [undefined, { token: "wrong" }, { token: 1 }, { token: ["secret"] }]) {
      const socket = createClient(t, server(), { namespace: "/guarded", auth });
      const [error] = await nextEvent(socket, "connect_error");
      assert.equal(error.message, "not authorized");
      assert.deepEqual(error.data, { code: 401 });
      assert.equal(socket.connected, false);
      assert.equal(socket.active, false);
    }
  });

  scenario("who is let in is told so", async (t) => {
    await connectClient(t, server(), { namespace: "/guarded", auth: { token: "secret" } });
  });

  scenario("auth may be a function, and is asked again for each attempt", async (t) => {
    let asked = 0;
    const auth = (give) => give({ token: asked++ === 0 ? "wrong" : "secret" });
    const socket = createClient(t, server(), { namespace: "/guarded", auth });
    await nextEvent(socket, "connect_error");
    socket.connect();
    await connected(socket);
  });

  scenario("a slow one delays the answer, packets of other namespaces pass", async () => {
    const session = await openSocket(server());
    session.send("40/slow,", '42["message","meanwhile"]');
    assert.equal(await session.next(), '42["message-back","meanwhile"]');
    assert.match(await session.next(), /^40\/slow,\{"sid":/);
    session.close();
  });

  scenario("a client that leaves during a slow one is never connected", async (t) => {
    const watcher = await connectClient(t, server(), { namespace: "/slow" });
    const present = await call(watcher, "fetch-all");
    const session = await open();
    session.send("40/slow,");
    session.close();
    await watcher.events.silence(300);
    assert.deepEqual(await call(watcher, "fetch-all"), present);
  });

  scenario("an event for a namespace that is not joined yet ends the session", async () => {
    const session = await open();
    session.send("40/slow,", '42/slow,["message"]');
    await session.closed();
    assert.equal(session.packets.size, 0);
  });

  scenario(
    "next called twice connects once",
    { differs: "it connects the socket twice" },
    async () => {
      const session = await open();
      session.send("40/twice,");
      assert.match(await session.next(), /^40\/twice,\{"sid":/);
      assert.equal(await session.next(), '42/twice,["auth",{}]');
      await session.packets.silence();
      session.close();
    },
  );

  scenario("one that throws lets nobody in, and the server lives", async (t) => {
    const watcher = await connectClient(t, server());
    const session = await open();
    session.send("40/throwing,");
    const answer = await session.next().catch(() => "closed");
    assert.match(answer, /^(44\/throwing,|closed)/);
    await call(watcher, "message-with-ack");
    session.close();
  });
});

describe("dynamic namespaces", () => {
  scenario("come into being by a name that matches", async (t) => {
    const [one, two] = await Promise.all([
      connectClient(t, server(), { namespace: "/dynamic-101" }),
      connectClient(t, server(), { namespace: "/dynamic-102" }),
    ]);
    one.emit("all", "note", 1);
    assert.deepEqual(await one.events.next(), ["note", 1]);
    await two.events.silence();
    assert.deepEqual(await call(one, "fetch-all"), [one.id]);
  });

  scenario("are one for all that name it", async (t) => {
    const sockets = await Promise.all(
      Array.from({ length: 10 }, () => connectClient(t, server(), { namespace: "/dynamic-7" })),
    );
    sockets[0].emit("all", "note");
    for (const socket of sockets) assert.deepEqual(await socket.events.next(), ["note"]);
  });

  scenario("a predicate may answer later", async (t) => {
    const auth = { admit: true };
    const sockets = await Promise.all(
      Array.from({ length: 3 }, () => connectClient(t, server(), { namespace: "/later-1", auth })),
    );
    sockets[0].emit("all", "note");
    for (const socket of sockets) assert.deepEqual(await socket.events.next(), ["note"]);
  });

  scenario("a predicate may refuse later", async (t) => {
    const socket = createClient(t, server(), { namespace: "/later-2", auth: { admit: false } });
    await assert.rejects(connected(socket), { message: "Invalid namespace" });
  });

  scenario("the client may leave while a predicate decides", async (t) => {
    const leaving = createClient(t, server(), { namespace: "/later-3", auth: { admit: true } });
    const other = leaving.io.socket("/");
    await connected(other);
    leaving.io.engine.close();
    const socket = await connectClient(t, server(), { namespace: "/later-3", auth: { admit: true } });
    assert.deepEqual(await call(socket, "fetch-all"), [socket.id]);
  });

  scenario("outlive their last socket", async (t) => {
    for (let i = 0; i < 3; i++) {
      const socket = await connectClient(t, server(), { namespace: "/dynamic-8" });
      assert.deepEqual(await call(socket, "fetch-all"), [socket.id]);
      socket.disconnect();
      const witness = await connectClient(t, server(), { namespace: "/dynamic-8" });
      await until(
        async () => (await call(witness, "fetch-all")).length === 1,
        "the socket's leaving",
      );
      witness.disconnect();
    }
  });
});

describe("the official client", () => {
  for (const [what, options] of Object.entries(TRANSPORTS)) {
    scenario(`connects to several namespaces over one manager: ${what}`, async (t) => {
      const manager = new Manager(server().url, { ...options, reconnection: false });
      t.after(() => manager._close());
      const sockets = ["/", "/custom", "/dynamic-5"].map((namespace) => manager.socket(namespace));
      await Promise.all(sockets.map(connected));
      for (const socket of sockets)
        assert.deepEqual(await call(socket, "message-with-ack", socket.nsp), socket.nsp);
      assert.equal(new Set(sockets.map(({ id }) => id)).size, 3);
    });

    scenario(`is told about an unknown namespace: ${what}`, async (t) => {
      const socket = createClient(t, server(), { namespace: "/unknown", ...options });
      const [error] = await nextEvent(socket, "connect_error");
      assert.equal(error.message, "Invalid namespace");
      assert.equal(error.data, undefined);
    });

    scenario(`hands over the handshake: ${what}`, async (t) => {
      const before = Date.now();
      const socket = await connectClient(t, server(), {
        ...options,
        auth: { token: "abc" },
        query: { room: "1 2&3", flag: true },
        extraHeaders: { "X-Custom": "value", origin: "https://page.example" },
      });
      const handshake = await call(socket, "handshake");
      assert.deepEqual(handshake.auth, { token: "abc" });
      assert.equal(handshake.query.room, "1 2&3");
      assert.equal(handshake.query.flag, "true");
      assert.equal(handshake.query.EIO, "4");
      assert.equal(handshake.query.transport, options.transports[0]);
      assert.equal(handshake.headers["x-custom"], "value");
      assert.match(handshake.address, /^(::ffff:)?127\.0\.0\.1$/);
      const { transport, address } = await call(socket, "connection");
      assert.ok(options.transports.includes(transport), transport);
      assert.equal(address, handshake.address);
      assert.equal(handshake.secure, false);
      assert.equal(handshake.xdomain, true);
      assert.ok(handshake.url.startsWith("/socket.io/?"));
      assert.ok(handshake.issued >= before - 1000 && handshake.issued <= Date.now() + 1000);
      assert.ok(Math.abs(Date.parse(handshake.time) - handshake.issued) < 2000, handshake.time);
    });
  }

  scenario("headers that come several times are as Node.js has them", async () => {
    const lines = [
      "cookie: io=1",
      "Cookie: session=2",
      "X-Forwarded-For: 10.0.0.1",
      "x-forwarded-for: 10.0.0.2",
      "Authorization: first",
      "authorization: second",
      "X-Empty:",
      "X-Empty: b",
      "Set-Cookie: a",
      "Set-Cookie: b",
      "Origin:",
    ];
    const connection = await RawConnection.open(server());
    const path = target(server(), { transport: "polling" });
    connection.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}\r\n\r\n`);
    const text = await connection.receive(/"sid":"[^"]+"/, "the handshake");
    const session = new PollingSession();
    session.server = server();
    session.sid = /"sid":"([^"]+)"/.exec(text)[1];
    await session.write("40");
    assert.match(await session.next(), /^40/);
    assert.match(await session.next(), /^42\["auth"/);
    await session.write('420["handshake"]');
    const answer = await session.next();
    assert.ok(answer.startsWith("430["), answer);
    const [{ headers, xdomain }] = JSON.parse(answer.slice(3));
    assert.equal(headers.cookie, "io=1; session=2");
    assert.equal(headers["x-forwarded-for"], "10.0.0.1, 10.0.0.2");
    assert.equal(headers.authorization, "first");
    assert.equal(headers["x-empty"], ", b");
    assert.equal([headers["set-cookie"]].flat().join("\n"), "a\nb");
    assert.equal(xdomain, false, "an Origin that says nothing");
    connection.destroy();
  });

  scenario("without an Origin a request is not cross-domain", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["websocket"] });
    assert.equal((await call(socket, "handshake")).xdomain, false);
  });

  scenario("an auth of half a megabyte arrives whole", async (t) => {
    const auth = { blob: "x".repeat(500_000) };
    const socket = createClient(t, server(), { auth });
    await connected(socket);
    const [, received] = await socket.events.next();
    assert.deepEqual(received, auth);
  });
});
