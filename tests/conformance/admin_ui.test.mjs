// SPDX-License-Identifier: MIT
//
// The Admin UI's side of the server, as its page uses it: the page is the official client.

import assert from "node:assert/strict";
import { call, connectClient, connected, createClient, settled } from "./support/client.mjs";
import { until } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const development = useServer("socketio", { flags: ["--admin", "development"] });
const production = useServer("socketio", { flags: ["--admin", "production"] });
const readonly = useServer("socketio", { flags: ["--admin", "development", "--admin-readonly"] });
const guarded = useServer("socketio", { flags: ["--admin", "production", "--admin-auth"] });

const COMMANDS = ["EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"];
const credentials = { username: "admin", password: "changeit" };

const createPage = (t, server, options) => createClient(t, server, { namespace: "/admin", ...options });

async function openPage(t, server, options) {
  const page = createPage(t, server, options);
  await connected(page);
  return page;
}

/** The arguments of the page's next event of that name for which the condition holds. */
async function heard(page, name, holds = () => true) {
  for (;;) {
    const [event, ...args] = await page.events.next(`event ${name}`);
    if (event === name && holds(...args)) return args;
  }
}

const isDate = (text) => assert.equal(new Date(text).toISOString(), text);

// --- Who may use it ---

scenario("a page without credentials is refused", async (t) => {
  await assert.rejects(openPage(t, guarded()), { message: "invalid credentials" });
});

for (const [what, auth] of [
  ["name", { ...credentials, username: "someone" }],
  ["password", { ...credentials, password: "wrong" }],
  ["session", { sessionId: "unknown" }],
]) {
  scenario(`a page with a wrong ${what} is refused`, async (t) => {
    await assert.rejects(openPage(t, guarded(), { auth }), { message: "invalid credentials" });
  });
}

scenario(
  "credentials that are no text are refused",
  { differs: "its middleware fails, and the client gets no answer" },
  async (t) => {
    const auth = { ...credentials, password: 1 };
    await assert.rejects(openPage(t, guarded(), { auth }), { message: "invalid credentials" });
  },
);

scenario(
  "a page is told its session once it has connected",
  { differs: "it tells it before, and the page, which listens from then on, misses it" },
  async (t) => {
    const page = createPage(t, guarded(), { auth: credentials });
    page.offAny();
    page.once("connect", () => page.onAny((...event) => page.events.push(event)));
    assert.equal((await page.events.next())[0], "session");
  },
);

scenario("a page with the password gets a session, which lets it in again", async (t) => {
  const page = await openPage(t, guarded(), { auth: credentials });
  const [sessionId] = await heard(page, "session");
  assert.equal(typeof sessionId, "string");
  assert.ok(sessionId.length >= 16);
  page.disconnect();

  const again = await openPage(t, guarded(), { auth: { sessionId } });
  assert.equal((await again.events.next())[0], "config");
});

scenario("passwords that are checked hold up nobody", async (t) => {
  const client = await connectClient(t, guarded(), { transports: ["websocket"] });
  const auth = { ...credentials, password: "wrong" };
  const pages = Array.from({ length: 40 }, () => openPage(t, guarded(), { auth, transports: ["websocket"] }));
  const refused = Promise.all(pages.map((page) => assert.rejects(page, { message: "invalid credentials" })));
  await settled(client);
  await refused;
});

// --- What it shows ---

scenario("a page gets the features and all sockets", async (t) => {
  const options = { transports: ["websocket"], query: { a: "b" }, auth: { token: "secret" } };
  const client = await connectClient(t, development(), options);
  await call(client, "join", "room");
  const page = await openPage(t, development());
  const [config] = await heard(page, "config");
  assert.deepEqual(config, { supportedFeatures: [...COMMANDS, "AGGREGATED_EVENTS", "ALL_EVENTS"] });

  const [sockets] = await heard(page, "all_sockets");
  const shown = sockets.find(({ id }) => id === client.id);
  assert.deepEqual(Object.keys(shown).sort(), ["clientId", "data", "handshake", "id", "nsp", "rooms", "transport"]);
  assert.equal(shown.clientId.length, 12);
  assert.equal(shown.clientId, client.io.engine.id.slice(0, 12));
  assert.equal(shown.nsp, "/");
  assert.equal(shown.transport, "websocket");
  assert.deepEqual(shown.data, {});
  assert.deepEqual(shown.rooms, [client.id, "room"]);
  const { handshake } = shown;
  const known = ["address", "headers", "issued", "query", "secure", "time", "url", "xdomain"];
  assert.deepEqual(Object.keys(handshake).sort(), known);
  assert.equal(handshake.query.a, "b");
  assert.equal(handshake.secure, false);
  assert.equal(handshake.address.replace("::ffff:", ""), "127.0.0.1");
  assert.ok(sockets.some(({ id, nsp }) => id === page.id && nsp === "/admin"));
});

