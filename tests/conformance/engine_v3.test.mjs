// SPDX-License-Identifier: MIT
//
// Engine.IO protocol 3 from raw requests: handshake, payloads, heartbeat, closing, upgrade. What
// its own test suite asks for, and what is different in payloads of bytes.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { send, target } from "./support/http.mjs";
import { park } from "./support/parking.mjs";
import { PollingSession } from "./support/polling.mjs";
import { PollingSessionV3, decode, encode, encodeBytes } from "./support/polling_v3.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("engine", { flags: ["--eio3"] });
const hastyServer = useServer("engine", { pingTimeout: 200, flags: ["--eio3"] });
const refusingServer = useServer("engine");

const open = (options) => PollingSessionV3.open(server(), options);
const openWebSocket = ({ from = server, parameters } = {}) =>
  WebSocketSession.open(from(), { parameters: { EIO: "3", ...parameters }, pong: false });

const BYTES = Buffer.from([1, 2, 3, 4]);
const OCTETS = "application/octet-stream";

describe("handshake", () => {
  scenario("over polling, without EIO or with 3", async () => {
    for (const EIO of [undefined, "3", "2"]) {
      const { handshake } = await open({ parameters: { EIO } });
      assert.deepEqual(Object.keys(handshake), [
        "sid",
        "upgrades",
        "pingInterval",
        "pingTimeout",
        "maxPayload",
      ]);
      assert.deepEqual(handshake.upgrades, ["websocket"]);
      assert.equal(handshake.pingInterval, 300);
    }
  });

  scenario("over WebSocket", async () => {
    const session = await openWebSocket();
    assert.deepEqual(session.handshake.upgrades, []);
    session.close();
  });

  scenario("is refused unless the server allows it", async () => {
    const path = target(refusingServer(), { EIO: "3", transport: "polling" });
    const answer = await send(refusingServer(), path);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), { code: 5, message: "Unsupported protocol version" });
  });

  scenario("unknown transports and POSTs are refused", async () => {
    const unknown = target(server(), { EIO: "3", transport: "abc" });
    assert.equal(JSON.parse((await send(server(), unknown)).body).code, 0);
    const post = target(server(), { EIO: "3", transport: "polling" });
    assert.equal(JSON.parse((await send(server(), post, { method: "POST" })).body).code, 2);
  });

  scenario("JSONP is refused", { differs: "it still serves JSONP" }, async () => {
    const path = target(server(), { EIO: "3", transport: "polling", j: "0" });
    const answer = await send(server(), path);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), { code: 0, message: "Transport unknown" });
  });

  scenario("a session keeps its protocol", async () => {
    const older = await open();
    const newer = await PollingSession.open(server());
    for (const path of [older.path({ EIO: "4" }), newer.path({ EIO: "3" })]) {
      const answer = await send(server(), path);
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(answer.body), { code: 3, message: "Bad request" });
    }
  });

  scenario("clients of protocol 4 are served as before", async () => {
    const session = await PollingSession.open(server());
    await session.assertAlive();
  });
});

describe("payloads", () => {
  scenario("messages come back, in order", async () => {
    const session = await open();
    await session.write("4one", "4", "4three");
    const answer = await session.get();
    assert.equal(answer.body, "4:4one1:46:4three");
    assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
  });

  scenario("lengths are counted in UTF-16 code units", async () => {
    const session = await open();
    await session.write("4grüße €", "4🚀🚀", "4\x1e");
    assert.equal((await session.get()).body, "8:4grüße €5:4🚀🚀2:4\x1e");
  });

  scenario("binary travels as base64 if the client has asked for that", async () => {
    const session = await open({ parameters: { b64: "1" } });
    await session.write(`b4${BYTES.toString("base64")}`, "4text");
    assert.deepEqual(await session.poll(), ["b4AQIDBA==", "4text"]);
  });

  scenario("otherwise a payload with binary is bytes", async () => {
    const session = await open();
    await session.write("4grüße", `b4${BYTES.toString("base64")}`);
    const answer = await session.get();
    assert.equal(answer.headers["content-type"], OCTETS);
    assert.deepEqual(answer.bytes, encodeBytes("4grüße", Buffer.from([4, ...BYTES])));
  });

  scenario("a POST of bytes", async () => {
    const session = await open({ parameters: { b64: "1" } });
    const binary = Buffer.from([4, ...BYTES]);
    const answer = await session.post(encodeBytes("4grüße", binary, "2"), OCTETS);
    assert.equal(answer.body, "ok");
    assert.deepEqual(await session.poll(), ["4grüße", "b4AQIDBA==", "3"]);
  });

  for (const [what, payload] of Object.entries({
    "no length": "abc",
    "no packet": "",
    "a length that is too short": "4:4abcd",
    "a length that is too long": "9:4abcd",
    "an unknown type": encode("7"),
  })) {
    scenario(`${what} ends the session`, async () => {
      const session = await open();
      await session.post(payload);
      await session.assertClosed();
    });
  }

  scenario("packets before an error are handled", async () => {
    const session = await open();
    const { answer } = await park(session);
    await session.post("4:4one9:4");
    assert.deepEqual(decode((await answer).body)[0], "4one");
    await session.assertClosed();
  });
});

