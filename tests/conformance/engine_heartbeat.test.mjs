// SPDX-License-Identifier: MIT
//
// Engine.IO heartbeat: the server pings every 300 ms and waits 200 ms for the pong.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { Socket } from "engine.io-client";
import { nextEvent } from "./support/deadline.mjs";
import { RawConnection, send } from "./support/http.mjs";
import { PollingSession, UNKNOWN_SESSION } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("engine", { pingTimeout: 200 });
const patientServer = useServer("engine");

// A busy machine may stop both sides for a while, and their clocks may lag. What matters is that a
// ping does not arrive at once.
const EARLY = 200;

describe("heartbeat over WebSocket", { concurrency: 4 }, () => {
  const open = (from = server) => WebSocketSession.open(from(), { pong: false });

  scenario(
    "the first ping comes after the interval, the next ones an interval after the pong",
    async () => {
      const session = await open(patientServer);
      for (let i = 0; i < 4; i++) {
        const start = performance.now();
        assert.equal(await session.next("ping"), "2");
        const waited = performance.now() - start;
        assert.ok(waited >= 300 - EARLY, `ping ${i} came after ${waited} ms`);
        session.send("3");
      }
      session.close();
    },
  );

  scenario("without a pong the session ends after interval and timeout", async () => {
    const session = await open();
    const start = performance.now();
    assert.equal(await session.next("ping"), "2");
    await session.closed();
    const waited = performance.now() - start;
    assert.ok(waited >= 500 - EARLY, `closed after ${waited} ms`);
  });

  scenario("frames other than a pong do not keep a session alive for ever", async () => {
    const session = await open();
    const talk = setInterval(() => session.send("4busy"), 20);
    const { code } = await session.closed();
    clearInterval(talk);
    assert.equal(code, 1005);
  });

  scenario("a late pong is in time as long as the timeout has not passed", async () => {
    const session = await open();
    for (let i = 0; i < 3; i++) {
      assert.equal(await session.next("ping"), "2");
      await session.packets.silence(100);
      session.send("3");
    }
    session.send("4alive");
    assert.equal(await session.next(), "4alive");
    session.close();
  });

  scenario("a pong that nobody asked for does no harm", async () => {
    const session = await open(patientServer);
    session.send("3", "3", "3unasked", "4alive");
    assert.equal(await session.next(), "4alive");
    assert.equal(await session.next("ping"), "2");
    session.send("3", "4alive");
    assert.equal(await session.next(), "4alive");
    session.close();
  });

  scenario("a ping from the client ends the session", async () => {
    for (const ping of ["2", "2probe", "2x"]) {
      const session = await open(patientServer);
      session.send(ping);
      await session.closed();
      assert.equal(session.packets.size, 0, "closed by its own heartbeat instead");
    }
  });

  scenario("a ping and a message do not get in each other's way", async () => {
    const session = await open(patientServer);
    const received = [];
    for (let i = 0; received.filter((packet) => packet === "2").length < 2; i++) {
      session.send(`4${i}`);
      for (let packet; packet !== `4${i}`; received.push(packet)) {
        packet = await session.next();
        if (packet === "2") session.send("3");
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const messages = received.filter((packet) => packet !== "2");
    assert.deepEqual(
      messages,
      messages.map((_, i) => `4${i}`),
    );
    session.close();
  });

  scenario("pings at the WebSocket level are answered and are no heartbeat", async () => {
    const session = await open();
    session.socket.ping("data");
    const [data] = await nextEvent(session.socket, "pong");
    assert.equal(data.toString(), "data");
    const keepAlive = setInterval(() => session.socket.ping(), 20);
    await session.closed();
    clearInterval(keepAlive);
  });
});

describe("heartbeat after an upgrade", () => {
  scenario("without pongs over WebSocket the session ends", async () => {
    const { sid } = await PollingSession.open(server());
    const socket = await WebSocketSession.connect(server(), { parameters: { sid }, pong: false });
    socket.send("2probe", "5");
    await socket.closed();
  });
});

describe("heartbeat over polling", { concurrency: 4 }, () => {
  scenario("the ping is the answer to a poll", async () => {
    const session = await PollingSession.open(patientServer());
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      assert.deepEqual(await session.poll(), ["2"]);
      assert.ok(performance.now() - start >= 300 - EARLY);
      await session.write("3");
    }
    await session.assertAlive();
  });

  scenario("the ping waits for a poll together with messages", async () => {
    const session = await PollingSession.open(patientServer());
    await session.write("4a");
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.deepEqual(await session.poll(), ["4a", "2"]);
    await session.write("3");
    await session.assertAlive();
  });

  scenario("without a pong the session is unknown after interval and timeout", async () => {
    const session = await PollingSession.open(server());
    assert.deepEqual(await session.poll(), ["2"]);
    await session.get();
    const answer = await send(server(), session.path());
    assert.deepEqual(JSON.parse(answer.body), UNKNOWN_SESSION);
  });

  scenario("a post that is underway when the session ends is cut", async () => {
    const session = await PollingSession.open(server());
    const post = await RawConnection.open(server());
    post.write(
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n4abc`,
    );
    await post.closed("the POST's connection");
    assert.equal(post.received, "");
    assert.deepEqual(JSON.parse((await session.get()).body), UNKNOWN_SESSION);
  });

  scenario("a session that nobody polls ends", async () => {
    const session = await PollingSession.open(server());
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.deepEqual(JSON.parse((await session.get()).body), UNKNOWN_SESSION);
  });
});

describe("heartbeat of the official client", { concurrency: 2 }, () => {
  for (const transport of ["polling", "websocket"]) {
    scenario(`it stays connected over ${transport}`, async (t) => {
      const client = new Socket(server().url, { transports: [transport] });
      t.after(() => client.close());
      await nextEvent(client, "open");
      for (let i = 0; i < 3; i++) await nextEvent(client, "heartbeat");
      client.send("still there");
      assert.deepEqual(await nextEvent(client, "message"), ["still there"]);
    });
  }
});
