// SPDX-License-Identifier: MIT
//
// Nodes on a Redis Cluster of three masters: what every adapter does, and what happens to traffic when
// slots move and when servers of the cluster fail.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../conformance/support/deadline.mjs";
import { describeAdapter } from "./support/cases.mjs";
import { Cluster } from "./support/cluster.mjs";
import { RedisCluster, useRedisCluster } from "./support/redis_cluster.mjs";
import { anything, nothing, oneGap, undergo } from "./support/undergo.mjs";

const mixes = process.env.CONTROL_ONLY === undefined ? [["cpp", "loops"], ["cpp", "node"]] : [["node", "node"]];

describe("adapters on a Redis Cluster", { concurrency: true }, () => {
  for (const adapter of ["sharded:dynamic", "streams", "classic"])
    describe(adapter, { concurrency: 1 }, () => describeAdapter(adapter, undefined, { use: useRedisCluster, mixes }));
});
