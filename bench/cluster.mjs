// SPDX-License-Identifier: MIT
//
// Where a scenario takes place: one server, or two on a Redis. Redis shares the core of the load, so that
// the servers have theirs for themselves.

import { spawnSync } from "node:child_process";
import net from "node:net";

import { load_core, pin_to, server_core, start } from "./contestants.mjs";

const redis = { title: "Redis", command: ["redis-server"] };
const redis_options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
const patience_ms = 20_000;
// Each server subscribes to this one after all others.
const last_channel = "socket.io-request#/#";

export const has_redis = () => spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;

async function on_one_server(contestant, options) {
  const server = await start(contestant, pin_to(contestant.cores ?? server_core), options);
  return { port: server.port, pid: server.pid, load_options: [], stop: server.stop };
}

function subscribers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(`PUBSUB NUMSUB ${last_channel}\r\n`));
    socket.once("data", (reply) => {
      socket.destroy();
      resolve(Number(/:(\d+)\r\n$/.exec(reply)?.[1]));
    });
    socket.once("error", () => resolve(NaN));
  });
}

async function until_joined(port, count) {
  for (const deadline = Date.now() + patience_ms; (await subscribers(port)) !== count; ) {
    if (Date.now() > deadline) throw new Error("the servers do not subscribe to Redis");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function on_two_servers(contestant, options) {
  const running = [];
  const stop = async () => {
    for (const one of running) await one.stop();
  };
  try {
    const broker = await start(redis, pin_to(load_core), redis_options);
    running.push(broker);
    const all = [...options, "--redis", `redis://127.0.0.1:${broker.port}`];
    for (let i = 0; i < 2; ++i) running.push(await start(contestant, pin_to(server_core), all));
    await until_joined(broker.port, 2);
    const [, first, other] = running;
    const load_options = ["--other-port", other.port, "--other-pid", other.pid, "--redis-pid", broker.pid].map(String);
    return { port: first.port, pid: first.pid, load_options, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// `port` and `pid` are those of the server, or of the first one.
export function open_site(scenario, contestant) {
  const options = scenario.server ?? [];
  return scenario.on_redis ? on_two_servers(contestant, options) : on_one_server(contestant, options);
}
