// SPDX-License-Identifier: MIT
//
// Emitters, official ones and ours, from a process that has no clients.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Emitter } from "@socket.io/redis-emitter";
import { Emitter as OlderEmitter } from "redis-emitter-older";
import { until, within } from "../conformance/support/deadline.mjs";
import { clients } from "./support/cases.mjs";
import { mixesOf, useCluster } from "./support/cluster.mjs";
import { Node } from "./support/node.mjs";
import { useRedis } from "./support/redis.mjs";

/** The official one, with the commands of a node. */
function official(Emits, client) {
  const operator = ({ nsp = "/", rooms = [], except = [], flags = {} }) => {
    let target = new Emits(client).of(nsp).except(except).to(rooms);
    if (flags.volatile) target = target.volatile;
    return target;
  };
  return {
    async do(command, to, ...args) {
      if (command === "serverSideEmit") new Emits(client).of(to.nsp ?? "/").serverSideEmit(...args);
      else operator(to)[command](...args);
    },
    stop() {},
  };
}

const ours = (adapter) => (redis) => Node.start("cpp", { adapter, redis, flags: ["--emitter"] });

/** The names of emitters, the adapter of the servers that hear them, and how they are made. */
const emitters = [
  ["@socket.io/redis-emitter 5.1", "classic", (redis) => official(Emitter, redis.client)],
  ["@socket.io/redis-emitter 5.0", "classic", (redis) => official(OlderEmitter, redis.client)],
  ...(process.env.CONTROL_ONLY === undefined
    ? [
        ["ours", "classic", ours("classic")],
        ["ours for streams", "streams:2", ours("streams:2")],
      ]
    : []),
];

/** Those for streams do the same whatever the mix. */
const mixesFor = (adapter) =>
  adapter === "classic" ? mixesOf(adapter) : [["node", "cpp"]];

for (const [name, adapter, make] of emitters) {
  describe(name, () => {
    const redis = useRedis();
    for (const kinds of mixesFor(adapter)) {
      describe(kinds.join(" and "), () => {
        const suite = useCluster(redis, adapter, kinds);
        let emitter;
        before(async () => void (emitter = await make(redis.redis)));
        afterEach(() => suite.nodes.forEach((node) => node.closeClients()));
        after(() => emitter.stop());

        /** What was emitted has arrived when a mark of the emitter has. */
        async function received(three) {
          await emitter.do("emit", {}, "end");
          await until(() => three.every(({ got }) => got.some(([event]) => event === "end")), "the end");
          return three.map(({ got }) => got.splice(0).filter(([event]) => event !== "end"));
        }

        test("events, rooms, exceptions and flags", async () => {
          const three = await clients(suite);
          const [a, b] = three;
          await a.emitWithAck("join", ["room1"]);
          await b.emitWithAck("join", ["room1", "room2"]);
          const all = ["all", 1, "ü", { file: Buffer.from([0, 255]) }];
          await emitter.do("emit", {}, ...all);
          await emitter.do("emit", { rooms: ["room1"] }, "one");
          await emitter.do("emit", { rooms: ["room1", "room2"], except: ["room2"] }, "two");
          await emitter.do("emit", { nsp: "/custom" }, "elsewhere");
          assert.deepEqual(await received(three), [[all, ["one"], ["two"]], [all, ["one"]], [all]]);
          // Alone, because who is busy with other events misses it.
          await emitter.do("emit", { rooms: [b.id], flags: { volatile: true } }, "three");
          assert.deepEqual(await received(three), [[], [["three"]], []]);
        });

        test("joining, leaving and disconnecting", async () => {
          const three = await clients(suite);
          const [a, b, c] = three;
          const ids = async (room) =>
            (await suite.nodes[0].do("fetchSockets", { rooms: [room] })).map(({ id }) => id).sort();
          await emitter.do("socketsJoin", {}, ["out", "other"]);
          await until(async () => (await ids("out")).length === 3, "all in the room");
          await emitter.do("socketsLeave", { rooms: [c.id] }, ["out"]);
          await until(async () => (await ids("out")).length === 2, "one has left");
          assert.deepEqual(await ids("other"), [a.id, b.id, c.id].sort());
          await emitter.do("disconnectSockets", { rooms: ["out"] }, true);
          await within(a.disconnected_because, "its disconnection");
          await within(b.disconnected_because, "its disconnection");
          assert.ok(c.connected);
        });

        test("serverSideEmit reaches every server", async () => {
          await emitter.do("serverSideEmit", {}, "note", name, { two: 2 });
          for (const node of suite.nodes) {
            await until(async () => (await node.do("heard")).length === 1, "the event");
            assert.deepEqual(await node.do("heard"), [{ nsp: "/", args: [name, { two: 2 }] }]);
          }
        });
      });
    }
  });
}
