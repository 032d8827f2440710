// SPDX-License-Identifier: MIT
// The events of examples/showcase/README.md without a page: what the page would never send.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { io } from "socket.io-client";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

function client(test, auth = {}) {
  const socket = io(showcase.url, {
    auth,
    forceNew: true,
    transports: ["websocket"],
    ackTimeout: 10_000,
  });
  test.after(() => socket.disconnect());
  return socket;
}

let people = 0;

/** Tests share one server, so every person has a name of their own. */
function freshName() {
  return `person ${++people}`;
}

async function joined(test, name = freshName(), auth = {}) {
  const socket = client(test, auth);
  const reply = await socket.emitWithAck("join", name);
  assert.equal(reply.ok, true, reply.error);
  return { socket, name, reply };
}

async function refused(answer, words) {
  const reply = await answer;
  assert.equal(reply.ok, false);
  assert.match(reply.error, words);
}

describe("join", () => {
  it("answers with the name, the people and the history", async (test) => {
    const { reply, name } = await joined(test, `  ${freshName()} `);
    assert.equal(reply.name, name.trim());
    assert.ok(reply.users.includes(name.trim()));
    assert.ok(Array.isArray(reply.history));
  });

  it("checks the name", async (test) => {
    const socket = client(test);
    await refused(socket.emitWithAck("join", ""), /enter a name/);
    await refused(socket.emitWithAck("join", " \u3000\n"), /enter a name/);
    await refused(socket.emitWithAck("join", "x".repeat(25)), /at most 24/);
    await refused(socket.emitWithAck("join", "A\u200bda"), /nobody can see/);
    const reply = await socket.emitWithAck("join", "🎉".repeat(24));
    assert.equal(reply.ok, true);
  });

  it("refuses a name that is taken", async (test) => {
    await joined(test, "Ädam", { session: "one" });
    await refused(client(test, { session: "two" }).emitWithAck("join", "äDAM"), /taken/);
    await refused(client(test).emitWithAck("join", " ÄDAM "), /taken/);
  });

  it("lets the same person take over from an older connection", async (test) => {
    const name = freshName();
    const old = await joined(test, name, { session: "the same" });
    const replaced = once(old.socket, "replaced");
    const ended = once(old.socket, "disconnect");
    const next = await joined(test, name, { session: "the same" });
    await replaced;
    assert.deepEqual((await ended)[0], "io server disconnect");
    assert.equal(next.reply.users.filter((user) => user === name).length, 1);
  });
});

describe("message", () => {
  it("is refused before joining", async (test) => {
    await refused(client(test).emitWithAck("message", "hello"), /join first/);
  });

  it("is refused when empty or oversized", async (test) => {
    const { socket } = await joined(test);
    await refused(socket.emitWithAck("message", " \n "), /Write something/);
    await refused(socket.emitWithAck("message", "x".repeat(2001)), /at most 2000/);
    assert.deepEqual(await socket.emitWithAck("message", "🎉".repeat(2000)), { ok: true });
  });

  it("reaches everybody, and the history", async (test) => {
    const ada = await joined(test);
    const grace = await joined(test);
    const atAda = once(ada.socket, "message");
    const atGrace = once(grace.socket, "message");
    const sentAt = Date.now();
    assert.deepEqual(await ada.socket.emitWithAck("message", " to all "), { ok: true });
    const [message] = await atGrace;
    assert.deepEqual((await atAda)[0], message);
    assert.deepEqual(Object.keys(message).sort(), ["at", "from", "id", "text"]);
    assert.equal(message.from, ada.name);
    assert.equal(message.text, "to all");
    assert.ok(Math.abs(message.at - sentAt) < 60_000);
    const { reply } = await joined(test);
    assert.deepEqual(reply.history.at(-1), message);
  });

  it("of a wrong shape does no harm", async (test) => {
    const { socket } = await joined(test);
    for (const wrong of [null, 7, { text: "x" }, ["x"], Buffer.from("x")])
      socket.emit("message", wrong);
    socket.emit("message");
    socket.emit("join", 7);
    socket.emit("typing", "yes");
    assert.deepEqual(await socket.emitWithAck("message", "still here"), { ok: true });
  });
});

describe("history", () => {
  it("holds the last hundred, oldest first", async (test) => {
    const { socket } = await joined(test);
    for (let i = 1; i <= 101; ++i) await socket.emitWithAck("message", `number ${i}`);
    const { reply } = await joined(test);
    assert.equal(reply.history.length, 100);
    assert.equal(reply.history[0].text, "number 2");
    assert.equal(reply.history[99].text, "number 101");
  });
});

describe("others", () => {
  it("are told who joins, types, leaves and disconnects", async (test) => {
    const ada = await joined(test);
    const hears = (event) => once(ada.socket, event).then(([argument]) => argument);

    const arrival = Promise.all([hears("joined"), hears("users")]);
    const grace = await joined(test);
    const [person, users] = await arrival;
    assert.deepEqual(person, { name: grace.name });
    assert.deepEqual(users, grace.reply.users);

    const typing = hears("typing");
    grace.socket.emit("typing", true);
    assert.deepEqual(await typing, { name: grace.name, typing: true });

    const departure = Promise.all([hears("left"), hears("users")]);
    grace.socket.emit("leave");
    const [gone, remaining] = await departure;
    assert.deepEqual(gone, { name: grace.name });
    assert.ok(!remaining.includes(grace.name));
    await refused(grace.socket.emitWithAck("message", "from outside"), /join first/);

    const again = hears("joined");
    await grace.socket.emitWithAck("join", grace.name);
    await again;
    const lost = hears("left");
    grace.socket.disconnect();
    assert.deepEqual(await lost, { name: grace.name });
  });
});
