// SPDX-License-Identifier: MIT
//
// Waiting with a deadline: for a promise, a condition, an event, or the next item in an inbox. Each
// wait has a description, which is the message if it fails.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** The longest time that a case waits for something that must happen. */
export const patience = { milliseconds: 10_000 };

/** How long nothing may arrive, in cases that test silence. */
export const SILENCE = 150;

export function within(promise, what, milliseconds = patience.milliseconds) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function until(condition, what, milliseconds = patience.milliseconds) {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
    await sleep(10);
  }
}

/** The arguments of the next event with that name. */
export function nextEvent(emitter, name, milliseconds) {
  const seen = new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
  return within(seen, `event ${name}`, milliseconds);
}

/**
 * Items that have arrived and have not been asked for, in order. Nothing is lost between
 * two requests.
 */
export class Inbox {
  #items = [];
  #readers = [];
  #end;

  push(item) {
    const reader = this.#readers.shift();
    if (reader) reader.resolve(item);
    else this.#items.push(item);
  }

  /**
   * Nothing more will arrive: whoever waits, or asks after the last item, gets this reason
   * as an error.
   */
  end(reason) {
    this.#end ??= new Error(`nothing more arrives: ${reason}`);
    for (const reader of this.#readers.splice(0)) reader.reject(this.#end);
  }

  get size() {
    return this.#items.length;
  }

  next(what = "the next item", milliseconds) {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    if (this.#end) return Promise.reject(this.#end);
    const reader = {};
    const item = new Promise((resolve, reject) => Object.assign(reader, { resolve, reject }));
    this.#readers.push(reader);
    return within(item, what, milliseconds).catch((error) => {
      this.#readers = this.#readers.filter((other) => other !== reader);
      throw error;
    });
  }

  async silence(milliseconds = SILENCE) {
    await sleep(milliseconds);
    assert.deepEqual(this.#items, [], "something arrived where nothing should have");
  }
}
