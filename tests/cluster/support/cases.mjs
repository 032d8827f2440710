// SPDX-License-Identifier: MIT
//
// What every adapter does, for whichever nodes make the cluster. In each case the first node acts, and
// the clients of both nodes see what comes of it.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { until, within } from "../../conformance/support/deadline.mjs";
import { mixesOf, useCluster } from "./cluster.mjs";
import { useRedis } from "./redis.mjs";

const values = [1, -300, 1.5, "ü€𝄞", null, true, { a: [{ b: [] }, 2 ** 33] }, "x".repeat(70_000)];
const bytes = (...list) => Buffer.from(list);
const sorted = (list) => [...list].sort();
/** A room may have a channel of its own, and a Redis Cluster keeps no order between channels. */
const byName = (events) => [...events].sort(([one], [other]) => (one < other ? -1 : 1));

export function describeAdapter(adapter, more = () => {}, { use = useRedis, mixes = mixesOf(adapter) } = {}) {
  describe(adapter, () => {
    const redis = use();
    for (const kinds of mixes) {
      describe(kinds.join(" and "), () => {
        const suite = useCluster(redis, adapter, kinds);
        afterEach(() => suite.nodes.forEach((node) => node.closeClients()));
        broadcasts(suite);
        acknowledgements(suite);
        requests(suite);
        serverSideEvents(suite);
        namespaces(suite);
        more(suite, redis);
      });
    }
  });
}

/** One client at the first node and two at the second. */
export async function clients({ cluster, nodes }, options) {
  const three = await Promise.all([nodes[0].client(options), nodes[1].client(options), nodes[1].client(options)]);
  await cluster.connected(three);
  return three;
}

function broadcasts(suite) {
  test("an event to all, with values of all kinds", async () => {
    const three = await clients(suite);
    await suite.nodes[0].do("emit", {}, "hello", ...values);
    for (const got of await suite.cluster.received(suite.nodes[0], three)) {
      assert.deepEqual(got, [["hello", ...values]]);
    }
  });

  test("binary data, at any depth", async () => {
    const three = await clients(suite);
    const args = [bytes(), { file: bytes(0, 255, 123), list: [1, bytes(1)] }, Buffer.alloc(70_000, 7)];
    await suite.nodes[0].do("emit", {}, "hello", ...args);
    for (const got of await suite.cluster.received(suite.nodes[0], three)) {
      assert.deepEqual(got, [["hello", ...args]]);
    }
  });

  test("rooms: each client once, and none that is excepted", async () => {
    const three = await clients(suite);
    const [a, b, c] = three;
    await suite.cluster.join(a, "room1");
    await suite.cluster.join(b, "room1", "room2");
    await suite.cluster.join(c, "room2");
    const emit = (to, event) => suite.nodes[0].do("emit", to, event);
    await emit({ rooms: ["room1"] }, "one");
    await emit({ rooms: ["room1", "room2"] }, "two");
    await emit({ except: ["room1"] }, "three");
    await emit({ rooms: ["room2"], except: ["room1"] }, "four");
    await emit({ rooms: ["nobody's"] }, "five");
    await emit({ rooms: [c.id] }, "six");
    const names = (await suite.cluster.received(suite.nodes[0], three)).map((got) => got.flat());
    assert.deepEqual(names.map(sorted), [["one", "two"], ["one", "two"], ["four", "six", "three", "two"]]);
  });

  test("rooms with unusual names", async () => {
    const three = await clients(suite);
    const rooms = ["ü", "a#b#", "*", "[x]?", "7", " ", "twenty-characters-ab"];
    await suite.cluster.join(three[1], ...rooms);
    for (const room of rooms) await suite.nodes[0].do("emit", { rooms: [room] }, "hello", room);
    const [none, got, others] = await suite.cluster.received(suite.nodes[0], three);
    assert.deepEqual(sorted(got.map(([, room]) => room)), sorted(rooms));
    assert.deepEqual([none, others], [[], []]);
  });

  test("a room that was left", async () => {
    const three = await clients(suite);
    await suite.cluster.join(three[1], "left");
    await three[1].emitWithAck("leave", "left");
    await suite.nodes[0].do("emit", { rooms: ["left"] }, "hello");
    assert.deepEqual(await suite.cluster.received(suite.nodes[0], three), [[], [], []]);
  });

  test("socket.broadcast and socket.to() leave out the socket itself", async () => {
    const three = await clients(suite);
    const [a, b] = three;
    await suite.cluster.join(a, "room");
    await suite.cluster.join(b, "room");
    a.emit("to-others", "others", 1);
    a.emit("to-room", "room", "in room", bytes(1));
    await until(() => b.got.length === 2, "both events");
    const got = await suite.cluster.received(suite.nodes[0], three);
    assert.deepEqual(got.map(byName), [[], [["in room", bytes(1)], ["others", 1]], [["others", 1]]]);
  });

  test("flags: local reaches one server; volatile and compress reach all", async () => {
    const three = await clients(suite);
    const { hasLoops } = suite.nodes[0];
    if (!hasLoops) {
      await suite.nodes[0].do("emit", { flags: { local: true } }, "local");
      // A client to which something is still being sent misses what is volatile.
      await until(() => three[0].got.length === 1, "the local event");
    }
    await suite.nodes[0].do("emit", { flags: { volatile: true } }, "volatile");
    await suite.nodes[0].do("emit", { flags: { compress: false } }, "plain");
    const got = (await suite.cluster.received(suite.nodes[0], three)).map((events) => events.flat());
    const both = ["volatile", "plain"];
    assert.deepEqual(got, [hasLoops ? both : ["local", ...both], both, both]);
  });

  test("the order of one sender is kept", async () => {
    const three = await clients(suite);
    const numbers = Array.from({ length: 300 }, (_, i) => i);
    await Promise.all(numbers.map((i) => suite.nodes[0].do("emit", {}, "n", i)));
    for (const got of await suite.cluster.received(suite.nodes[0], three)) {
      assert.deepEqual(got, numbers.map((i) => ["n", i]));
    }
  });
}

