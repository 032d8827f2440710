// SPDX-License-Identifier: MIT
//
// Rooms, broadcasts with all their operators, broadcasts with acknowledgements, and what the server
// does to the sockets of a room.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient, connectClients, settled } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { hasLoops, useServer } from "./support/server.mjs";

const server = useServer();

// Cases share a server and the main namespace. Each broadcasts in a namespace of its own, so that
// its events stay there.
let namespaces = 0;
const freshNamespace = () => `/dynamic-${++namespaces}`;

/**
 * As many clients in a namespace of their own. Each joins the rooms that are listed at its index.
 */
async function assemble(t, rooms, options) {
  const clients = await connectClients(t, server(), rooms.length, {
    namespace: freshNamespace(),
    ...options,
  });
  for (const [i, client] of clients.entries()) {
    for (const room of rooms[i]) await join(client, room);
  }
  return clients;
}

const acknowledged = (client, ...event) =>
  new Promise((resolve) => client.emit(...event, (...args) => resolve(args)));
const join = (client, room) => acknowledged(client, "join", room);
const leave = (client, room) => acknowledged(client, "leave", room);

/**
 * Exactly the clients with these indexes have received exactly this event. `sender` is asked last,
 * when it has finished.
 */
async function assertReceived(clients, places, event, sender = clients[0]) {
  await settled(sender);
  for (const client of clients) await settled(client);
  for (const [i, client] of clients.entries()) {
    const received = [];
    while (client.events.size > 0) received.push(await client.events.next());
    assert.deepEqual(received, places.includes(i) ? [event] : [], `client ${i}`);
  }
}

async function assertReceivedFrom(sender, receivers) {
  sender.emit("all", "news");
  for (const receiver of receivers) assert.deepEqual(await receiver.events.next(), ["news"]);
}

describe("membership", () => {
  scenario("a socket leaves all rooms, its own as well", async (t) => {
    const client = await connectClient(t, server());
    await join(client, "a");
    await acknowledged(client, "leave-all");
    assert.deepEqual(await call(client, "rooms"), []);
    client.emit("in-room", client.id, "missed");
    await settled(client);
    assert.equal(client.events.size, 0);
  });

  scenario(
    "a socket that has left all rooms is still one of everybody",
    { differs: "it forgets the socket until it joins a room" },
    async (t) => {
      const [client, other] = await assemble(t, [[], []]);
      await acknowledged(client, "leave-all");
      await assertReceivedFrom(other, [client, other]);
    },
  );

  scenario("a socket is in the room of its id, joins and leaves others", async (t) => {
    const client = await connectClient(t, server());
    assert.deepEqual(await call(client, "rooms"), [client.id]);
    await join(client, "a");
    await join(client, ["b", "c", "a"]);
    assert.deepEqual(await call(client, "rooms"), ["a", "b", "c", client.id].sort());
    await leave(client, "b");
    await leave(client, "never joined");
    assert.deepEqual(await call(client, "rooms"), ["a", "c", client.id].sort());
  });

  scenario("a room is of its namespace alone", async (t) => {
    const main = await connectClient(t, server());
    const custom = await connectClient(t, server(), { namespace: "/custom" });
    await join(main, "shared name");
    await join(custom, "shared name");
    main.emit("in-room", "shared name", "note");
    await assertReceived([main, custom], [0], ["note"]);
  });

  scenario("a room may have any name", async (t) => {
    const [client] = await assemble(t, [[]]);
    for (const room of [
      "",
      " ",
      "€ \u{1F680}",
      "__proto__",
      "constructor",
      "x".repeat(1_024),
      "a,b",
      '"',
    ]) {
      await join(client, room);
      client.emit("in-room", room, "note");
      assert.deepEqual(await client.events.next(), ["note"]);
      await leave(client, room);
    }
    assert.deepEqual(await call(client, "rooms"), [client.id]);
  });

  scenario("rooms are left on disconnect", async (t) => {
    const [one, two] = await assemble(t, [["a"], ["a"]]);
    one.disconnect();
    await until(
      async () => (await call(two, "fetch", "a")).length === 1,
      "the first one's leaving",
    );
    assert.deepEqual(await call(two, "fetch", "a"), [two.id]);
  });
});

