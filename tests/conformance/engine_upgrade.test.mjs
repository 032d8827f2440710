// SPDX-License-Identifier: MIT
//
// From long-polling to WebSocket: the probe, what can go wrong with it, and messages that are
// sent meanwhile.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { Socket } from "engine.io-client";
import { Inbox, nextEvent, until } from "./support/deadline.mjs";
import { RawConnection, send, target } from "./support/http.mjs";
import { PollingSession, UNKNOWN_SESSION } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("engine");
const open = () => PollingSession.open(server());
const candidate = ({ sid }, options) =>
  WebSocketSession.connect(server(), { parameters: { sid }, ...options });

async function probe(session) {
  const socket = await candidate(session);
  socket.send("2probe");
  assert.equal(await socket.next(), "3probe");
  return socket;
}

async function upgrade(session) {
  const socket = await probe(session);
  socket.send("5");
  return socket;
}

async function assertEchoes(socket, message = "4over WebSocket") {
  socket.send(message);
  assert.equal(await socket.next(), message);
}

/** The candidate was refused or closed without a packet, and the session continues over polling. */
async function assertCandidateClosed(session, socket) {
  await socket.closed("the candidate's end");
  assert.equal(socket.packets.size, 0);
  await session.assertAlive();
}

describe("upgrade", () => {
  scenario("probe, answer, upgrade: the session goes on over WebSocket", async () => {
    const session = await open();
    const socket = await upgrade(session);
    await assertEchoes(socket);
    socket.send(Buffer.from([1, 2, 3]));
    assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
    socket.close();
  });

  scenario("a poll that waits is answered with a noop once the probe has come", async () => {
    const session = await open();
    const { answer } = await session.park();
    const socket = await probe(session);
    assert.equal((await answer).body, "6");
    socket.send("5");
    await assertEchoes(socket);
    socket.close();
  });

  scenario("each poll after the probe is let go too", async () => {
    const session = await open();
    const socket = await probe(session);
    for (let i = 0; i < 2; i++) assert.deepEqual(await session.poll(), ["6"]);
    socket.send("5");
    await assertEchoes(socket);
    socket.close();
  });

  scenario("polling works both ways while the probe is under way", async () => {
    const session = await open();
    const socket = await probe(session);
    for (const text of ["4one", "4two", "bAQID"]) {
      await session.write(text);
      assert.equal(await session.next(), text);
    }
    assert.equal(socket.packets.size, 0);
    socket.send("5");
    await assertEchoes(socket);
    socket.close();
  });

  scenario("what waits for a poll at the switch comes over WebSocket, in order", async () => {
    const session = await open();
    const socket = await probe(session);
    await session.write("4one", "4two");
    socket.send("5");
    socket.send("4three");
    assert.equal(await socket.next(), "4one");
    assert.equal(await socket.next(), "4two");
    assert.equal(await socket.next(), "4three");
    socket.close();
  });

  scenario("a poll that still waits at the switch is told to close", async () => {
    await until(async () => {
      const session = await open();
      const socket = await probe(session);
      const { answer } = await session.park();
      socket.send("5");
      await assertEchoes(socket);
      socket.close();
      const { body } = await answer;
      // On a busy machine a ping or noop may come first.
      assert.match(body, /^[126]$/);
      return body === "1";
    }, "a poll that waits at the switch");
  });

  scenario("the heartbeat goes on over WebSocket", async () => {
    const session = await open();
    const socket = await candidate(session, { pong: false });
    socket.send("2probe", "5");
    assert.equal(await socket.next(), "3probe");
    for (let i = 0; i < 2; i++) {
      assert.equal(await socket.next("ping"), "2");
      socket.send("3");
    }
    socket.close();
  });

  scenario("closing the WebSocket afterwards ends the session", async () => {
    const session = await open();
    const socket = await upgrade(session);
    await assertEchoes(socket);
    socket.socket.close();
    await socket.closed();
    await until(async () => {
      const answer = await send(
        server(),
        target(server(), { transport: "polling", sid: session.sid }),
      );
      return JSON.parse(answer.body).code === UNKNOWN_SESSION.code;
    }, "the session's end");
  });
});

describe("polling after the upgrade", () => {
  scenario("polls and posts are refused with code 3, the session goes on", async () => {
    const session = await open();
    const socket = await upgrade(session);
    await assertEchoes(socket);
    for (const answer of [await session.get(), await session.post("4stray")]) {
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(answer.body), { code: 3, message: "Bad request" });
    }
    await assertEchoes(socket, "4the stray one did not come");
    socket.close();
  });
});