function acknowledgements(suite) {
  const ask = (to, ...args) => suite.nodes[0].do("emitWithAck", { flags: { timeout: 5000 }, ...to }, ...args);

  test("every client of all servers answers", async () => {
    const three = await clients(suite);
    three.forEach((client, i) => client.on("ask", (value, ack) => ack({ i, value })));
    const { responses, isComplete } = await ask({}, "ask", "x");
    assert.ok(isComplete);
    assert.deepEqual(sorted(responses.map(({ i }) => i)), [0, 1, 2]);
    assert.ok(responses.every(({ value }) => value === "x"));
  });

  test("binary data is asked for and answered", async () => {
    const three = await clients(suite);
    for (const client of three) client.on("ask", (value, ack) => ack({ file: Buffer.concat([value, bytes(9)]) }));
    const { responses } = await ask({}, "ask", bytes(1, 2));
    assert.deepEqual(responses, Array(3).fill({ file: bytes(1, 2, 9) }));
  });

  test("only those in the room are asked, and nobody in an empty one", async () => {
    const three = await clients(suite);
    three.forEach((client, i) => client.on("ask", (ack) => ack(i)));
    await suite.cluster.join(three[2], "asked");
    assert.deepEqual(await ask({ rooms: ["asked"] }, "ask"), { responses: [2], isComplete: true });
    assert.deepEqual(await ask({ rooms: ["nobody's"] }, "ask"), { responses: [], isComplete: true });
  });

  test("after the timeout there are the answers that have come", async () => {
    const three = await clients(suite);
    three[0].on("ask", (ack) => ack("a"));
    three[1].on("ask", (ack) => ack("b"));
    const { responses, isComplete } = await ask({ flags: { timeout: 400 } }, "ask");
    assert.ok(!isComplete);
    assert.deepEqual(sorted(responses), ["a", "b"]);
  });
}