describe("broadcasts", () => {
  const cases = [
    [
      "to a room, without the sender",
      ["to-room", "a", "note", 1],
      [["a"], ["a"], ["a"], ["b"], []],
      [1, 2],
    ],
    [
      "to a room that the sender is not in",
      ["to-room", "b", "note", 1],
      [["a"], ["a"], ["b"]],
      [2],
    ],
    [
      "to several rooms, each socket once",
      ["to-room", ["a", "b"], "note", 1],
      [["a"], ["a", "b"], ["b"], ["c"]],
      [1, 2],
    ],
    [
      "to a room except another",
      ["to-room-except", "a", "b", "note", 1],
      [["a"], ["a"], ["a", "b"], ["b"]],
      [1],
    ],
    [
      "to a room except several",
      ["to-room-except", "a", ["b", "c"], "note", 1],
      [[], ["a"], ["a", "b"], ["a", "c"]],
      [1],
    ],
    ["in a room, the sender included", ["in-room", "a", "note", 1], [["a"], ["a"], ["b"]], [0, 1]],
    ["in several rooms", ["in-room", ["a", "b"], "note", 1], [["a"], ["b", "a"], ["c"]], [0, 1]],
    [
      "to all except a room",
      ["except-room", "a", "note", 1],
      [[], ["a"], ["b"], ["a", "b"]],
      [0, 2],
    ],
    [
      "to all except several rooms",
      ["except-room", ["a", "b"], "note", 1],
      [[], ["a"], ["b"], ["c"]],
      [0, 3],
    ],
    ["to all but the sender", ["broadcast", "note", 1], [[], [], []], [1, 2]],
    ["to all", ["all", "note", 1], [[], [], []], [0, 1, 2]],
    ["to all of this node", ["local", "note", 1], [[], [], []], [0, 1, 2]],
    ["to an empty room", ["in-room", "nobody", "note", 1], [["a"], ["a"]], []],
    ["to the room of the sender's id", ["in-room", "nobody", "note"], [[]], []],
  ];
  for (const [what, event, rooms, places] of cases) {
    if (hasLoops && event[0] === "local") continue;
    scenario(what, async (t) => {
      const clients = await assemble(t, rooms);
      clients[0].emit(...event);
      await assertReceived(clients, places, ["note", 1]);
    });
  }

  scenario("to one socket by its id", async (t) => {
    const clients = await assemble(t, [[], [], []]);
    clients[0].emit("to-room", clients[2].id, "note", "private");
    await assertReceived(clients, [2], ["note", "private"]);
  });

  scenario("except one socket by its id", async (t) => {
    const clients = await assemble(t, [[], [], []]);
    clients[0].emit("except-room", clients[2].id, "note");
    await assertReceived(clients, [0, 1], ["note"]);
  });

  scenario("with binary, over every transport", async (t) => {
    const namespace = freshNamespace();
    const clients = [];
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      clients.push(await connectClient(t, server(), { namespace, transports }));
    }
    clients[0].emit("all", "note", Buffer.from([1, 2]), { deep: [Buffer.from([3])] });
    await assertReceived(
      clients,
      [0, 1, 2],
      ["note", Buffer.from([1, 2]), { deep: [Buffer.from([3])] }],
    );
  });

  scenario("in order, interleaved with events to one", async (t) => {
    const [one, two] = await assemble(t, [["a"], ["a"]]);
    for (let i = 0; i < 100; i++) {
      one.emit("in-room", "a", "note", i, i % 5 === 0 ? Buffer.from([i]) : null);
      one.emit("to-room", two.id, "private", i);
    }
    for (let i = 0; i < 100; i++) {
      assert.deepEqual((await two.events.next()).slice(0, 2), ["note", i]);
      assert.deepEqual(await two.events.next(), ["private", i]);
    }
  });

  scenario("do not reach a socket that has left", async (t) => {
    const clients = await assemble(t, [["a"], ["a"], ["a"]]);
    await leave(clients[1], "a");
    clients[2].disconnect();
    await until(
      async () => (await call(clients[0], "fetch", "a")).length === 1,
      "the disconnection",
    );
    clients[0].emit("in-room", "a", "note");
    await assertReceived(clients.slice(0, 2), [0], ["note"]);
  });

  scenario("wait for a polling client's next poll", async (t) => {
    const namespace = freshNamespace();
    const sender = await connectClient(t, server(), { namespace });
    const session = await PollingSession.open(server());
    await session.write(`40${namespace},`);
    await session.next();
    await session.next();
    sender.emit("all", "note", 1);
    sender.emit("all", "note", Buffer.from([2]));
    await settled(sender);
    assert.equal(await session.next(), `42${namespace},["note",1]`);
    assert.equal(await session.next(), `451-${namespace},["note",{"_placeholder":true,"num":0}]`);
    assert.equal(await session.next(), "bAg==");
  });

  scenario("to a hundred clients reach each of them once", async (t) => {
    const clients = await assemble(
      t,
      Array.from({ length: 100 }, (_, i) => (i % 2 ? ["odd"] : [])),
      { transports: ["websocket"] },
    );
    clients[0].emit("in-room", "odd", "note", 1);
    await assertReceived(
      clients,
      clients.map((_, i) => i).filter((i) => i % 2),
      ["note", 1],
    );
  });
});

