// SPDX-License-Identifier: MIT
//
// Requests of older releases of the adapter, which nobody sends any more but every node answers; and
// what is no message at all, which no node minds.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { until, within } from "../conformance/support/deadline.mjs";
import { clients } from "./support/cases.mjs";
import { mixesOf, useCluster } from "./support/cluster.mjs";
import { useRedis } from "./support/redis.mjs";

describe("classic", () => {
  const redis = useRedis();
  for (const kinds of mixesOf("classic")) {
    describe(kinds.join(" and "), () => {
      const suite = useCluster(redis, "classic", kinds);
      afterEach(() => suite.nodes.forEach((node) => node.closeClients()));
      let lastRequest = 0;

      /** What the nodes respond, until there are so many. */
      async function ask(request, count) {
        const requestId = `request${++lastRequest}`;
        const responses = [];
        const listener = redis.redis.client.duplicate();
        await listener.connect();
        await listener.subscribe("socket.io-response#/#", (text) => {
          const response = JSON.parse(text);
          if (response.requestId === requestId) responses.push(response);
        });
        await redis.redis.client.publish("socket.io-request#/#", JSON.stringify({ requestId, ...request }));
        await until(() => responses.length >= count, "the responses");
        listener.destroy();
        return responses;
      }

      test("the ids of sockets, and all rooms", async () => {
        const [a, b, c] = await clients(suite);
        await b.emitWithAck("join", ["room"]);
        const ids = (await ask({ type: 0, rooms: [] }, 2)).flatMap(({ sockets }) => sockets);
        assert.deepEqual(ids.sort(), [a.id, b.id, c.id].sort());
        const inRoom = (await ask({ type: 0, rooms: ["room"] }, 2)).flatMap(({ sockets }) => sockets);
        assert.deepEqual(inRoom, [b.id]);
        const rooms = (await ask({ uid: "tester", type: 1 }, 2)).flatMap((response) => response.rooms);
        assert.deepEqual(rooms.sort(), [a.id, b.id, c.id, "room"].sort());
      });

      test("one socket joins, leaves and is disconnected", async () => {
        const [, b] = await clients(suite);
        const rooms = async () => (await suite.nodes[0].do("fetchSockets", { rooms: [b.id] }))[0].rooms;
        assert.equal((await ask({ type: 2, sid: b.id, room: "joined" }, 1)).length, 1);
        await until(async () => (await rooms()).includes("joined"), "it has joined");
        await ask({ type: 3, sid: b.id, room: "joined" }, 1);
        await until(async () => !(await rooms()).includes("joined"), "it has left");
        await ask({ type: 4, sid: b.id, close: true }, 1);
        await within(b.disconnected_because, "its disconnection");
      });

      // Arrays with too few elements or elements of another kind end a node of the official packages.
      test("what is no message is ignored", async () => {
        const three = await clients(suite);
        const texts = ["", "{", "{}", "[]", '{"type":99}', '{"type":6}', "\xc1", "\x93\xa1a", "x".repeat(100_000)];
        const ends = kinds.some((kind) => !["cpp", "loops"].includes(kind));
        const channels = ends ? [] : ["socket.io#/#", "socket.io#/#room#"];
        for (const channel of [...channels, "socket.io-response#/#"]) {
          for (const text of texts) {
            const message = Buffer.from(text, "latin1");
            await redis.redis.client.publish(channel, message);
          }
        }
        const requests = ends ? texts.filter((text) => !/type":6/.test(text) && text !== "[]" && text !== "") : texts;
        for (const text of requests) {
          await redis.redis.client.publish("socket.io-request#/#", Buffer.from(text, "latin1"));
        }
        await suite.nodes[0].do("emit", {}, "hello");
        for (const got of await suite.cluster.received(suite.nodes[0], three)) assert.deepEqual(got, [["hello"]]);
      });
    });
  }
});
