// SPDX-License-Identifier: MIT
// Delivery, as plain clients meet it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { connect, connected, hears, hearsWhen } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

/** Somebody to whom the first server tells numbers, and what it said at first. */
async function listener(test, options) {
  const socket = connect(test, `${showcase.url}/delivery`, options);
  return { socket, welcome: await hears(socket, "welcome") };
}

/** The second server's address. */
async function recoveringUrl(test) {
  const { socket, welcome } = await listener(test);
  socket.disconnect();
  const url = new URL("/delivery", showcase.url);
  url.port = welcome.recoveryPort;
  return url.href;
}

/** Cuts the connection, and waits until the client is back. */
async function cut(socket) {
  const back = once(socket, "connect");
  socket.io.engine.close();
  await back;
}

const QUICK = { reconnectionDelay: 300, randomizationFactor: 0 };

describe("the first server", () => {
  it("says which run it is, and tells one number after the other", async (test) => {
    const one = await listener(test);
    const two = await listener(test);
    assert.deepEqual(one.welcome, two.welcome);
    assert.ok(Math.abs(one.welcome.run - Date.now()) < 60_000);
    const first = await hears(one.socket, "number");
    assert.equal(await hears(one.socket, "number"), first + 1);
    await hearsWhen(two.socket, "number", (number) => number >= first + 5);
  });

  it("goes on while nobody is there, and what it tells then is lost", async (test) => {
    const { socket } = await listener(test, QUICK);
    const before = await hears(socket, "number");
    await cut(socket);
    assert.ok(!socket.recovered);
    assert.ok((await hears(socket, "number")) > before + 2);
  });
});

describe("the second server", () => {
  it("tells those who come back what they have missed", async (test) => {
    const socket = await connected(test, await recoveringUrl(test), QUICK);
    const { id } = socket;
    const heard = [];
    socket.on("number", (number) => heard.push(number));
    await hears(socket, "number");
    await cut(socket);
    assert.deepEqual({ recovered: socket.recovered, id: socket.id }, { recovered: true, id });
    await hearsWhen(socket, "number", (number) => number >= heard[0] + 10);
    assert.deepEqual(heard, heard.map((_, index) => heard[0] + index));
  });

  it("may be asked by pages of the first", async (test) => {
    const { origin } = new URL(await recoveringUrl(test));
    const response = await fetch(`${origin}/socket.io/?EIO=4&transport=polling`, {
      headers: { Origin: showcase.url },
    });
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
  });
});

describe("/delivery/retries", () => {
  const sender = (test, auth) => connected(test, `${showcase.url}/delivery/retries`, { auth });

  it("counts a number that comes again as that, over all connections of a visitor", async (test) => {
    const ada = await sender(test, { visitor: "ada" });
    assert.deepEqual(await ada.emitWithAck("number", 1), { received: 1, lost: 0, duplicated: 0 });
    assert.deepEqual(await ada.emitWithAck("number", 1), { received: 1, lost: 0, duplicated: 1 });
    const again = await sender(test, { visitor: "ada" });
    assert.deepEqual(await again.emitWithAck("number", 2), { received: 2, lost: 0, duplicated: 1 });
    assert.deepEqual(await again.emitWithAck("number", 5), { received: 3, lost: 2, duplicated: 1 });
  });

  it("takes who says no name, or an odd one, for somebody new each time", async (test) => {
    for (const auth of [{}, { visitor: 7 }, { visitor: "x".repeat(65) }, { visitor: "" }]) {
      for (let connection = 0; connection < 2; ++connection) {
        const counts = await (await sender(test, auth)).emitWithAck("number", 1);
        assert.deepEqual(counts, { received: 1, lost: 0, duplicated: 0 });
      }
    }
  });

  it("does not answer to what is no number", async (test) => {
    const socket = await sender(test, {});
    for (const what of ["1", -1, 1.5, null, {}]) {
      await assert.rejects(socket.timeout(100).emitWithAck("number", what), /timed out/);
    }
    assert.deepEqual(await socket.emitWithAck("number", 1), { received: 1, lost: 0, duplicated: 0 });
  });

  it("loses nothing of a client that retries", async (test) => {
    const options = { ...QUICK, retries: 5, auth: { visitor: "grace" } };
    const socket = await connected(test, `${showcase.url}/delivery/retries`, options);
    const answers = [1, 2, 3].map((number) => socket.emitWithAck("number", number));
    await cut(socket);
    const [, , { received, lost }] = await Promise.all(answers);
    assert.deepEqual({ received, lost }, { received: 3, lost: 0 });
  });
});