describe("what is no upgrade", () => {
  for (const [what, packets] of [
    ["a probe with another word", ["2prob"]],
    ["a probe without a word", ["2"]],
    ["a message before the upgrade", ["4early"]],
    ["a message between probe and upgrade", ["2probe", "4early"]],
    ["a pong", ["3probe"]],
    ["an unknown packet", ["x"]],
    ["an empty packet", [""]],
    ["binary", [Buffer.from("2probe")]],
    ["a close packet", ["1"]],
  ]) {
    scenario(`${what} closes the candidate, the session goes on`, async () => {
      const session = await open();
      const socket = await candidate(session);
      socket.send(...packets);
      if (packets.length > 1) assert.equal(await socket.next(), "3probe");
      await assertCandidateClosed(session, socket);
      const second = await upgrade(session);
      await assertEchoes(second);
      second.close();
    });
  }

  scenario("5 without a probe closes the candidate only", { differs: "it is accepted" }, async () => {
    const session = await open();
    const socket = await candidate(session);
    socket.send("5");
    await assertCandidateClosed(session, socket);
  });

  scenario("a second probe closes the candidate only", { differs: "it is answered" }, async () => {
    const session = await open();
    const socket = await probe(session);
    socket.send("2probe");
    await assertCandidateClosed(session, socket);
  });

  scenario(
    "a candidate that goes away during the probe leaves the session on polling",
    async () => {
      const session = await open();
      const socket = await probe(session);
      socket.close();
      await session.assertAlive();
      await until(async () => {
        const second = await candidate(session);
        second.send("2probe");
        const answer = await second.next().catch(() => undefined);
        if (answer !== "3probe") return false;
        second.send("5");
        await assertEchoes(second);
        second.close();
        return true;
      }, "the second attempt");
    },
  );

  for (const [what, packets] of [
    ["that says nothing", []],
    ["that only probes", ["2probe"]],
  ]) {
    scenario(
      `a candidate ${what} is closed after the upgrade timeout, the session lives on`,
      async () => {
        const session = await open();
        const socket = await candidate(session);
        socket.send(...packets);
        const start = performance.now();
        let isClosed = false;
        socket.closed().then(() => (isClosed = true));
        while (!isClosed) await session.assertAlive();
        assert.ok(performance.now() - start > 900, "closed before the upgrade timeout");
        await session.assertAlive();
      },
    );
  }

  scenario("a post that is underway is cut: what it would bring has nowhere to go", async () => {
    const session = await open();
    const post = await RawConnection.open(server());
    post.write(
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n4abc`,
    );
    for (let i = 0; i < 2; i++) await send(server(), "/");
    const socket = await upgrade(session);
    await post.closed("the POST's connection");
    assert.equal(post.received, "");
    await assertEchoes(socket);
    socket.close();
  });

  scenario("the session's end closes the candidate", async () => {
    const session = await open();
    const socket = await probe(session);
    await session.write("1");
    await socket.closed();
  });
});

describe("a second WebSocket", () => {
  async function assertRefused(session) {
    const outcome = await candidate(session)
      .then((second) => {
        second.send("2probe");
        return second.next();
      })
      .catch((error) => error);
    assert.ok(outcome instanceof Error, `it got ${outcome}`);
  }

  scenario("during the probe it is refused, the first one is not disturbed", async () => {
    const session = await open();
    const socket = await probe(session);
    await assertRefused(session);
    socket.send("5");
    await assertEchoes(socket);
    socket.close();
  });

  scenario("after the upgrade it is refused, the first one is not disturbed", async () => {
    const session = await open();
    const socket = await upgrade(session);
    await assertEchoes(socket);
    await assertRefused(session);
    await assertEchoes(socket);
    socket.close();
  });

  scenario(
    "for a session that began with WebSocket it does not disturb the first one",
    async () => {
      const session = await WebSocketSession.open(server());
      await candidate(session).then(
        async (second) => {
          second.send("2probe");
          await second.next().catch(() => {});
          second.close();
        },
        () => {},
      );
      await assertEchoes(session);
      session.close();
    },
  );
});

describe("upgrade of the official client", () => {
  scenario("nothing is lost, doubled or out of order while it upgrades", async (t) => {
    for (let round = 0; round < 5; round++) {
      const client = new Socket(server().url, { transports: ["polling", "websocket"] });
      t.after(() => client.close());
      const received = new Inbox();
      client.on("message", (data) => received.push(data));
      await nextEvent(client, "open");
      let upgraded = false;
      client.once("upgrade", () => (upgraded = true));
      let sent = 0;
      for (let after = 0; after < 20; after += upgraded ? 1 : 0) {
        client.send(`message ${sent++}`);
        if (sent % 3 === round % 3) await new Promise((resolve) => setTimeout(resolve, 1));
        else await new Promise(setImmediate);
        assert.ok(sent < 100_000, "no upgrade");
      }
      for (let i = 0; i < sent; i++)
        assert.equal(await received.next(`message ${i}`), `message ${i}`);
      assert.equal(received.size, 0);
      assert.equal(client.transport.name, "websocket");
      client.close();
    }
  });

  scenario("binary and text keep their order over the switch", async (t) => {
    const client = new Socket(server().url, { transports: ["polling", "websocket"] });
    t.after(() => client.close());
    const received = new Inbox();
    client.on("message", (data) => received.push(data));
    await nextEvent(client, "open");
    const upgraded = nextEvent(client, "upgrade");
    const expected = [];
    for (let i = 0; i < 30; i++) {
      expected.push(i % 2 ? Buffer.from([i]) : `text ${i}`);
      client.send(expected[i]);
      await new Promise(setImmediate);
    }
    await upgraded;
    for (const item of expected) assert.deepEqual(await received.next(), item);
  });

  scenario("it keeps polling when it is told not to upgrade", async (t) => {
    const client = new Socket(server().url, {
      transports: ["polling", "websocket"],
      upgrade: false,
    });
    t.after(() => client.close());
    await nextEvent(client, "open");
    await nextEvent(client, "heartbeat");
    await nextEvent(client, "heartbeat");
    assert.equal(client.transport.name, "polling");
  });
});