describe("requests", () => {
  scenario("two polls at the same time end the session", async () => {
    const session = await open();
    const statuses = [session.get(), session.get()].map(async (poll) => (await poll).status);
    assert.deepEqual((await Promise.all(statuses)).sort(), [200, 400]);
    await session.assertClosed();
  });

  scenario("a close packet answers the poll that waits", async () => {
    const session = await open();
    const { answer } = await park(session);
    await session.write("1");
    assert.deepEqual(decode((await answer).body), ["6"]);
    assert.equal((await session.get()).status, 400);
  });
});

describe("messages over WebSocket", () => {
  scenario("text and binary, which has its type in front", async () => {
    const session = await openWebSocket();
    session.send("4hello", Buffer.from([4, ...BYTES]));
    assert.equal(await session.next(), "4hello");
    assert.deepEqual(await session.next(), Buffer.from([4, ...BYTES]));
    session.close();
  });

  scenario("binary as base64 if the client has asked for that", async () => {
    const session = await openWebSocket({ parameters: { b64: "1" } });
    session.send(Buffer.from([4, ...BYTES]), "b4AQIDBA==");
    assert.equal(await session.next(), "b4AQIDBA==");
    assert.equal(await session.next(), "b4AQIDBA==");
    session.close();
  });

  for (const packet of ["7", "abc", ""]) {
    scenario(`the packet "${packet}" ends the session`, async () => {
      const session = await openWebSocket();
      session.send(packet);
      await session.closed();
    });
  }

  scenario("a close packet ends the session", { differs: "it ignores it" }, async () => {
    const session = await openWebSocket();
    session.send("1");
    await session.closed();
  });
});

describe("heartbeat", { concurrency: 4 }, () => {
  scenario("the server answers pings, and sends none", async () => {
    const session = await openWebSocket();
    for (let i = 0; i < 3; i++) {
      await session.packets.silence(200);
      session.send("2");
      assert.equal(await session.next("pong"), "3");
    }
    session.close();
  });

  scenario("over polling, too", async () => {
    const session = await open();
    await session.write("2");
    assert.deepEqual(await session.poll(), ["3"]);
  });

  scenario("without pings a session ends, whatever else the client sends", async () => {
    const session = await openWebSocket({ from: hastyServer });
    const talk = setInterval(() => session.send("4busy"), 20);
    await session.closed();
    clearInterval(talk);
  });

  scenario("over polling it ends, too", async () => {
    const session = await PollingSessionV3.open(hastyServer());
    await session.assertClosed();
  });

  scenario("a pong from the client ends the session", async () => {
    const session = await openWebSocket();
    session.send("3");
    await session.closed();
  });

  scenario(
    "after an upgrade a client that does not ping is still noticed",
    { differs: "its timer is not started again" },
    async () => {
      const session = await PollingSessionV3.open(hastyServer());
      const socket = await candidate(session, hastyServer);
      socket.send("2probe");
      assert.equal(await socket.next(), "3probe");
      socket.send("5");
      await socket.closed();
    },
  );
});

function candidate({ sid }, from = server) {
  return WebSocketSession.connect(from(), { parameters: { EIO: "3", sid }, pong: false });
}

describe("upgrade", () => {
  scenario("probe, noop for the poll that waits, upgrade, and what waited", async () => {
    const session = await open();
    const poll = session.get();
    const socket = await candidate(session);
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    assert.deepEqual(decode((await poll).body), ["6"]);
    await session.write("4grüße", "b4AQIDBA==");
    socket.send("5");
    assert.equal(await socket.next(), "4grüße");
    assert.deepEqual(await socket.next(), Buffer.from([4, ...BYTES]));
    socket.send("4over WebSocket");
    assert.equal(await socket.next(), "4over WebSocket");
    assert.equal((await session.get()).status, 400);
    socket.close();
  });

  scenario("a candidate that goes leaves the session over polling", async () => {
    const session = await open();
    const socket = await candidate(session);
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    socket.close();
    await session.write("4still there?");
    let packets = [];
    while (packets.length === 0) packets = (await session.poll()).filter((each) => each !== "6");
    assert.deepEqual(packets, ["4still there?"]);
  });

  scenario("anything but a probe closes the candidate", async () => {
    const session = await open();
    const socket = await candidate(session);
    socket.send("4abc");
    await socket.closed();
    await session.write("4still there?");
    assert.deepEqual(await session.poll(), ["4still there?"]);
  });
});
