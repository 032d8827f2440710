// SPDX-License-Identifier: MIT
// The dashboard's figures, as a plain client gets them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, hears, hearsWhen } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

describe("metrics-update", () => {
  it("comes about once a second, with what the server does", async (test) => {
    const socket = await connected(test, showcase.url);
    const one = await hears(socket, "metrics-update");
    const two = await hears(socket, "metrics-update");
    for (const name of ["cpu", "memory", "activeConnections", "requestsPerSecond"]) {
      assert.equal(typeof one[name], "number", name);
    }
    assert.ok(one.memory > 1_000_000);
    assert.ok(Math.abs(one.timestamp - Date.now()) < 60_000);
    assert.ok(two.timestamp - one.timestamp >= 500);
  });

  it("counts connections", async (test) => {
    const socket = await connected(test, showcase.url);
    const three = hearsWhen(socket, "metrics-update", (sample) => sample.activeConnections === 3);
    await connected(test, showcase.url);
    await connected(test, `${showcase.url}/chat`);
    await three;
  });

  it("counts requests and messages of all namespaces", async (test) => {
    const socket = await connected(test, showcase.url);
    const chat = await connected(test, `${showcase.url}/chat`);
    const busy = hearsWhen(
      socket,
      "metrics-update",
      (sample) => sample.requestsPerSecond > 0 && sample.messagesPerSecond > 0,
    );
    const work = setInterval(() => {
      void fetch(`${showcase.url}/`).then((response) => response.text());
      chat.emit("message", "hello");
    }, 50);
    test.after(() => clearInterval(work));
    await busy;
  });
});

describe("metrics-history", () => {
  it("has what was measured before, oldest first", async (test) => {
    const socket = await connected(test, showcase.url);
    const latest = await hears(socket, "metrics-update");
    const history = await socket.emitWithAck("metrics-history");
    assert.deepEqual(history.at(-1), latest);
    const times = history.map((sample) => sample.timestamp);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
  });
});
