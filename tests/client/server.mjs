// SPDX-License-Identifier: MIT
//
// What the C++ client is tested with, see README.md: makes servers, proxies and lying servers on free loopback ports at
// the request of a test. Requests are lines of JSON, `{id, target, do, ...}`; each is answered with `{id, result}` or
// `{id, error}`. What a target notices is sent without a request: `{target, saw}`. Ends when its input ends.

import { createInterface } from "node:readline";
import { Liar } from "./support/liar.mjs";
import { Proxy, Relay } from "./support/middlemen.mjs";
import { OfficialEngine } from "./support/official_engine.mjs";
import { OfficialServer } from "./support/official_server.mjs";

const KINDS = { official: OfficialServer, engine: OfficialEngine, liar: Liar, proxy: Proxy, relay: Relay };
const targets = new Map();
let made = 0;

// There is nobody left to report to.
process.stdout.on("error", () => process.exit(1));
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function make({ kind, options }) {
  const target = ++made;
  const server = new KINDS[kind](options, (saw) => say({ target, saw }));
  targets.set(target, server);
  return { target, port: await server.start() };
}

async function handle({ target, do: action, ...request }) {
  if (action === "make") return make(request);
  if (action === "nothing") return null;
  const server = targets.get(target);
  if (action === "drop") targets.delete(target);
  return server[action === "drop" ? "stop" : action](request);
}

// The test program has crashed: there is nobody left to serve.
process.stdin.on("error", () => process.exit(1));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...request } = JSON.parse(line);
  handle(request).then(
    (result) => say({ id, result: result ?? null }),
    (error) => say({ id, error: error.stack }),
  );
}
process.exit(0);