scenario("an address is what a proxy says", async (t) => {
  const page = await openPage(t, development());
  const options = { extraHeaders: { "x-forwarded-for": "192.0.2.1" } };
  const client = await connectClient(t, development(), options);
  const [shown] = await heard(page, "socket_connected", ({ id }) => id === client.id);
  assert.equal(shown.handshake.address, "192.0.2.1");
});

for (const namespace of ["/", "/dynamic-77"]) {
  scenario(`what a client does in ${namespace} is shown in order`, async (t) => {
    const page = await openPage(t, development());
    await heard(page, "all_sockets");
    const client = await connectClient(t, development(), { namespace, transports: ["websocket"] });
    const { id } = client;
    const isIts = (nsp, itsId) => nsp === namespace && itsId === id;

    const [nsp, room, joined, when] = await heard(page, "room_joined", (_nsp, _room, itsId) => itsId === id);
    assert.deepEqual([nsp, room, joined], [namespace, id, id]);
    isDate(when);
    const [shown, connectedAt] = await heard(page, "socket_connected");
    assert.equal(shown.id, id);
    assert.deepEqual(shown.rooms, [id]);
    isDate(connectedAt);
    const [, , auth] = await heard(page, "event_sent", isIts);
    assert.deepEqual(auth, ["auth", {}]);

    await call(client, "join", "room");
    assert.deepEqual((await heard(page, "event_received", isIts))[2], ["join", "room"]);
    assert.deepEqual((await heard(page, "room_joined")).slice(0, 3), [namespace, "room", id]);
    await call(client, "join", "room");
    await call(client, "leave", "room");
    assert.deepEqual((await heard(page, "room_left")).slice(0, 3), [namespace, "room", id]);
    await call(client, "leave", "room");

    client.emit("message", 1, Buffer.from("abc"), { a: [null] });
    const args = [1, Buffer.from("abc"), { a: [null] }];
    const [, , received, receivedAt] = await heard(page, "event_received", (_n, _i, [name]) => name === "message");
    assert.deepEqual(received, ["message", ...args]);
    isDate(receivedAt);
    assert.deepEqual((await heard(page, "event_sent", isIts))[2], ["message-back", ...args]);

    client.emit("all", "told", "you");
    assert.deepEqual((await heard(page, "event_sent", isIts))[2], ["told", "you"]);

    client.disconnect();
    const gone = await heard(page, "socket_disconnected");
    assert.deepEqual(gone.slice(0, 3), [namespace, id, "client namespace disconnect"]);
    isDate(gone[3]);
    // Of the rooms that it has left again and again, nothing is told twice.
    assert.deepEqual((await heard(page, "room_left")).slice(0, 3), [namespace, id, id]);
  });
}

scenario("an upgrade is shown in each namespace", async (t) => {
  const page = await openPage(t, development());
  const client = createClient(t, development(), { transports: ["polling", "websocket"] });
  const isUpgrade = (update) => update.transport !== undefined && update.id === client.id;
  await connected(client);
  const [update] = await heard(page, "socket_updated", isUpgrade);
  assert.deepEqual(update, { id: client.id, nsp: "/", transport: "websocket" });
});

scenario("changed data is shown", async (t) => {
  const page = await openPage(t, development());
  const client = await connectClient(t, development());
  await call(client, "set-data", { a: 1 });
  const [update] = await heard(page, "socket_updated", ({ id, data }) => id === client.id && data?.value);
  assert.deepEqual(update, { id: client.id, nsp: "/", data: { value: { a: 1 } } });
});

scenario("numbers arrive every two seconds", async (t) => {
  const page = await openPage(t, development());
  const polling = await connectClient(t, development(), { transports: ["polling"], namespace: "/custom" });
  const { hostname } = await import("node:os");
  const hasBoth = ({ clientsCount, pollingClientsCount }) => clientsCount === 2 && pollingClientsCount === 1;
  const [stats] = await heard(page, "server_stats", hasBoth);
  assert.equal(stats.serverId, hostname());
  assert.equal(stats.hostname, hostname());
  assert.ok(Number.isInteger(stats.pid));
  assert.ok(stats.uptime > 0 && stats.uptime < 600);
  const count = (name) => stats.namespaces.find((nsp) => nsp.name === name)?.socketsCount;
  assert.deepEqual([count("/"), count("/custom"), count("/admin")], [0, 1, 1]);
  polling.disconnect();
  const [after] = await heard(page, "server_stats", ({ pollingClientsCount }) => pollingClientsCount === 0);
  assert.equal(after.clientsCount, 1);
});

// --- What it changes ---

scenario("a page emits to a namespace, a room and a client", async (t) => {
  const page = await openPage(t, development());
  const [one, two] = [await connectClient(t, development()), await connectClient(t, development())];
  const elsewhere = await connectClient(t, development(), { namespace: "/custom" });
  await call(one, "join", "pages-room");
  page.emit("emit", "/", undefined, "everybody", 1, Buffer.from("abc"));
  page.emit("emit", "/", "pages-room", "room", 2);
  page.emit("emit", "/", two.id, "client");
  page.emit("emit", "/", "", "end");
  const expected = (...events) => [["everybody", 1, Buffer.from("abc")], ...events, ["end"]];
  for (const event of expected(["room", 2])) assert.deepEqual(await one.events.next(), event);
  for (const event of expected(["client"])) assert.deepEqual(await two.events.next(), event);
  await elsewhere.events.silence();
});

