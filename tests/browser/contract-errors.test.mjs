// SPDX-License-Identifier: MIT
// Errors, as a plain client meets them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, hears } from "./support/client.mjs";
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
