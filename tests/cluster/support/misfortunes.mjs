// SPDX-License-Identifier: MIT
//
// What goes wrong in the nemesis run: with servers, with the network between them and Redis, and with
// Redis. Each knows how it begins and ends, and which servers may suffer from it.

import assert from "node:assert/strict";

/**
 * Servers that Redis does not answer for 5 s connect anew, and miss what was sent meanwhile. A pause that
 * took less than this has to leave no trace.
 */
const tolerated = 3_000; // ms

const harm = ({ killed = [], senders = [], receivers = [] } = {}) => ({
  killed: new Set(killed),
  senders: new Set(senders),
  receivers: new Set(receivers),
});
const both = (indices) => harm({ senders: indices, receivers: indices });

/**
 * Each makes one: `text` says what happens to the server, or to Redis; `harm` is a function of how many
 * milliseconds it has taken. What has `last` is ended after all others. It `mayBeLong` if its length matters.
 */
const kinds = {
  kill: (server) => ({
    text: `${server.name} is killed and started again`,
    begin: () => server.kill(),
    end: () => server.start(),
    harm: () => harm({ killed: [server.index] }),
    last: true,
  }),
  pause: (server) => ({
    text: `${server.name} stands still`,
    begin: () => server.pause(),
    end: () => server.resume(),
    harm: (took) => both(took < tolerated ? [] : [server.index]),
    mayBeLong: true,
  }),
  cut: (server, { isStreams }) => ({
    text: `${server.name} is cut off from Redis`,
    begin: () => server.proxy.cut(),
    end: () => server.proxy.heal(),
    // From a stream it reads afterwards what it has missed.
    harm: () => harm({ senders: [server.index], receivers: isStreams ? [] : [server.index] }),
  }),
  silence: (server) => ({
    text: `nothing comes through between ${server.name} and Redis`,
    begin: () => server.proxy.silence(),
    end: () => server.proxy.heal(),
    harm: (took) => both(took < tolerated ? [] : [server.index]),
    mayBeLong: true,
  }),
  slow: (server) => ({
    text: `${server.name} is 150 ms away from Redis`,
    begin: () => server.proxy.slow(150),
    end: () => server.proxy.heal(),
    harm: () => harm(),
  }),
  killRedis: (_server, { redis, servers }) => ({
    text: "Redis is killed and started again",
    begin: () => redis.kill(),
    end: async () => assert.ok(await redis.launch()),
    harm: () => both(servers.map(({ index }) => index)),
  }),
  pauseRedis: (_server, { redis, servers }) => ({
    text: "Redis stands still",
    begin: () => redis.pause(),
    end: () => redis.resume(),
    harm: (took) => both(took < tolerated ? [] : servers.map(({ index }) => index)),
    mayBeLong: true,
  }),
};

/** Every kind comes once before one comes again, and the order is drawn. */
export class Misfortunes {
  #bag = [];

  constructor(cluster, draw) {
    this.cluster = cluster;
    this.draw = draw;
  }

  /** One, and sometimes two at a time. The network of a server has one fault at most. */
  next() {
    const { servers } = this.cluster;
    const first = this.draw(servers.length);
    const second = (first + 1 + this.draw(servers.length - 1)) % servers.length;
    const chosen = this.draw(3) === 0 ? [first, second] : [first];
    return chosen
      .map((index) => this.#take()(servers[index], this.cluster))
      .sort((x, y) => Number(x.last ?? false) - Number(y.last ?? false));
  }

  #take() {
    if (this.#bag.length === 0) this.#bag = Object.values(kinds);
    return this.#bag.splice(this.draw(this.#bag.length), 1)[0];
  }
}

/** What several of them may do together. */
export function joined(list) {
  const union = (name) => new Set(list.flatMap((one) => [...one[name]]));
  return { killed: union("killed"), senders: union("senders"), receivers: union("receivers") };
}
