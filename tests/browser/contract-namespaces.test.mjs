// SPDX-License-Identifier: MIT
// Namespaces, as plain clients meet them: the main one, /chat and /admin on one connection.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { Manager } from "socket.io-client";
import { signIn, signUp } from "./support/people.mjs";
import { connect, connected, hears, hearsWhen, refused } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;
let token;

before(async () => {
  showcase = await Showcase.start();
  await signUp(showcase.url, "admin@example.org");
  token = await signIn(showcase.url, "admin@example.org");
});
after(() => showcase?.stop());

const chat = (test) => connected(test, `${showcase.url}/chat`);
const admin = (test, auth = { token }) => connected(test, `${showcase.url}/admin`, { auth });

describe("/chat", () => {
  it("welcomes anybody, and passes on what they say", async (test) => {
    const ada = connect(test, `${showcase.url}/chat`);
    const { name } = await hears(ada, "welcome");
    const bob = await chat(test);
    const heard = Promise.all([hears(ada, "message"), hears(bob, "message")]);
    assert.deepEqual(await ada.emitWithAck("message", " hello "), { ok: true });
    for (const message of await heard) {
      assert.equal(message.from, name);
      assert.equal(message.text, "hello");
      assert.equal(typeof message.at, "number");
    }
  });

  it("refuses nothing at all, and too much", async (test) => {
    const ada = await chat(test);
    for (const text of ["", " \n", "x".repeat(501)]) {
      await refused(ada.emitWithAck("message", text), /1 to 500 characters/);
    }
  });
});

describe("/admin", () => {
  it("admits administrators only", async (test) => {
    await signUp(showcase.url, "user@example.org");
    const ofUser = await signIn(showcase.url, "user@example.org");
    for (const auth of [{}, { token: "any" }, { token: ofUser }, { role: "admin" }]) {
      const socket = connect(test, `${showcase.url}/admin`, { auth });
      assert.equal((await hears(socket, "connect_error")).message, "Admin access required");
    }
    await admin(test);
  });

  it("gives a notice to everybody", async (test) => {
    const clients = [await connected(test, showcase.url), await chat(test), await admin(test)];
    const heard = Promise.all(clients.map((client) => hears(client, "notice")));
    assert.deepEqual(await clients[2].emitWithAck("notice", " Back in a minute "), { ok: true });
    for (const notice of await heard) {
      assert.equal(notice.text, "Back in a minute");
      assert.equal(typeof notice.at, "number");
    }
    await refused(clients[2].emitWithAck("notice", " "), /1 to 500 characters/);
  });

  it("sees who is in /chat come and go", async (test) => {
    const boss = await admin(test);
    const lists = [];
    boss.on("users", (users) => lists.push(users));
    const bob = await chat(test);
    const { id } = bob;
    const isListed = (users) => users.some((user) => user.id === id);
    if (!lists.some(isListed)) await hearsWhen(boss, "users", isListed);
    const left = hearsWhen(boss, "users", (users) => !isListed(users));
    bob.disconnect();
    await left;
  });

  it("disconnects a user, from /chat alone", async (test) => {
    const boss = await admin(test);
    const manager = new Manager(showcase.url, { transports: ["websocket"] });
    const main = manager.socket("/");
    const bob = manager.socket("/chat");
    test.after(() => manager._close());
    await Promise.all([hears(main, "connect"), hears(bob, "connect")]);
    const ended = once(bob, "disconnect");
    assert.deepEqual(await boss.emitWithAck("disconnect-user", bob.id), { ok: true });
    assert.equal((await ended)[0], "io server disconnect");
    assert.equal(main.connected, true);
    await refused(boss.emitWithAck("disconnect-user", "nobody"), /has left already/);
  });

  it("closes when its administrator signs out everywhere", async (test) => {
    const own = await Showcase.start();
    test.after(() => own.stop());
    await signUp(own.url, "admin@example.org");
    const mine = await signIn(own.url, "admin@example.org");
    const auth = { token: mine };
    const boss = await connected(test, `${own.url}/admin`, { auth });
    const account = await connected(test, `${own.url}/account`, { auth });
    const ended = once(boss, "disconnect");
    account.emit("sign-out-everywhere");
    await ended;
    const again = connect(test, `${own.url}/admin`, { auth });
    assert.equal((await hears(again, "connect_error")).message, "Admin access required");
  });
});

describe("who is an administrator", () => {
  it("is what ADMIN_EMAIL says, if it says anything", async (test) => {
    const own = await Showcase.start({ ADMIN_EMAIL: "Boss@example.org" });
    test.after(() => own.stop());
    await signUp(own.url, "first@example.org");
    await signUp(own.url, "boss@example.org");
    const ofFirst = { token: await signIn(own.url, "first@example.org") };
    const other = connect(test, `${own.url}/admin`, { auth: ofFirst });
    assert.equal((await hears(other, "connect_error")).message, "Admin access required");
    const ofBoss = { token: await signIn(own.url, "boss@example.org") };
    await connected(test, `${own.url}/admin`, { auth: ofBoss });
  });
});

describe("one connection", () => {
  it("carries all three", async (test) => {
    const manager = new Manager(showcase.url, { transports: ["websocket"] });
    test.after(() => manager._close());
    const sockets = [
      manager.socket("/"),
      manager.socket("/chat"),
      manager.socket("/admin", { auth: { token } }),
    ];
    await Promise.all(sockets.map((socket) => hears(socket, "connect")));
    assert.equal(new Set(sockets.map((socket) => socket.id)).size, 3);
    assert.equal(new Set(sockets.map((socket) => socket.io.engine.id)).size, 1);
  });
});
