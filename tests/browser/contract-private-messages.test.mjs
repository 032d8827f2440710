// SPDX-License-Identifier: MIT
// Private messages by plain clients.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, connected, freshName, hears, hearsWhen, refused, slowsDown } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

/** `more`: that this client acknowledges what it has shown. */
async function registered(test, name = freshName(), ...more) {
  const socket = connect(test, showcase.url);
  const heard = [];
  socket.on("private-message", (message) => heard.push(message.message));
  const answer = await socket.emitWithAck("register", name, ...more);
  assert.equal(answer.ok, true, answer.error);
  return { socket, name: answer.name, answer, heard };
}

describe("a private message", () => {
  it("of a client of the guides reaches the person that it names", async (test) => {
    const ada = connect(test, showcase.url);
    const grace = connect(test, showcase.url);
    grace.emit("register", "Grace of the guides");
    await hears(grace, "people");
    ada.emit("register", "Ada of the guides");
    const heard = hears(grace, "private-message");
    ada.emit("private-message", { to: "Grace of the guides", message: "hello" });
    const { from, message } = await heard;
    assert.deepEqual({ from, message }, { from: "Ada of the guides", message: "hello" });
  });

  it("to somebody unknown is an error", async (test) => {
    const ada = await registered(test);
    const error = hears(ada.socket, "error");
    ada.socket.emit("private-message", { to: "nobody of that name", message: "hello" });
    assert.deepEqual(await error, { message: "User not found" });
  });

  it("reaches every tab of its receiver, and the other tabs of its sender", async (test) => {
    const ada = await registered(test);
    const adaToo = await registered(test, ada.name.toUpperCase());
    assert.equal(adaToo.name, ada.name);
    const grace = await registered(test);
    const graceToo = await registered(test, grace.name);
    const heard = [grace, graceToo].map(({ socket }) => hears(socket, "private-message"));
    const sent = hears(adaToo.socket, "private-message-sent");
    const answer = await ada.socket.emitWithAck("private-message", {
      to: grace.name.toUpperCase(),
      message: "to both",
    });
    assert.equal(answer.delivered, true);
    for (const message of await Promise.all(heard))
      assert.deepEqual([message.from, message.message], [ada.name, "to both"]);
    assert.deepEqual(await sent, answer.letter);
    assert.equal(answer.letter.to, grace.name);
  });

  it("to somebody who is away waits for them, once", async (test) => {
    const grace = await registered(test);
    grace.socket.disconnect();
    const ada = await registered(test);
    const say = (message) => ada.socket.emitWithAck("private-message", { to: grace.name, message });
    await hearsThatIsAway(ada, grace.name);
    assert.equal((await say("one")).delivered, false);
    await say("two");
    const back = await registered(test, grace.name);
    assert.deepEqual(back.heard, ["one", "two"]);
    back.socket.disconnect();
    const again = await registered(test, grace.name);
    assert.deepEqual(again.heard, []);
  });

  it("is one of many: they come bit by bit, and what has not been sent waits on", async (test) => {
    const grace = await registered(test);
    grace.socket.disconnect();
    const ada = await registered(test);
    await hearsThatIsAway(ada, grace.name);
    const sent = Array.from({ length: 350 }, (_, i) => `letter ${i}`);
    await Promise.all(
      sent.map((message) => ada.socket.emitWithAck("private-message", { to: grace.name, message })),
    );
    // Here for a moment only: the first hundred are on their way by then.
    const cameAndWent = seesComeAndGo(ada.socket, grace.name);
    const moment = await connected(test, showcase.url);
    moment.emit("register", grace.name);
    moment.disconnect();
    await cameAndWent;
    const back = await registered(test, grace.name);
    while (back.heard.at(-1) !== sent.at(-1)) await hears(back.socket, "private-message");
    assert.deepEqual(back.heard, sent.slice(100));
  });

  it("outlives the server", async (test) => {
    const grace = await registered(test);
    const ada = await registered(test);
    grace.socket.disconnect();
    await hearsThatIsAway(ada, grace.name);
    await ada.socket.emitWithAck("private-message", { to: grace.name, message: "still there" });
    await showcase.halt();
    await showcase.resume();
    const back = await registered(test, grace.name);
    assert.deepEqual(back.heard, ["still there"]);
  });

  it("is read when its acknowledgement says so", async (test) => {
    const ada = await registered(test);
    const grace = await registered(test, freshName(), true);
    const acknowledged = new Promise((resolve) => {
      grace.socket.on("private-message", (_, acknowledge) => resolve(acknowledge));
    });
    const { letter } = await ada.socket.emitWithAck("private-message", {
      to: grace.name,
      message: "read me",
    });
    const acknowledge = await acknowledged;
    // Until then it comes again to a client that acknowledges.
    const another = await registered(test, grace.name, true);
    assert.deepEqual(another.heard, ["read me"]);
    const receipts = [ada, another].map(({ socket }) => hears(socket, "message-read"));
    acknowledge();
    for (const receipt of await Promise.all(receipts))
      assert.deepEqual(receipt, { id: letter.id, from: ada.name, to: grace.name });
    const later = await registered(test, grace.name, true);
    assert.deepEqual(later.heard, []);
    assert.equal(later.answer.history.at(-1).read, true);
  });

  it("is nobody else's affair", async (test) => {
    const ada = await registered(test);
    const grace = await registered(test);
    const eve = await registered(test);
    await ada.socket.emitWithAck("private-message", { to: grace.name, message: "for you" });
    await eve.socket.emitWithAck("join-room", `private:of:${grace.name}`);
    await ada.socket.emitWithAck("private-message", { to: grace.name, message: "alone" });
    const { history } = await eve.socket.emitWithAck("register", eve.name);
    assert.deepEqual([history, eve.heard], [[], []]);
  });
});

function seesComeAndGo(socket, name) {
  let came = false;
  return hearsWhen(socket, "people", (people) => {
    const isOnline = people.some((person) => person.name === name && person.online);
    came ||= isOnline;
    return came && !isOnline;
  });
}

async function hearsThatIsAway(ada, name) {
  for (let { people } = ada.answer; ; people = await hears(ada.socket, "people"))
    if (people.some((person) => person.name === name && !person.online)) return;
}

describe("what is refused", () => {
  it("is to write before one has registered", async (test) => {
    const socket = connect(test, showcase.url);
    await refused(socket.emitWithAck("private-message", { to: "x", message: "y" }), /Register/);
  });

  it("is a name that nobody could read, and a message of no length or too much", async (test) => {
    const ada = await registered(test);
    const grace = await registered(test);
    for (const name of ["", "x".repeat(25), "A\u200bda"])
      await refused(ada.socket.emitWithAck("register", name), /1 to 24/);
    const say = (message) => ada.socket.emitWithAck("private-message", { to: grace.name, message });
    await refused(say(" \n"), /1 to 2000/);
    await refused(say("x".repeat(2001)), /1 to 2000/);
  });

  it("is to register without end", async (test) => {
    const ada = await registered(test);
    await slowsDown(() => ada.socket.emitWithAck("register", ada.name));
  });

  it("is what has another shape, which does no harm", async (test) => {
    const ada = await registered(test);
    for (const wrong of [null, 7, {}, ["x"], Buffer.from("x"), { to: 7, message: 7 }]) {
      ada.socket.emit("private-message", wrong);
      ada.socket.emit("register", wrong);
    }
    assert.equal((await ada.socket.emitWithAck("register", ada.name)).ok, true);
  });
});