function requests(suite) {
  const fetch = async (to = {}) => {
    const found = await suite.nodes[0].do("fetchSockets", to);
    return found.sort((x, y) => (x.id < y.id ? -1 : 1));
  };
  const ids = async (to) => (await fetch(to)).map(({ id }) => id);
  const eventually = (condition, what) => until(condition, what);

  test("fetchSockets finds those of all servers", async () => {
    const three = await clients(suite, { auth: { token: "abc" } });
    await suite.cluster.join(three[1], "room");
    await three[1].emitWithAck("set-data", { name: "Ada", list: [1, { two: 2 }] });
    assert.deepEqual(await ids(), sorted(three.map(({ id }) => id)));
    assert.deepEqual(await ids({ except: ["room"] }), sorted([three[0].id, three[2].id]));
    if (!suite.nodes[0].hasLoops) {
      assert.deepEqual(await ids({ flags: { local: true } }), [three[0].id]);
    }
    const [found, ...none] = await fetch({ rooms: ["room"] });
    assert.deepEqual(none, []);
    assert.equal(found.id, three[1].id);
    assert.deepEqual(found.rooms, sorted([three[1].id, "room"]));
    assert.deepEqual(found.data, { name: "Ada", list: [1, { two: 2 }] });
    assert.deepEqual(found.auth, { token: "abc" });
    assert.match(found.headers.host, /^127\.0\.0\.1:\d+$/);
  });

  test("socketsJoin and socketsLeave", async () => {
    const three = await clients(suite);
    const [a, b, c] = three.map(({ id }) => id);
    await suite.nodes[0].do("socketsJoin", {}, ["all", "everybody"]);
    await eventually(async () => (await ids({ rooms: ["all"] })).length === 3, "all in the room");
    assert.deepEqual(await ids({ rooms: ["everybody"] }), sorted([a, b, c]));
    await suite.nodes[0].do("socketsJoin", { rooms: [b] }, ["chosen"]);
    await eventually(async () => (await ids({ rooms: ["chosen"] })).length === 1, "one in the room");
    assert.deepEqual(await ids({ rooms: ["chosen"] }), [b]);
    await suite.nodes[0].do("socketsLeave", { rooms: ["all"], except: ["chosen"] }, ["all"]);
    await eventually(async () => (await ids({ rooms: ["all"] })).length === 1, "two have left");
    assert.deepEqual(await ids({ rooms: ["all"] }), [b]);
    if (suite.nodes[0].hasLoops) return;
    await suite.nodes[0].do("socketsJoin", { flags: { local: true } }, ["here"]);
    await eventually(async () => (await ids({ rooms: ["here"] })).length === 1, "one is here");
    assert.deepEqual(await ids({ rooms: ["here"] }), [a]);
  });

  test("a socket of another server", async () => {
    const three = await clients(suite);
    const [, b] = three;
    await suite.nodes[0].do("remoteSocket", { id: b.id }, "join", "remote");
    await eventually(async () => (await ids({ rooms: ["remote"] })).length === 1, "it is in the room");
    await suite.nodes[0].do("remoteSocket", { id: b.id }, "emit", "hello", bytes(1));
    assert.deepEqual(await suite.cluster.received(suite.nodes[0], three), [[], [["hello", bytes(1)]], []]);
    await suite.nodes[0].do("remoteSocket", { id: b.id }, "leave", "remote");
    await eventually(async () => (await ids({ rooms: ["remote"] })).length === 0, "it has left");
    await suite.nodes[0].do("remoteSocket", { id: b.id }, "disconnect", true);
    assert.match(await within(b.disconnected_because, "its disconnection"), /^(transport close|io server disconnect)$/);
  });

  test("disconnectSockets", async () => {
    const three = await clients(suite);
    const [a, b, c] = three;
    await suite.cluster.join(a, "out");
    await suite.cluster.join(b, "out");
    await suite.nodes[0].do("disconnectSockets", { rooms: ["out"] }, false);
    assert.equal(await within(a.disconnected_because, "its disconnection"), "io server disconnect");
    assert.equal(await within(b.disconnected_because, "its disconnection"), "io server disconnect");
    assert.ok(c.connected);
    await suite.nodes[0].do("disconnectSockets", {}, true);
    assert.match(await within(c.disconnected_because, "its disconnection"), /^(transport close|io server disconnect)$/);
  });
}

