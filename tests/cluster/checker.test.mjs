// SPDX-License-Identifier: MIT
//
// The checker finds every kind of fault, wherever it is put into logs without any.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { check } from "./support/checker.mjs";
import { draws } from "./support/draws.mjs";

const seeds = Array.from({ length: 200 }, (_, i) => i + 1);
const none = { lost: [], duplicated: [], reordered: [], leaked: [] };

/** Three senders, three rooms and four receivers. Different senders' events arrive in any order. */
function logs(draw) {
  const sends = Array.from({ length: 60 }, (_, id) => ({
    id,
    sender: `sender ${draw(3)}`,
    room: [null, "a", "b"][draw(3)],
  }));
  const receivers = new Map();
  for (const [name, rooms] of [["in a", ["a"]], ["in b", ["b"]], ["in both", ["a", "b"]], ["in none", []]]) {
    const queues = new Map();
    for (const send of sends) {
      if (send.room !== null && !rooms.includes(send.room)) continue;
      queues.set(send.sender, [...(queues.get(send.sender) ?? []), send.id]);
    }
    const got = [];
    for (let left = [...queues.values()]; left.length > 0; left = left.filter((queue) => queue.length > 0)) {
      got.push(left[draw(left.length)].shift());
    }
    receivers.set(name, { rooms, got });
  }
  return { sends, receivers };
}

/** A receiver, the position of one of its deliveries, and what was sent there. */
function somewhere({ sends, receivers }, draw) {
  const [receiver, { got }] = [...receivers][draw(receivers.size)];
  const at = draw(got.length);
  return { receiver, got, at, send: sends[got[at]] };
}

describe("the checker", () => {
  test("finds nothing where nothing is wrong", () => {
    for (const seed of seeds) assert.deepEqual(check(logs(draws(seed))), none);
  });

  test("finds what is lost", () => {
    for (const seed of seeds) {
      const draw = draws(seed);
      const log = logs(draw);
      const { receiver, got, at, send } = somewhere(log, draw);
      got.splice(at, 1);
      assert.deepEqual(check(log), { ...none, lost: [{ send, receiver }] });
    }
  });

  test("finds what arrives twice, at once or later", () => {
    for (const seed of seeds) {
      const draw = draws(seed);
      const log = logs(draw);
      const { receiver, got, at, send } = somewhere(log, draw);
      got.splice(at + 1 + draw(got.length - at), 0, send.id);
      assert.deepEqual(check(log), { ...none, duplicated: [{ send, receiver }] });
    }
  });

  test("finds what arrives after a later one of the same sender", () => {
    for (const seed of seeds) {
      const draw = draws(seed);
      const log = logs(draw);
      const { receiver, got, at, send } = somewhere(log, draw);
      const next = got.findIndex((id, i) => i > at && log.sends[id].sender === send.sender);
      if (next === -1) continue;
      got.splice(next, 0, ...got.splice(at, 1));
      assert.deepEqual(check(log), { ...none, reordered: [{ send, receiver }] });
    }
  });

  test("finds what belongs to another room, and what nobody has sent", () => {
    for (const seed of seeds) {
      const draw = draws(seed);
      const log = logs(draw);
      const { got: inA } = log.receivers.get("in a");
      const forB = log.sends.filter(({ room }) => room === "b");
      const send = forB[draw(forB.length)];
      inA.splice(draw(inA.length), 0, send.id);
      assert.deepEqual(check(log), { ...none, leaked: [{ send, receiver: "in a" }] });
      inA.push("invented");
      assert.deepEqual(check(log).leaked.at(-1), { send: { id: "invented" }, receiver: "in a" });
    }
  });

  test("knows who is left out", () => {
    const sends = [{ id: 0, sender: "s", room: null, except: ["b", "c"] }, { id: 1, sender: "s", room: "a", except: ["b"] }];
    const receivers = new Map([["in a", { rooms: ["a"], got: [0] }], ["in both", { rooms: ["a", "b"], got: [1] }]]);
    const verdict = { ...none, lost: [{ send: sends[1], receiver: "in a" }], leaked: [{ send: sends[1], receiver: "in both" }] };
    assert.deepEqual(check({ sends, receivers }), verdict);
  });

  test("finds all of them beside each other", () => {
    const sends = [0, 1, 2, 3, 4].map((id) => ({ id, sender: "s", room: id === 4 ? "b" : null }));
    const verdict = check({ sends, receivers: new Map([["r", { rooms: ["a"], got: [1, 0, 2, 2, 4] }]]) });
    const ids = Object.fromEntries(Object.entries(verdict).map(([fault, found]) => [fault, found.map(({ send }) => send.id)]));
    assert.deepEqual(ids, { lost: [3], duplicated: [2], reordered: [0], leaked: [4] });
  });
});
