// SPDX-License-Identifier: MIT
// Errors, as a plain client meets them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, hears, hearsWhen } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

const client = (test) => connected(test, showcase.url);

describe("action", () => {
  it("succeeds, unless it is to fail", async (test) => {
    const socket = await client(test);
    for (const order of [{}, { fail: false }, undefined, null, 7, "fail"]) {
      const reply = await socket.emitWithAck("action", order);
      assert.deepEqual(Object.keys(reply).sort(), ["result", "success"]);
      assert.equal(reply.success, true);
      assert.match(reply.result, /^Action \d+ is done$/);
    }
    const bare = await socket.emitWithAck("action");
    assert.equal(bare.success, true);
  });

  it("fails on demand", async (test) => {
    const reply = await (await client(test)).emitWithAck("action", { fail: true });
    assert.equal(reply.success, false);
    assert.equal(typeof reply.error, "string");
  });

  it("keeps silent on demand, which is a timeout at the client", async (test) => {
    const socket = await client(test);
    const answer = socket.timeout(200).emitWithAck("action", { silent: true });
    await assert.rejects(answer, /operation has timed out/);
    assert.equal((await socket.emitWithAck("action", {})).success, true);
  });

  it("needs no acknowledgement", async (test) => {
    const socket = await client(test);
    socket.emit("action", { fail: true });
    assert.equal((await socket.emitWithAck("action", {})).success, true);
  });
});

describe("broadcast", () => {
  it("goes to everybody, as it is", async (test) => {
    const one = await client(test);
    const two = await client(test);
    for (const anything of ["text", 7, null, { deep: [1, { a: true }] }, Buffer.from([1, 2, 3])]) {
      const heard = Promise.all([hears(one, "broadcast"), hears(two, "broadcast")]);
      one.emit("broadcast", anything);
      assert.deepEqual(await heard, [anything, anything]);
    }
  });
});

describe("connection errors of the server", () => {
  it("are told with code and message to who watches", async (test) => {
    const watcher = await client(test);
    await watcher.emitWithAck("watch-connection-errors");
    const told = hearsWhen(watcher, "connection_error", ({ code }) => code === 5);
    const response = await fetch(`${showcase.url}/socket.io/?EIO=3&transport=polling`);
    assert.equal(response.status, 400);
    const error = await told;
    assert.equal(error.message, "Unsupported protocol version");
    assert.ok(Math.abs(error.at - Date.now()) < 60_000);
    const unknown = hearsWhen(watcher, "connection_error", ({ code }) => code === 0);
    await fetch(`${showcase.url}/socket.io/?EIO=4&transport=carrier-pigeon`);
    assert.equal((await unknown).message, "Transport unknown");
  });

  it("are kept for who watches later, the last twenty", async (test) => {
    const watcher = await client(test);
    for (let i = 0; i < 21; ++i) {
      await fetch(`${showcase.url}/socket.io/?EIO=4&transport=polling&sid=none`);
    }
    const refused = await watcher.emitWithAck("watch-connection-errors");
    assert.equal(refused.length, 20);
    for (const { code, message } of refused) {
      assert.deepEqual({ code, message }, { code: 1, message: "Session ID unknown" });
    }
  });
});
