#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Two servers of ours with two loops each and two of Node.js on one Redis, a crowd of clients, and one
// misfortune after another for as long as is said. Every delivery is counted for every client, and the table
// at the end says what was promised (docs/scaling.md, docs/adapters.md) and what was seen.
//
// A round: something goes wrong while everybody sends; it ends; when every server is heard by everybody, nothing
// is wrong, and everybody sends again; then the round is checked.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { patience } from "../conformance/support/deadline.mjs";
import { Cluster } from "./support/cluster.mjs";
import { Crowd } from "./support/crowd.mjs";
import { draws } from "./support/draws.mjs";
import { Misfortunes, joined } from "./support/misfortunes.mjs";
import { judge } from "./support/promises.mjs";
import { Questions } from "./support/questions.mjs";
import { Redis } from "./support/redis.mjs";
import { Server } from "./support/server.mjs";

const usage = "usage: nemesis.mjs SECONDS [--seed N] [--adapter classic|sharded:dynamic|streams|...] [--clients N]";
const kinds = ["loops", "loops", "node", "node"];
const calmFor = 1_200; // ms
const pause = 20; // ms, between two requests in calm
const askEvery = 400; // ms, in trouble
const longerThanTimeouts = 6_000; // ms
const shown = 5; // examples of what broke a promise

function settings() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string", default: `${Date.now() % 1_000_000}` },
      adapter: { type: "string", default: "classic" },
      clients: { type: "string", default: "1000" },
    },
  });
  const [seconds, seed, clients] = [positionals[0], values.seed, values.clients].map(Number);
  if (positionals.length !== 1 || !(seconds > 0 && seed >= 0 && clients > 0)) {
    console.error(usage);
    process.exit(1);
  }
  return { seconds, seed, clients, adapter: values.adapter };
}

class Nemesis {
  rounds = 0;
  tally = {};
  clientsSeen = 0;
  #began = Date.now();

  constructor({ seed, adapter, clients }) {
    Object.assign(this, { adapter, clients });
    // What goes wrong does not depend on how quickly everything else happens.
    [this.drawMisfortune, this.drawTraffic, this.drawQuestion] = [1, 2, 3].map((i) => draws(seed * 3 + i));
  }

  async start() {
    this.redis = await Redis.start(this.adapter.startsWith("streams") ? { appendonly: "yes" } : {});
    this.servers = kinds.map((kind, i) => new Server(kind, i, this.adapter));
    await Promise.all(this.servers.map((server) => server.open(this.redis)));
    this.crowd = new Crowd(this.servers, this.drawTraffic);
    this.questions = new Questions(this.crowd, this.drawQuestion);
    const cluster = { redis: this.redis, servers: this.servers, isStreams: this.adapter.startsWith("streams") };
    this.misfortunes = new Misfortunes(cluster, this.drawMisfortune);
    await this.crowd.fill(this.clients);
    await this.#settle();
    await this.#calm();
    this.#check([], "nothing is wrong");
  }

