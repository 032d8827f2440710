// SPDX-License-Identifier: MIT
//
// The official emitters, from a process that has no clients.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { Emitter } from "@socket.io/redis-emitter";
import { Emitter as OlderEmitter } from "redis-emitter-older";
import { until, within } from "../conformance/support/deadline.mjs";
import { clients } from "./support/cases.mjs";
import { mixesOf, useCluster } from "./support/cluster.mjs";
import { useRedis } from "./support/redis.mjs";

for (const [name, Emits] of [["5.1", Emitter], ["5.0", OlderEmitter]]) {
  describe(`@socket.io/redis-emitter ${name}`, () => {
    const redis = useRedis();
    for (const kinds of mixesOf("classic")) {
      describe(kinds.join(" and "), () => {
        const suite = useCluster(redis, "classic", kinds);
        const emitter = () => new Emits(redis.redis.client);
        afterEach(() => suite.nodes.forEach((node) => node.closeClients()));

        /** What was emitted has arrived when a mark of the emitter has. */
        async function received(three) {
          emitter().emit("end");
          await until(() => three.every(({ got }) => got.some(([event]) => event === "end")), "the end");
          return three.map(({ got }) => got.splice(0).filter(([event]) => event !== "end"));
        }

        test("events, rooms, exceptions and flags", async () => {
          const three = await clients(suite);
          const [a, b] = three;
          await a.emitWithAck("join", ["room1"]);
          await b.emitWithAck("join", ["room1", "room2"]);
          emitter().emit("all", 1, "ü", { file: Buffer.from([0, 255]) });
          emitter().to("room1").emit("one");
          emitter().to(["room1", "room2"]).except("room2").emit("two");
          emitter().of("/custom").emit("elsewhere");
          const all = ["all", 1, "ü", { file: Buffer.from([0, 255]) }];
          assert.deepEqual(await received(three), [
            [all, ["one"], ["two"]],
            [all, ["one"]],
            [all],
          ]);
          // Alone, because who is busy with other events misses it.
          emitter().volatile.compress(false).in(b.id).emit("three");
          assert.deepEqual(await received(three), [[], [["three"]], []]);
        });

        test("joining, leaving and disconnecting", async () => {
          const three = await clients(suite);
          const [a, b, c] = three;
          const ids = async (room) =>
            (await suite.nodes[0].do("fetchSockets", { rooms: [room] })).map(({ id }) => id).sort();
          emitter().socketsJoin(["out", "other"]);
          await until(async () => (await ids("out")).length === 3, "all in the room");
          emitter().in(c.id).socketsLeave("out");
          await until(async () => (await ids("out")).length === 2, "one has left");
          assert.deepEqual(await ids("other"), [a.id, b.id, c.id].sort());
          emitter().in("out").disconnectSockets(true);
          await within(a.disconnected_because, "its disconnection");
          await within(b.disconnected_because, "its disconnection");
          assert.ok(c.connected);
        });

        test("serverSideEmit reaches every server", async () => {
          emitter().serverSideEmit("note", name, { two: 2 });
          for (const node of suite.nodes) {
            await until(async () => (await node.do("heard")).length === 1, "the event");
            assert.deepEqual(await node.do("heard"), [{ nsp: "/", args: [name, { two: 2 }] }]);
          }
        });
      });
    }
  });
}
