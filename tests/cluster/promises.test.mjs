// SPDX-License-Identifier: MIT
//
// Which losses break a promise, and which are the price of a fault.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "./support/promises.mjs";

const [a, b, c] = [true, true, false].map((isOurs, index) => ({ index, isOurs }));
const harmless = { killed: new Set(), senders: new Set(), receivers: new Set() };

/** What becomes of one event that does not arrive. */
function loss(send, receiver, harm = {}) {
  const sends = [{ id: 0, sender: "s", room: null, phase: "trouble", server: a, ...send }];
  const receivers = new Map([["r", { rooms: [], got: [], server: b, ...receiver }]]);
  const result = judge({ sends, receivers, harm: { ...harmless, ...harm } });
  return Object.keys(result).filter((name) => result[name].broken.length > 0);
}

describe("what is promised of deliveries", () => {
  test("all, while nothing is wrong", () => {
    assert.deepEqual(loss({ phase: "calm" }, {}), ["calm"]);
    assert.deepEqual(loss({ phase: "calm" }, { isNew: true }, { senders: new Set([0]) }), ["calm"]);
    assert.deepEqual(loss({ phase: "calm" }, { hasEnded: true }), ["unpromised"]);
  });

  test("those between servers that a fault does not touch", () => {
    assert.deepEqual(loss({}, {}), ["others"]);
    assert.deepEqual(loss({}, {}, { senders: new Set([1]), receivers: new Set([0]) }), ["others"]);
    assert.deepEqual(loss({}, {}, { senders: new Set([0]) }), ["unpromised"]);
    assert.deepEqual(loss({}, {}, { receivers: new Set([1]) }), ["unpromised"]);
    assert.deepEqual(loss({}, {}, { killed: new Set([0]) }), ["unpromised"]);
    assert.deepEqual(loss({}, { isNew: true }), ["unpromised"]);
  });

  test("those to a server's own clients, if it is ours", () => {
    const all = new Set([0, 1, 2]);
    assert.deepEqual(loss({}, { server: a }, { senders: all, receivers: all }), ["own"]);
    assert.deepEqual(loss({}, { server: a }, { killed: new Set([0]) }), ["unpromised"]);
    assert.deepEqual(loss({ server: c }, { server: c }), ["unpromised"]);
  });

  test("none twice, in another order, or in another room, whatever is wrong", () => {
    const sends = ["x", null, null].map((room, id) => ({ id, sender: "s", room, phase: "trouble", server: a }));
    const receivers = new Map([["r", { rooms: [], got: [2, 2, 1, 0], server: b, hasEnded: true }]]);
    const { twice, order, rooms } = judge({ sends, receivers, harm: { ...harmless, killed: new Set([0, 1]) } });
    const ids = [twice, order, rooms].map(({ counted, broken }) => [counted, broken.map(({ send }) => send.id)]);
    assert.deepEqual(ids, [[4, [2]], [4, [1]], [4, [0]]]);
  });
});