function serverSideEvents(suite) {
  test("the servers are counted", async () => {
    for (const node of suite.nodes) {
      assert.equal(await node.do("serverCount", {}), 2);
      assert.equal(await node.do("serverCount", { nsp: "/custom" }), 2);
    }
  });

  test("serverSideEmit reaches the others", async () => {
    const args = [1, "2", { a: [true, null] }];
    await suite.nodes[0].do("serverSideEmit", {}, "note", ...args);
    await suite.nodes[0].do("serverSideEmit", { nsp: "/custom" }, "note", "custom");
    const heard = async (node) => (await node.do("heard")).filter(({ args: [, ...rest] }) => rest[0] !== "end");
    await until(async () => (await heard(suite.nodes[1])).length === 2, "both events");
    // Two namespaces may be in two streams, which keep no order between them.
    const by_name = (await heard(suite.nodes[1])).sort((one, other) => (one.nsp < other.nsp ? -1 : 1));
    assert.deepEqual(by_name, [
      { nsp: "/", args },
      { nsp: "/custom", args: ["custom"] },
    ]);
    assert.deepEqual(await suite.nodes[0].do("heard"), []);
  });

  test("serverSideEmit with acknowledgements", async () => {
    const pid = await suite.nodes[1].do("pid");
    assert.deepEqual(await suite.nodes[0].do("serverSideEmitWithAck", {}, "ask", 1, { two: 2 }), {
      responses: [{ pid, args: [1, { two: 2 }] }],
      isComplete: true,
    });
  });

  test("a server that does not answer is missing", async () => {
    assert.deepEqual(await suite.nodes[0].do("serverSideEmitWithAck", {}, "ask-nobody"), {
      responses: [],
      isComplete: false,
    });
  });
}

function namespaces(suite) {
  test("namespaces are apart", async () => {
    const three = await clients(suite);
    const others = await clients(suite, { nsp: "/custom" });
    await suite.nodes[0].do("emit", { nsp: "/custom" }, "custom");
    await suite.nodes[0].do("emit", {}, "main");
    for (const got of await suite.cluster.received(suite.nodes[0], three)) assert.deepEqual(got, [["main"]]);
    for (const got of await suite.cluster.received(suite.nodes[0], others)) assert.deepEqual(got, [["custom"]]);
  });

  test("namespaces that come with their clients", async () => {
    const nsp = "/dynamic-1";
    const first = await suite.nodes[0].client({ nsp });
    const second = await suite.nodes[1].client({ nsp });
    await suite.cluster.known(nsp);
    await suite.cluster.connected([first, second]);
    await suite.nodes[0].do("emit", { nsp }, "hello", bytes(1));
    for (const got of await suite.cluster.received(suite.nodes[0], [first, second])) {
      assert.deepEqual(got, [["hello", bytes(1)]]);
    }
    const found = await suite.nodes[0].do("fetchSockets", { nsp });
    assert.deepEqual(sorted(found.map(({ id }) => id)), sorted([first.id, second.id]));
  });

  test("what is sent to the parent of namespaces reaches each of them once", async () => {
    const [first, second] = suite.nodes;
    const all = [];
    // A node with two loops has the first on both, and the others on one each.
    for (const nsp of ["/dynamic-2", "/dynamic-2", "/dynamic-3", "/dynamic-4"]) all.push(await first.client({ nsp }));
    for (const nsp of ["/dynamic-2", "/dynamic-3", "/dynamic-4"]) all.push(await second.client({ nsp }));
    const elsewhere = await second.client({ nsp: "/dynamic-5" });
    const parent = { parent: true };
    await suite.cluster.connected(all, parent);
    await suite.cluster.join(all.at(-1), "room");
    await first.do("emit", parent, "all", bytes(1));
    await first.do("emit", { ...parent, rooms: ["room"] }, "in");
    await first.do("emit", { ...parent, except: ["room"] }, "except");
    const got = await suite.cluster.received(first, all, parent);
    for (const events of got.slice(0, -1)) assert.deepEqual(events, [["all", bytes(1)], ["except"]]);
    assert.deepEqual(byName(got.at(-1)), [["all", bytes(1)], ["in"]]);
    // The first node has no such namespace.
    assert.deepEqual(await suite.cluster.received(second, [elsewhere], parent), [[]]);
    if (!first.hasLoops) return;
    // An official server does no more for a parent.
    await first.do("socketsJoin", parent, ["joined"]);
    const joined = async () => (await first.do("fetchSockets", { ...parent, rooms: ["joined"] })).map(({ id }) => id);
    await until(async () => (await joined()).length === all.length, "all in the room");
    assert.deepEqual(sorted(await joined()), sorted(all.map(({ id }) => id)));
  });
}