  async #settle() {
    this.crowd.phase = "trouble";
    await this.crowd.settle(this.adapter.startsWith("sharded"));
    await new Cluster(this.redis, this.adapter).known("/", this.servers.length);
  }

  async #calm() {
    this.crowd.phase = "calm";
    this.crowd.startTraffic();
    for (const end = Date.now() + calmFor; Date.now() < end; ) {
      await this.questions.askInCalm();
      await sleep(pause);
    }
    this.crowd.stopTraffic();
    await this.crowd.calmIsOver();
  }

  async round() {
    this.crowd.beginRound();
    await this.crowd.mingle(10);
    await this.#settle();
    this.crowd.startTraffic();
    const misfortunes = this.misfortunes.next();
    const isLong = this.drawMisfortune(3) === 0 && misfortunes.some(({ mayBeLong }) => mayBeLong);
    const milliseconds = isLong ? longerThanTimeouts : 300 + this.drawMisfortune(1_200);
    const text = misfortunes.map((one) => one.text).join(", and ");
    const harms = await this.#suffer(misfortunes, milliseconds);
    this.crowd.stopTraffic();
    await this.#settle();
    await this.questions.answered();
    await this.#calm();
    this.#check(harms, `${text} (${(milliseconds / 1000).toFixed(1)} s)`);
  }

  async #suffer(misfortunes, milliseconds) {
    const began = Date.now();
    for (const one of misfortunes) await one.begin();
    for (let left = milliseconds; left > 0; left -= askEvery) {
      this.questions.askInTrouble();
      await sleep(Math.min(left, askEvery));
    }
    for (const one of misfortunes) await one.end();
    return misfortunes.map((one) => one.harm(Date.now() - began));
  }

  #check(harms, text) {
    const { sends, receivers } = this.crowd;
    const result = judge({ sends, receivers, harm: joined(harms) });
    for (const [name, { counted, broken }] of Object.entries(result)) {
      this.tally[name] ??= { counted: 0, broken: [] };
      this.tally[name].counted += counted;
      this.tally[name].broken.push(...broken.map((one) => describe(one, receivers, this.rounds)));
    }
    this.clientsSeen += receivers.size;
    const { twice, unpromised, ...promised } = { ...result };
    const broken = twice.broken.length + Object.values(promised).reduce((sum, one) => sum + one.broken.length, 0);
    const seconds = ((Date.now() - this.#began) / 1000).toFixed(1).padStart(7);
    console.log(
      `${seconds} s  round ${this.rounds}: ${text}: ${sends.length} events, ${twice.counted} deliveries, ` +
        `${unpromised.broken.length} lost that may be, ${broken} promises broken`,
    );
    this.rounds += 1;
  }

  /** Rows of a promise, how often it was looked at, and what broke it. */
  table(problem) {
    const { crowd, questions, rounds } = this;
    const of = (name, more = []) => ({ counted: this.tally[name]?.counted ?? 0, broken: [...(this.tally[name]?.broken ?? []), ...more] });
    const late = (crowd?.late ?? []).map(({ send, receiver }) => `event ${send.id} at ${receiver}, after its round`);
    const [calm, trouble] = [questions?.calm, questions?.trouble].map((one) => one ?? { counted: 0, broken: [] });
    return [
      ["no event arrives twice", of("twice")],
      ["events of one sender arrive in their order", of("order", late)],
      ["no event arrives in a room that it is not for", of("rooms")],
      ["all that is sent while nothing is wrong arrives", of("calm")],
      ["in trouble: all between servers that it does not touch", of("others")],
      ["in trouble: all from a C++ server to its own clients", of("own")],
      ["clients keep their connection as long as their server", { counted: this.clientsSeen, broken: crowd?.cutOff ?? [] }],
      ["while nothing is wrong, requests are answered by all", calm],
      ["in trouble, C++ servers' requests return their own part", trouble],
      ["servers do what they are told, and come back to Redis", { counted: rounds, broken: [...(crowd?.failures ?? []), ...problem] }],
    ];
  }

  async stop() {
    this.redis?.resume();
    await this.crowd?.stop();
    await Promise.all(this.servers?.map((server) => server.stop()) ?? []);
    await this.redis?.stop();
  }
}

function describe({ send, receiver }, receivers, round) {
  const from = send.sender?.id === undefined ? "" : " (a client)";
  const to = send.room ?? "all";
  return (
    `round ${round}: event ${send.id} of ${send.server?.name ?? "nobody"}${from} to ${to} (${send.phase}), ` +
    `at ${receiver} of ${receivers.get(receiver).server.name}`
  );
}

function print(rows, unpromised) {
  const width = Math.max(...rows.map(([promise]) => promise.length));
  const line = (promise, counted, broken, verdict) =>
    console.log(`${promise.padEnd(width)}  ${`${counted}`.padStart(10)}  ${`${broken}`.padStart(8)}  ${verdict}`);
  console.log();
  line("promised", "counted", "broken", "seen");
  for (const [promise, { counted, broken }] of rows) {
    line(promise, counted, broken.length, broken.length > 0 ? "BROKEN" : counted > 0 ? "kept" : "not seen");
  }
  line("(not promised: from and to servers in trouble)", unpromised.counted, unpromised.broken.length, "lost");
  for (const [promise, { broken }] of rows) {
    for (const one of broken.slice(0, shown)) console.log(`BROKEN: ${promise}: ${one}`);
  }
}

const { seconds, ...options } = settings();
console.log(`seed ${options.seed}, ${options.adapter}, ${options.clients} clients, ${seconds} s`);
patience.milliseconds = 60_000;
const nemesis = new Nemesis(options);
const problem = [];
let isInterrupted = false;
process.once("SIGINT", () => (isInterrupted = true));
const end = Date.now() + seconds * 1000;
try {
  await nemesis.start();
  while (Date.now() < end && !isInterrupted) await nemesis.round();
} catch (error) {
  problem.push(error.stack);
}
await nemesis.stop().catch((error) => problem.push(error.stack));
const rows = nemesis.table(problem);
print(rows, nemesis.tally.unpromised ?? { counted: 0, broken: [] });
const failed = rows.filter(([, { broken }]) => broken.length > 0).length;
console.log(`\n${rows.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
