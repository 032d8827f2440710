// SPDX-License-Identifier: MIT
// The chat by a plain client: as the guides write one, and what no page would send.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { connect, freshName, hears, refused, slowsDown } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

function client(test, auth = {}) {
  return connect(test, showcase.url, { auth });
}

async function joined(test, name = freshName(), auth = {}) {
  const socket = client(test, auth);
  const reply = await socket.emitWithAck("join", name);
  assert.equal(reply.ok, true, reply.error);
  return { socket, name, reply };
}

describe("join", () => {
  it("answers with the name, the people and the history", async (test) => {
    const { reply, name } = await joined(test, `  ${freshName()} `);
    assert.equal(reply.username, name.trim());
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

  it("tells who asks for no acknowledgement what was wrong", async (test) => {
    const socket = client(test);
    const error = hears(socket, "error");
    socket.emit("join", "");
    assert.deepEqual(await error, { message: "Please enter a name." });
    const unheard = hears(socket, "error");
    socket.emit("chat-message", "from outside");
    assert.deepEqual(await unheard, { message: "Please join first." });
  });

  it("slows down who does it without end", async (test) => {
    const { socket, name } = await joined(test);
    await slowsDown(() => socket.emitWithAck("join", name));
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
    const next = await joined(test, name, { session: "the same" });
    await replaced;
    assert.equal(next.reply.users.filter((user) => user === name).length, 1);
    await refused(old.socket.emitWithAck("chat-message", "from outside"), /join first/);
  });
});

describe("chat-message", () => {
  it("is refused before joining", async (test) => {
    await refused(client(test).emitWithAck("chat-message", "hello"), /join first/);
  });

  it("is refused when empty or oversized", async (test) => {
    const { socket } = await joined(test);
    await refused(socket.emitWithAck("chat-message", " \n "), /Write something/);
    await refused(socket.emitWithAck("chat-message", "x".repeat(2001)), /at most 2000/);
    assert.deepEqual(await socket.emitWithAck("chat-message", "🎉".repeat(2000)), { ok: true });
  });

  it("reaches everybody, and the history", async (test) => {
    const ada = await joined(test);
    const grace = await joined(test);
    const atAda = once(ada.socket, "chat-message");
    const atGrace = once(grace.socket, "chat-message");
    const sentAt = Date.now();
    assert.deepEqual(await ada.socket.emitWithAck("chat-message", " to all "), { ok: true });
    const [message] = await atGrace;
    assert.deepEqual((await atAda)[0], message);
    assert.deepEqual(Object.keys(message).sort(), ["id", "message", "timestamp", "username"]);
    assert.equal(message.username, ada.name);
    assert.equal(message.message, "to all");
    assert.ok(Math.abs(message.timestamp - sentAt) < 60_000);
    const { reply } = await joined(test);
    assert.deepEqual(reply.history.at(-1), message);
  });

  it("of a wrong shape does no harm", async (test) => {
    const { socket } = await joined(test);
    for (const wrong of [null, 7, { message: "x" }, ["x"], Buffer.from("x")])
      socket.emit("chat-message", wrong);
    socket.emit("chat-message");
    socket.emit("join", 7);
    socket.emit("typing", "yes");
    assert.deepEqual(await socket.emitWithAck("chat-message", "still here"), { ok: true });
  });
});

describe("history", () => {
  it("holds the last hundred, oldest first", async (test) => {
    const { socket } = await joined(test);
    for (let i = 1; i <= 101; ++i) await socket.emitWithAck("chat-message", `number ${i}`);
    const { reply } = await joined(test);
    assert.equal(reply.history.length, 100);
    assert.equal(reply.history[0].message, "number 2");
    assert.equal(reply.history[99].message, "number 101");
  });
});

describe("others", () => {
  it("are told who joins, types, leaves and disconnects", async (test) => {
    const ada = await joined(test);
    const arrival = hears(ada.socket, "user-joined");
    const grace = await joined(test);
    const { username, users } = await arrival;
    assert.equal(username, grace.name);
    assert.deepEqual(users, grace.reply.users);

    const typing = hears(ada.socket, "user-typing");
    grace.socket.emit("typing");
    assert.equal(await typing, grace.name);
    const still = hears(ada.socket, "user-stop-typing");
    grace.socket.emit("stop-typing");
    assert.equal(await still, grace.name);

    const departure = hears(ada.socket, "user-left");
    grace.socket.emit("leave");
    const gone = await departure;
    assert.equal(gone.username, grace.name);
    assert.ok(gone.users.includes(ada.name) && !gone.users.includes(grace.name));
    await refused(grace.socket.emitWithAck("chat-message", "from outside"), /join first/);

    const again = hears(ada.socket, "user-joined");
    await grace.socket.emitWithAck("join", grace.name);
    await again;
    const lost = hears(ada.socket, "user-left");
    grace.socket.disconnect();
    assert.equal((await lost).username, grace.name);
  });

  it("are told of a person who takes another name", async (test) => {
    const ada = await joined(test);
    const arrival = once(ada.socket, "user-joined");
    const grace = await joined(test);
    await arrival;
    const former = once(ada.socket, "user-left");
    const present = once(ada.socket, "user-joined");
    const name = freshName();
    await grace.socket.emitWithAck("join", name);
    assert.equal((await former)[0].username, grace.name);
    assert.equal((await present)[0].username, name);
  });
});

describe("a client of the guides", () => {
  it("joins by its name alone, and hears everything", async (test) => {
    const name = freshName();
    const heard = [];
    const socket = client(test);
    socket.onAny((event, argument) => heard.push([event, argument]));
    const met = once(socket, "user-joined");
    socket.emit("join", name);
    await met;
    const said = once(socket, "chat-message");
    socket.emit("chat-message", "hello");
    await said;
    assert.deepEqual(
      heard.map(([event, argument]) => [event, argument.username]),
      [
        ["user-joined", name],
        ["chat-message", name],
      ],
    );
    assert.ok(heard[0][1].users.includes(name));
    assert.equal(heard[1][1].message, "hello");
    assert.equal(typeof heard[1][1].timestamp, "number");
  });
});
