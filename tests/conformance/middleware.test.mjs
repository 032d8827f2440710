// SPDX-License-Identifier: MIT
//
// What a connection middleware can do with a socket before it is connected: packet by packet, and
// with the official client.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient, connected, createClient, TRANSPORTS } from "./support/client.mjs";
import { Inbox, nextEvent } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer();
const namespace = "/inside";
const open = () => WebSocketSession.open(server());

/** Connects with these steps; returns the packets before the answer, and the answer. */
async function join(session, steps) {
  session.send(`40${namespace},${JSON.stringify({ steps })}`);
  const before = [];
  for (;;) {
    const packet = await session.next();
    if (/^4[04]/.test(packet)) return { before, answer: packet };
    before.push(packet);
  }
}

async function ask(session, event, ...args) {
  session.send(`42${namespace},9${JSON.stringify([event, ...args])}`);
  const answer = await session.next();
  assert.ok(answer.startsWith(`43${namespace},9`), answer);
  return JSON.parse(answer.slice(3 + `${namespace},`.length))[0];
}

/** The results of each step: packets before CONNECT, notes, and the rooms once connected. */
const TABLE = [
  { steps: [["emit", "early", "1"]], before: ['42/inside,["early","1"]'] },
  { steps: [["volatile", "early"]], before: ['42/inside,["early"]'] },
  {
    steps: [["watch"], ["emit", "early", "1"]],
    before: ['42/inside,["early","1"]'],
    notes: ["early"],
  },
  { steps: [["note"]], notes: [{ connected: false, rooms: [] }] },
  {
    steps: [["join", "a"], ["join", "b"], ["leave", "a"], ["note"]],
    notes: [{ connected: false, rooms: ["b"] }],
    rooms: ["b"],
  },
  { steps: [["leave", "own"], ["note"]], notes: [{ connected: false, rooms: [] }] },
  {
    steps: [["join", "own"], ["note"], ["in-room", "own", "early"]],
    notes: [{ connected: false, rooms: ["own"] }],
  },
  {
    steps: [
      ["all", "early"],
      ["broadcast", "early"],
    ],
  },
  {
    steps: [
      ["join", "a"],
      ["in-room", "a", "early"],
      ["to-room", "a", "early"],
    ],
    rooms: ["a"],
  },
  {
    steps: [
      ["join", "a"],
      ["sockets-join", "a", "b"],
      ["sockets-join", "own", "c"],
    ],
    rooms: ["a"],
  },
  { steps: [["disconnect"]] },
  { steps: [["disconnect-hard"]] },
  { steps: [["next"], ["emit", "after next", "1"]], before: ['42/inside,["after next","1"]'] },
  {
    steps: [["next"], ["join", "a"], ["note"]],
    notes: [{ connected: false, rooms: ["a"] }],
    rooms: ["a"],
  },
];

describe("on the wire", () => {
  for (const { steps, before = [], notes = null, rooms = [] } of TABLE) {
    scenario(`steps ${JSON.stringify(steps)}`, async () => {
      const session = await open();
      const joined = await join(session, steps);
      assert.deepEqual(joined.before, before);
      const { sid } = JSON.parse(joined.answer.slice(2 + `${namespace},`.length));
      assert.ok((await session.next()).startsWith('42/inside,["auth",'), "nothing in between");
      const seen = await ask(session, "get-data");
      assert.deepEqual(seen?.filter((note) => note !== "auth") ?? null, notes);
      assert.deepEqual(await ask(session, "rooms"), [...rooms, sid].sort());
      session.close();
    });
  }

  scenario("a refusal comes behind what was emitted; rooms are left", async () => {
    const session = await open();
    const { before, answer } = await join(session, [
      ["join", "a"],
      ["emit", "early", "1"],
      ["refuse", "no"],
      ["emit", "late", "2"],
    ]);
    assert.deepEqual(before, ['42/inside,["early","1"]', '42/inside,["late","2"]']);
    assert.equal(answer, '44/inside,{"message":"no"}');
    await join(session, []);
    assert.ok((await session.next()).startsWith('42/inside,["auth",'));
    assert.deepEqual(await ask(session, "fetch", "a"), []);
    session.close();
  });

  scenario("an answer that comes before the CONNECT ends the session", async () => {
    const session = await open();
    session.send("40/never,", '43/never,0["answer"]');
    await session.closed();
  });
});

describe("the official client", () => {
  for (const [what, options] of Object.entries(TRANSPORTS)) {
    const create = (t, steps) =>
      createClient(t, server(), { namespace, auth: { steps }, ...options });

    scenario(`gets what is emitted before it hears that it is connected: ${what}`, async (t) => {
      const socket = create(t, [["emit", "session", "0123456789abcdef"]]);
      const order = new Inbox();
      socket.on("session", (id) => order.push(`session ${id}`));
      socket.on("connect", () => order.push("connect"));
      socket.on("auth", () => order.push("auth"));
      assert.equal(await order.next(), "session 0123456789abcdef");
      assert.equal(await order.next(), "connect");
      assert.equal(await order.next(), "auth");
    });

    scenario(`answers a question once it is connected: ${what}`, async (t) => {
      const socket = create(t, [["ask", "question"]]);
      socket.on("question", (ack) => ack("answer"));
      assert.deepEqual(await nextEvent(socket, "answered"), ["answer"]);
    });

    scenario(`is heard by what was registered there: ${what}`, async (t) => {
      const socket = create(t, [["listen", "hello"]]);
      await connected(socket);
      socket.emit("hello");
      await nextEvent(socket, "heard");
    });

    scenario(`others in its rooms hear of it, it does not: ${what}`, async (t) => {
      const member = await connectClient(t, server(), {
        namespace,
        auth: { steps: [["join", "a"]] },
        ...options,
      });
      const socket = create(t, [
        ["join", "a"],
        ["to-room", "a", "arrival"],
        ["broadcast", "news"],
      ]);
      await connected(socket);
      assert.deepEqual(await member.events.next(), ["arrival"]);
      assert.deepEqual(await member.events.next(), ["news"]);
      assert.equal((await socket.events.next())[0], "auth");
      assert.equal((await call(socket, "fetch", "a")).length, 2);
      await socket.events.silence();
    });
  }
});