describe("questions to many", () => {
  scenario("collect everybody's first answer", async (t) => {
    const clients = await assemble(t, [["a"], ["a"], ["a"], []]);
    for (const [i, client] of clients.entries()) client.on("question", (ack) => ack(i, "not this"));
    const { responses, error } = await call(clients[0], "ask-all", "a", "question", 2000);
    assert.equal(error, null);
    assert.deepEqual(responses.sort(), [0, 1, 2]);
  });

  scenario("collect binary answers", async (t) => {
    const clients = await assemble(t, [["a"], ["a"]]);
    for (const client of clients) client.on("question", (ack) => ack(Buffer.from([7])));
    const { responses } = await call(clients[0], "ask-all", "a", "question", 2000);
    assert.deepEqual(responses, [Buffer.from([7]), Buffer.from([7])]);
  });

  scenario("to nobody are answered at once, by nothing", async (t) => {
    const [client] = await assemble(t, [[]]);
    assert.deepEqual(await call(client, "ask-all", "nobody", "question", 2000), {
      responses: [],
      error: null,
    });
  });

  scenario("end at the timeout with the answers that came", async (t) => {
    const clients = await assemble(t, [["a"], ["a"], ["a"]]);
    clients[0].on("question", (ack) => ack("first"));
    clients[2].on("question", (ack) => ack("third"));
    const { responses, error } = await call(clients[0], "ask-all", "a", "question", 300);
    assert.equal(error, "operation has timed out");
    assert.deepEqual(responses.sort(), ["first", "third"]);
  });

  scenario("end at the timeout when somebody leaves meanwhile", async (t) => {
    const clients = await assemble(t, [["a"], ["a"]]);
    clients[0].on("question", (ack) => ack("stays"));
    clients[1].on("question", () => clients[1].disconnect());
    const { responses } = await call(clients[0], "ask-all", "a", "question", 300);
    assert.deepEqual(responses, ["stays"]);
  });
});

describe("sockets by room", () => {
  scenario("are listed by id", async (t) => {
    const clients = await assemble(t, [["a"], ["a", "b"], ["b"], []]);
    const ids = (...places) => places.map((i) => clients[i].id).sort();
    assert.deepEqual(await call(clients[0], "fetch", "a"), ids(0, 1));
    assert.deepEqual(await call(clients[0], "fetch", ["a", "b"]), ids(0, 1, 2));
    assert.deepEqual(await call(clients[0], "fetch", "nobody"), []);
    assert.deepEqual(await call(clients[0], "fetch", clients[3].id), ids(3));
    assert.deepEqual(await call(clients[0], "fetch-all"), ids(0, 1, 2, 3));
  });

  scenario("show their rooms, data and handshake", async (t) => {
    const [client] = await assemble(t, [["a", "b"]], { auth: { user: "x" } });
    assert.deepEqual(await call(client, "fetch-details", "a"), [
      { id: client.id, rooms: ["a", "b", client.id].sort(), data: {}, auth: { user: "x" } },
    ]);
    await acknowledged(client, "set-data", { score: 3 });
    const [{ data }] = await call(client, "fetch-details", "a");
    assert.deepEqual(data, { value: { score: 3 } });
  });

  scenario("are made to join and to leave", async (t) => {
    const clients = await assemble(t, [["a"], ["a"], []]);
    clients[0].emit("sockets-join", "a", "new");
    assert.deepEqual(await call(clients[0], "fetch", "new"), [clients[0].id, clients[1].id].sort());
    clients[0].emit("sockets-leave", "new", "a");
    assert.deepEqual(await call(clients[0], "fetch", "a"), []);
    assert.deepEqual(await call(clients[0], "fetch", "new"), [clients[0].id, clients[1].id].sort());
  });

  scenario("are disconnected, their connection lives on", async (t) => {
    const clients = await assemble(t, [["a"], ["a"], []]);
    const reasons = clients.slice(0, 2).map((client) => nextEvent(client, "disconnect"));
    clients[2].emit("disconnect-room", "a", false);
    for (const reason of reasons) assert.equal((await reason)[0], "io server disconnect");
    assert.deepEqual(await call(clients[2], "fetch-all"), [clients[2].id]);
  });

  scenario("are disconnected together with their connection", async (t) => {
    const clients = await assemble(t, [["a"], []]);
    const closed = nextEvent(clients[0].io.engine, "close");
    const [reason] = await Promise.all([
      nextEvent(clients[0], "disconnect"),
      clients[1].emit("disconnect-room", "a", true),
    ]);
    assert.equal(reason[0], "io server disconnect");
    await closed;
  });
});
