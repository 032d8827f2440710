// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../conformance/support/deadline.mjs";
import { describeAdapter } from "./support/cases.mjs";

const isControl = process.env.CONTROL_ONLY !== undefined;
const bothWays = isControl ? [["node", "node"]] : [["cpp", "node"], ["node", "cpp"]];

/** Servers of Node.js write to a stream with a negative number, and do not read it. */
const negative = { nsp: "/dynamic-1000", stream: "socket.io--2" };

function severalStreams(suite, redis) {
  const isOurs = suite.kinds[1] !== "node";

  test("a stream for each namespace", async () => {
    const length = (stream) => redis.redis.client.xLen(stream);
    const before = { main: await length("socket.io-2"), other: await length("socket.io-1") };
    await suite.nodes[0].do("emit", {}, "hello");
    await until(async () => (await length("socket.io-2")) === before.main + 1, "an entry in the stream of /");
    assert.equal(await length("socket.io-1"), before.other);
    await suite.nodes[0].do("emit", { nsp: "/dynamic-1" }, "hello");
    await until(async () => (await length("socket.io-1")) === before.other + 1, "an entry in the stream of /dynamic-1");
  });

  // Node.js writes it, and does not read it.
  if (!isOurs) return;
  test("a namespace whose stream has a negative number", async () => {
    const { nsp, stream } = negative;
    const client = await suite.nodes[1].client({ nsp });
    await suite.nodes[0].client({ nsp });
    await suite.cluster.known(nsp);
    await suite.cluster.settled(suite.nodes[0], [client]);
    await suite.nodes[0].do("emit", { nsp }, "hello", 1);
    assert.deepEqual(await suite.cluster.received(suite.nodes[0], [client]), [[["hello", 1]]]);
    assert.ok((await redis.redis.client.xLen(stream)) > 0);
  });
}

describeAdapter("streams");
describe("several streams, and sharded pub/sub", { concurrency: 2 }, () => {
  for (const kinds of bothWays)
    describe(kinds.join(" and "), { concurrency: 1 }, () => describeAdapter("streams:3:sharded", severalStreams, { mixes: [kinds] }));
});
