// SPDX-License-Identifier: MIT
// The arena, as a plain client plays it. `decode` reads the layout that arena_snapshot.hpp describes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, connected, hears, hearsWhen, slowsDown } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

const RIGHT = 8;

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

const arena = (test, url = showcase.url) => connected(test, `${url}/arena`);

function decode(bytes) {
  assert.ok(Buffer.isBuffer(bytes));
  const coins = bytes[4];
  const players = bytes[5];
  assert.equal(bytes.length, 6 + 4 * coins + 8 * players);
  const start = 6 + 4 * coins;
  return {
    tick: bytes.readUInt32LE(0),
    coins,
    players: Array.from({ length: players }, (_, i) => {
      const at = start + 8 * i;
      return {
        id: bytes[at],
        keys: bytes[at + 1],
        x: bytes.readUInt16LE(at + 2) / 32,
        y: bytes.readUInt16LE(at + 4) / 32,
        score: bytes.readUInt16LE(at + 6),
      };
    }),
  };
}

describe("the arena", () => {
  it("takes players in, who are told which one they are", async (test) => {
    const ada = await arena(test);
    const listed = hearsWhen(ada, "players", (players) => players.some(({ name }) => name === "Ada"));
    const reply = await ada.emitWithAck("join", " Ada ");
    assert.equal(reply.ok, true);
    assert.deepEqual(
      { width: reply.width, height: reply.height, rate: reply.ticksPerSecond },
      { width: 1600, height: 900, rate: 30 },
    );
    const players = await listed;
    assert.deepEqual(
      players.find(({ id }) => id === reply.id),
      { id: reply.id, name: "Ada", bot: false },
    );
  });

  it("refuses names that are none", async (test) => {
    const socket = await arena(test);
    for (const name of ["", "  ", "x".repeat(25), "A\u200bda"]) {
      assert.equal((await socket.emitWithAck("join", name)).ok, false);
    }
    const error = hears(socket, "error");
    socket.emit("join", "");
    assert.match((await error).message, /1 to 24/);
  });

  it("slows down who joins without end", async (test) => {
    const socket = await arena(test);
    await slowsDown(() => socket.emitWithAck("join", "Ada"));
  });

  it("moves who holds a key, for all to see", async (test) => {
    const ada = await arena(test);
    const looker = await arena(test);
    const { id } = await ada.emitWithAck("join", "Ada");
    const playerIn = (bytes) => decode(bytes).players.find((player) => player.id === id);
    const from = playerIn(await hearsWhen(looker, "state", playerIn));
    // Whoever begins at the wall is there already.
    ada.emit("input", RIGHT);
    const moved = playerIn(
      await hearsWhen(looker, "state", (bytes) => {
        const player = playerIn(bytes);
        return player.keys === RIGHT && (player.x > from.x + 50 || player.x > 1500);
      }),
    );
    assert.ok(moved.x >= from.x);
  });

  it("goes on, tick after tick", async (test) => {
    const socket = await arena(test);
    let { tick } = decode(await hears(socket, "state"));
    for (let states = 0; states < 30; ++states) {
      const later = decode(await hears(socket, "state"));
      assert.ok(later.tick > tick);
      ({ tick } = later);
    }
  });

  it("lets players leave and come back at any time", async (test) => {
    const ada = await arena(test);
    const looker = await arena(test);
    const { id } = await ada.emitWithAck("join", "Ada");
    const isHere = (bytes) => decode(bytes).players.some((player) => player.id === id);
    await hearsWhen(looker, "state", isHere);
    ada.emit("leave");
    await hearsWhen(looker, "state", (bytes) => !isHere(bytes));
    const again = await ada.emitWithAck("join", "Ada");
    await hearsWhen(looker, "state", (bytes) =>
      decode(bytes).players.some((player) => player.id === again.id),
    );
    ada.disconnect();
    await hearsWhen(looker, "state", (bytes) =>
      decode(bytes).players.every((player) => player.id !== again.id),
    );
  });

  it("shrugs at input that is none", async (test) => {
    const ada = await arena(test);
    await ada.emitWithAck("join", "Ada");
    for (const wrong of [-1, 256, 1.5, "8", null, {}, Buffer.from([8])]) ada.emit("input", wrong);
    ada.emit("input");
    ada.emit("bots", -1);
    ada.emit("join", 7);
    assert.equal(await ada.emitWithAck("rtt"), true);
  });
});

describe("bots", () => {
  it("come when a visitor asks, play, and go with the last one", async (test) => {
    const own = await Showcase.start();
    test.after(() => own.stop());
    const ada = await arena(test, own.url);
    assert.deepEqual(await ada.emitWithAck("bots", 25), { bots: 25 });
    const players = await hearsWhen(ada, "players", (list) => list.length === 25);
    assert.ok(players.every(({ name, bot }) => bot && /^Bot \d+$/.test(name)));
    await hearsWhen(ada, "state", (bytes) => {
      const { players: seen } = decode(bytes);
      return seen.length === 25 && seen.some(({ score }) => score > 0);
    });
    ada.disconnect();
    const main = await connected(test, own.url);
    await hearsWhen(main, "metrics-update", (sample) => sample.activeConnections === 1);
  });

  it("are counted for everybody: at the beginning, and when somebody asks for others", async (test) => {
    const own = await Showcase.start({ BOTS: "2" });
    test.after(() => own.stop());
    const ada = connect(test, `${own.url}/arena`);
    assert.equal(await hears(ada, "bots"), 2);
    const looker = connect(test, `${own.url}/arena`);
    assert.equal(await hears(looker, "bots"), 2);
    const told = Promise.all([ada, looker].map((socket) => hears(socket, "bots")));
    ada.emit("bots", 5);
    assert.deepEqual(await told, [5, 5]);
  });

  it("are at most fifty", async (test) => {
    const own = await Showcase.start();
    test.after(() => own.stop());
    const ada = await arena(test, own.url);
    assert.deepEqual(await ada.emitWithAck("bots", 1000), { bots: 50 });
    await hearsWhen(ada, "players", (list) => list.length === 50);
    assert.deepEqual(await ada.emitWithAck("bots", 3), { bots: 3 });
    await hearsWhen(ada, "players", (list) => list.length === 3);
  });

  it("are there from the start, and stay, if BOTS says so", async (test) => {
    const own = await Showcase.start({ BOTS: "4" });
    test.after(() => own.stop());
    const ada = await arena(test, own.url);
    assert.deepEqual(await ada.emitWithAck("bots", 0), { bots: 4 });
    await hearsWhen(ada, "state", (bytes) => decode(bytes).players.length === 4);
  });
});
