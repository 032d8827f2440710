// SPDX-License-Identifier: MIT
// A plain client of the official package: it knows the events, and nothing of the page.
import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { io } from "socket.io-client";

export function connect(test, url, options = {}) {
  const socket = io(url, {
    forceNew: true,
    transports: ["websocket"],
    ackTimeout: 10_000,
    ...options,
  });
  test.after(() => socket.disconnect());
  return socket;
}

/** The same, once it is connected. */
export async function connected(test, url, options) {
  const socket = connect(test, url, options);
  await Promise.race([
    once(socket, "connect"),
    hears(socket, "connect_error").then((error) => Promise.reject(error)),
  ]);
  return socket;
}

/** The first argument of the next such event. */
export async function hears(socket, event) {
  const [argument] = await once(socket, event);
  return argument;
}

/** The first argument of the next such event that has one that fits. */
export function hearsWhen(socket, event, fits) {
  return new Promise((resolve) => {
    socket.on(event, function take(argument) {
      if (!fits(argument)) return;
      socket.off(event, take);
      resolve(argument);
    });
  });
}

export async function refused(answer, words) {
  const reply = await answer;
  assert.equal(reply.ok, false);
  assert.match(reply.error, words);
}

/** What is told to many is refused to who does it without end, and allowed again afterwards. */
export async function slowsDown(ask) {
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  const refusals = answers.filter((answer) => answer.ok === false);
  assert.ok(refusals.length > 0 && refusals.length <= 50, `${refusals.length} refusals`);
  for (const { error } of refusals) assert.match(error, /too much at once/);
  while ((await ask()).ok === false) await setTimeout(50);
}

let people = 0;

/** Tests of a file share one server, so every person has a name of their own. */
export function freshName() {
  return `person ${++people}`;
}
