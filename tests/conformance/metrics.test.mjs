// SPDX-License-Identifier: MIT
//
// The metrics of a server, after traffic of official clients, as Prometheus' official parser reads them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { call, connectClient, settled } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { send, target } from "./support/http.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

// Debian's, which has the package of the parser.
const python = process.env.PYTHON ?? "/usr/bin/python3";
const reader = fileURLToPath(new URL("support/read_metrics.py", import.meta.url));
const differs = "it has no metrics";

async function parse(page) {
  const child = spawn(python, [reader], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(page);
  const [[code], json] = await Promise.all([once(child, "exit"), text(child.stdout)]);
  assert.equal(code, 0, `the parser refuses:\n${page}`);
  return JSON.parse(json);
}

/** What the page says now: `value(sample, labels)`. */
async function read(server) {
  const { status, headers, body } = await send(server, "/metrics");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const families = await parse(body);
  const samples = Object.values(families).flatMap((family) => family.samples);
  return {
    families,
    value(name, labels = {}) {
      const found = samples.filter(([sample, its]) => sample === name && isDeepStrictEqual(its, labels));
      assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}`);
      return found[0][2];
    },
  };
}

/** By how much a number has grown since `before`. */
const growth = (before, after, name, labels) => after.value(name, labels) - before.value(name, labels);

const started = useServer("socketio", { flags: ["--metrics"] });

scenario("families have the types and units that they are documented with", { differs }, async () => {
  const { families } = await read(started());
  const kinds = Object.fromEntries(Object.entries(families).map(([name, { type, unit }]) => [name, `${type} ${unit}`]));
  assert.deepEqual(kinds, {
    socketio_connections: "gauge ",
    socketio_connections_accepted: "counter ",
    socketio_connections_refused: "counter ",
    socketio_sessions: "gauge ",
    socketio_sessions_opened: "counter ",
    socketio_sessions_closed: "counter ",
    socketio_upgrades_started: "counter ",
    socketio_upgrades_completed: "counter ",
    socketio_requests_refused: "counter ",
    socketio_bad_packets: "counter ",
    socketio_packets_received: "counter ",
    socketio_packets_sent: "counter ",
    socketio_packets_dropped: "counter ",
    socketio_received_bytes: "counter bytes",
    socketio_sent_bytes: "counter bytes",
    socketio_sockets: "gauge ",
    socketio_sockets_connected: "counter ",
    socketio_events_received: "counter ",
    socketio_events_sent: "counter ",
    socketio_events_dropped: "counter ",
    socketio_posts_dropped: "counter ",
    socketio_ack_latency_seconds: "histogram seconds",
    socketio_loop_lag_seconds: "histogram seconds",
  });
});

scenario("sessions count by transport, and move with an upgrade", { differs }, async (t) => {
  const before = await read(started());
  const polling = await connectClient(t, started(), { transports: ["polling"] });
  const websocket = await connectClient(t, started(), { transports: ["websocket"] });
  const upgrading = await connectClient(t, started(), { transports: ["polling", "websocket"] });
  const { engine } = upgrading.io;
  if (engine.transport.name !== "websocket") await nextEvent(engine, "upgrade");
  await settled(upgrading);

  const during = await read(started());
  const open = (transport) => growth(before, during, "socketio_sessions", { transport });
  assert.deepEqual([open("polling"), open("websocket")], [1, 2]);
  const opened = (transport) => growth(before, during, "socketio_sessions_opened_total", { transport });
  assert.deepEqual([opened("polling"), opened("websocket")], [2, 1]);
  assert.equal(growth(before, during, "socketio_upgrades_started_total"), 1);
  assert.equal(growth(before, during, "socketio_upgrades_completed_total"), 1);
  assert.ok(during.value("socketio_connections") >= 3);

  for (const socket of [polling, websocket, upgrading]) socket.disconnect();
  let after;
  await until(async () => {
    after = await read(started());
    return growth(before, after, "socketio_sessions", { transport: "polling" }) === 0 &&
      growth(before, after, "socketio_sessions", { transport: "websocket" }) === 0;
  }, "the end of all sessions");
  assert.equal(growth(before, after, "socketio_sessions_closed_total", { reason: "transport close" }), 3);
});

scenario("events count by namespace", { differs }, async (t) => {
  const before = await read(started());
  const clients = [
    await connectClient(t, started(), { namespace: "/custom" }),
    await connectClient(t, started(), { namespace: "/custom" }),
  ];
  for (let i = 0; i < 10; ++i) clients[0].emit("message", i);
  for (let i = 0; i < 5; ++i) clients[0].emit("all", "told", i);
  await settled(clients[0]);
  await settled(clients[1]);

  const after = await read(started());
  const grown = (name) => growth(before, after, name, { namespace: "/custom" });
  assert.equal(grown("socketio_sockets"), 2);
  assert.equal(grown("socketio_sockets_connected_total"), 2);
  assert.equal(grown("socketio_events_received_total"), 10 + 5 + 2);
  // The events "auth", the answers, the broadcasts.
  assert.equal(grown("socketio_events_sent_total"), 2 + 10 + 5 * 2);
  assert.equal(grown("socketio_events_dropped_total"), 0);
  assert.equal(growth(before, after, "socketio_events_received_total", { namespace: "/" }), 0);
});

for (const transport of ["polling", "websocket"]) {
  scenario(`packets and bytes, ${transport}`, { differs }, async (t) => {
    const socket = await connectClient(t, started(), { transports: [transport] });
    await settled(socket);
    let before;
    await until(async () => {
      before = await read(started());
      const open = (name) => before.value("socketio_sessions", { transport: name });
      return open("polling") + open("websocket") === 1;
    }, "the end of other cases' sessions");
    const received = 3;
    for (let i = 0; i < received; ++i) socket.emit("message", "ä");
    assert.deepEqual(await call(socket, "message-with-ack", Buffer.from("1234")), Buffer.from("1234"));
    const after = await read(started());
    const grown = (name) => growth(before, after, name);
    // The attachment is a packet.
    assert.equal(grown("socketio_packets_received_total"), received + 2);
    assert.equal(grown("socketio_packets_sent_total"), received + 2);
    const question = `51-1["message-with-ack",{"_placeholder":true,"num":0}]`.length + 4;
    const message = Buffer.byteLength(`2["message","ä"]`);
    assert.equal(grown("socketio_received_bytes_total"), received * message + question);
    const answer = `61-1[{"_placeholder":true,"num":0}]`.length + 4;
    const back = Buffer.byteLength(`2["message-back","ä"]`);
    assert.equal(grown("socketio_sent_bytes_total"), received * back + answer);
  });
}

scenario("answers count with their time", { differs }, async (t) => {
  const before = await read(started());
  const socket = await connectClient(t, started());
  socket.on("question", (answer) => setTimeout(() => answer(1), 120));
  socket.on("no-answer", () => {});
  for (let i = 0; i < 3; ++i) await call(socket, "ask", "question", 5_000);
  await call(socket, "ask", "no-answer", 10);
  const after = await read(started());
  const grown = (suffix, labels) => growth(before, after, `socketio_ack_latency_seconds_${suffix}`, labels);
  assert.equal(grown("count"), 3);
  assert.ok(grown("sum") >= 3 * 0.119, `${grown("sum")} s`);
  assert.equal(grown("bucket", { le: "0.1" }), 0);
  assert.equal(grown("bucket", { le: "+Inf" }), 3);
});

scenario("refusals and what is no packet", { differs }, async (t) => {
  const before = await read(started());
  await send(started(), target(started(), { transport: "ftp" }));
  await send(started(), target(started(), { transport: "polling", sid: "unknown" }));
  const socket = await connectClient(t, started(), { transports: ["websocket"] });
  socket.io.engine.write("nonsense");
  await socket.events.next("the end").then(assert.fail, () => {});
  const after = await read(started());
  const refused = (reason) => growth(before, after, "socketio_requests_refused_total", { reason });
  assert.equal(refused("Transport unknown"), 1);
  assert.equal(refused("Session ID unknown"), 1);
  assert.equal(refused("Bad request"), 0);
  assert.equal(growth(before, after, "socketio_bad_packets_total", { protocol: "socket.io" }), 1);
  assert.equal(growth(before, after, "socketio_bad_packets_total", { protocol: "engine.io" }), 0);
});

scenario("clients make names of namespaces, but not of as many as they like", { differs }, async (t) => {
  const server = started();
  const names = Array.from({ length: 110 }, (_, i) => `/dynamic-${i}`);
  for (let begin = 0; begin < names.length; begin += 30) {
    const [first, ...rest] = names.slice(begin, begin + 30);
    const socket = await connectClient(t, server, { namespace: first, transports: ["websocket"], multiplex: false });
    await Promise.all(
      rest.map(async (name) => {
        await nextEvent(socket.io.socket(name), "connect");
      }),
    );
  }
  const { families, value } = await read(server);
  const labels = families.socketio_sockets.samples.map(([, { namespace }]) => namespace);
  assert.equal(labels.length, 101);
  assert.ok(value("socketio_sockets", { namespace: "other" }) > 0);
  const sockets = labels.map((namespace) => value("socketio_sockets", { namespace }));
  assert.ok(sockets.reduce((sum, count) => sum + count) >= names.length);
});

scenario("the lag of the loop", { differs }, async () => {
  await until(async () => (await read(started())).value("socketio_loop_lag_seconds_count") > 0, "a measurement");
});