scenario("a page makes clients join and leave rooms", async (t) => {
  const page = await openPage(t, development());
  const client = await connectClient(t, development());
  const other = await connectClient(t, development());
  page.emit("join", "/", "first", client.id);
  assert.deepEqual((await heard(page, "room_joined", (_n, room) => room === "first"))[2], client.id);
  assert.deepEqual(await call(client, "rooms"), [client.id, "first"].sort());
  assert.deepEqual(await call(other, "rooms"), [other.id]);
  page.emit("join", "/", "second");
  await until(async () => (await call(other, "rooms")).includes("second"), "everybody in the room");
  assert.deepEqual(await call(client, "rooms"), [client.id, "first", "second"].sort());
  page.emit("leave", "/", "second", "first");
  assert.deepEqual((await heard(page, "room_left", (_n, room) => room === "second"))[2], client.id);
  assert.deepEqual(await call(client, "rooms"), [client.id, "first"].sort());
  assert.deepEqual(await call(other, "rooms"), [other.id, "second"].sort());
});

for (const close of [false, true]) {
  scenario(`a page disconnects clients${close ? " and closes their connections" : ""}`, async (t) => {
    const page = await openPage(t, development());
    const client = await connectClient(t, development());
    const { id } = client;
    const beside = client.io.socket("/custom");
    await connected(beside);
    const gone = new Promise((resolve) => client.once("disconnect", resolve));
    page.emit("_disconnect", "/", close, id);
    assert.equal(await gone, "io server disconnect");
    await heard(page, "socket_disconnected", (nsp, itsId) => nsp === "/" && itsId === id);
    await until(() => beside.connected === !close, "the end of its connection, or not");
  });
}

scenario(
  "a namespace that does not exist is not made",
  { differs: "it makes whatever namespace a page names" },
  async (t) => {
    const page = await openPage(t, development());
    page.emit("emit", "/never-heard-of", undefined, "event");
    page.emit("emit", "/admin", page.id, "done");
    await heard(page, "done");
    const [stats] = await heard(page, "server_stats");
    assert.ok(!stats.namespaces.some(({ name }) => name === "/never-heard-of"));
  },
);

scenario("a page that only reads changes nothing", async (t) => {
  const client = await connectClient(t, readonly());
  const page = await openPage(t, readonly());
  const [config] = await heard(page, "config");
  assert.deepEqual(config, { supportedFeatures: ["AGGREGATED_EVENTS", "ALL_EVENTS"] });
  page.emit("join", "/", "room");
  page.emit("emit", "/", undefined, "event");
  page.emit("_disconnect", "/", true, client.id);
  // Over the same connection, so after these.
  const beside = page.io.socket("/");
  await connected(beside);
  await call(beside, "message-with-ack", "settled");
  assert.deepEqual(await call(client, "rooms"), [client.id]);
  await client.events.silence();
});

// --- Production ---

scenario("in production there are numbers only", async (t) => {
  const page = await openPage(t, production());
  assert.deepEqual(await page.events.next(), [
    "config",
    { supportedFeatures: [...COMMANDS, "AGGREGATED_EVENTS"] },
  ]);
  const client = await connectClient(t, production(), { transports: ["websocket"] });
  await call(client, "join", "room");
  await call(client, "message-with-ack", "x".repeat(5_000));
  client.disconnect();

  const sums = {};
  const isComplete = ({ aggregatedEvents }) => {
    for (const { timestamp, type, subType, count, ...rest } of aggregatedEvents) {
      assert.deepEqual(rest, {});
      assert.equal(timestamp % 1000, 0);
      assert.ok(Math.abs(Date.now() - timestamp) < 30_000);
      const name = subType ? `${type} ${subType}` : type;
      sums[name] = (sums[name] ?? 0) + count;
    }
    return sums["rawDisconnection transport close"] >= 1;
  };
  for (;;) {
    const [event, stats] = await page.events.next("numbers");
    assert.equal(event, "server_stats");
    if (isComplete(stats)) break;
  }
  assert.equal(sums.rawConnection, 2);
  assert.equal(sums["rawDisconnection transport close"], 1);
  assert.ok(sums.packetsIn >= 5 && sums.packetsIn < 20, `${sums.packetsIn} packets`);
  assert.ok(sums.packetsOut >= 6 && sums.packetsOut < 20, `${sums.packetsOut} packets`);
  for (const bytes of ["bytesIn", "bytesOut"]) {
    assert.ok(sums[bytes] > 5_000 && sums[bytes] < 10_000, `${sums[bytes]} ${bytes}`);
  }
});
