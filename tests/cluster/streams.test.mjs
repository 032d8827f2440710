// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeAdapter } from "./support/cases.mjs";

const isControl = process.env.CONTROL_ONLY !== undefined;
const bothWays = isControl ? [["node", "node"]] : [["cpp", "node"], ["node", "cpp"]];

/** Servers of Node.js write to a stream with a negative number, and do not read it. */
const negative = { nsp: "/dynamic-1000", stream: "socket.io--2" };

function streams(suite, redis) {
  const isOurs = suite.kinds[1] !== "node";

  test("a stream for each namespace", async () => {
    await suite.nodes[0].do("emit", {}, "hello");
    await suite.nodes[0].do("emit", { nsp: "/dynamic-1" }, "hello");
    const keys = (await redis.redis.client.keys("*")).sort();
    assert.deepEqual(keys.filter((key) => key !== negative.stream), ["socket.io-1", "socket.io-2"]);
  });

  test("a namespace whose stream has a negative number", { skip: !isOurs }, async () => {
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
describeAdapter("streams:3:sharded", streams, { mixes: bothWays });
