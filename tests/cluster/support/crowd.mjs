// SPDX-License-Identifier: MIT
//
// The clients of the nemesis run, what they and the servers send, and the log of both. Each client is in
// two rooms. One that loses its server goes to another one, or waits for its own to be back, and is a new
// receiver there.

import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../conformance/support/deadline.mjs";
import { isFor } from "./checker.mjs";
import { LightClient } from "./light_client.mjs";

const roomNames = Array.from({ length: 20 }, (_, i) => `room ${i}`);
const pace = 30; // ms between two events
const retry = 50; // ms
const arrivingAtOnce = 50;

export class Crowd {
  receivers = new Map();
  sends = [];
  phase = "calm";
  /** Connections that ended although the server did not. */
  cutOff = [];
  /** Events of rounds that were over. */
  late = [];
  failures = [];
  #firstId = 0;
  #arrivals = 0;
  #coming = new Set();
  #saying = new Set();
  #timer;
  #isOver = false;

  constructor(servers, draw) {
    this.servers = servers;
    this.draw = draw;
  }

  any(list) {
    return list[this.draw(list.length)];
  }

  get present() {
    return [...this.receivers.values()].filter(({ hasEnded }) => !hasEnded);
  }

  at(server) {
    return this.present.filter((receiver) => receiver.server === server);
  }

  inRoom(room) {
    return this.present.filter(({ rooms }) => rooms.includes(room));
  }

  anyRoom() {
    return this.any(roomNames);
  }

  async fill(count) {
    for (let first = 0; first < count; first += arrivingAtOnce) {
      for (let i = first; i < Math.min(first + arrivingAtOnce, count); ++i) {
        this.#come(`client ${i}`, this.servers[i % this.servers.length]);
      }
      await this.everybody();
    }
  }

  /** All are connected and in their rooms. */
  async everybody() {
    while (this.#coming.size > 0) await Promise.all(this.#coming);
  }

  #come(name, server) {
    const coming = this.#arrive(name, server).finally(() => this.#coming.delete(coming));
    this.#coming.add(coming);
  }

  async #arrive(name, wanted) {
    for (let server = wanted; !this.#isOver; server = this.any(this.servers)) {
      await until(() => server.isUp || this.#isOver, `${server.name} for ${name}`);
      if (await this.#tryToArrive(name, server)) return;
      await sleep(retry);
    }
  }

  async #tryToArrive(name, server) {
    const receiver = { name: `${name} (${++this.#arrivals})`, server, got: [], rooms: [], isNew: true, hasJoined: false, hasEnded: false };
    const { node } = server;
    receiver.client = new LightClient({
      onEvent: (event, args, ack) => (event === "question" ? ack(receiver.name) : this.#onNumbered(receiver, args[0])),
      onEnd: () => this.#onEnd(name, receiver, node),
    });
    try {
      await receiver.client.connect(node.port);
      receiver.rooms = [receiver.client.id, this.anyRoom(), this.anyRoom()];
      this.receivers.set(receiver.name, receiver);
      await receiver.client.ask("join", receiver.rooms.slice(1));
      receiver.hasJoined = true;
    } catch {
      // Once it was connected, its end has been seen, and it comes again.
      return this.receivers.has(receiver.name);
    }
    return true;
  }

  #onEnd(name, receiver, node) {
    receiver.hasEnded = true;
    if (this.#isOver) return;
    if (!node.isKilled) this.cutOff.push(receiver.name);
    this.#come(name, this.any(this.servers));
  }

  #onNumbered(receiver, id) {
    if (id < this.#firstId) return void this.late.push({ send: { id }, receiver: receiver.name });
    receiver.got.push(id);
    const send = this.sends[id - this.#firstId];
    if (send !== undefined) send.arrived += 1;
  }

  #note(send) {
    const id = this.#firstId + this.sends.length;
    const due = this.present.filter(({ rooms }) => isFor(send, rooms)).length;
    this.sends.push({ ...send, id, phase: this.phase, due, arrived: 0 });
    return this.sends.at(-1);
  }

  /** A server says something, when it gets to that. */
  say(server, room, except = []) {
    const { node } = server;
    const send = this.#note({ sender: node, server, room, except });
    const saying = node
      .do("emit", { rooms: room === null ? [] : [room], except }, "numbered", send.id)
      .catch((error) => node.isKilled || this.failures.push(`${server.name}: ${error.message}`))
      .finally(() => this.#saying.delete(saying));
    this.#saying.add(saying);
    return send;
  }

  /** A client has its server tell others. */
  #tell({ client, server }, room) {
    const { id } = this.#note({ sender: client, server, room, except: [client.id] });
    room === null ? client.emit("to-others", "numbered", id) : client.emit("to-room", room, "numbered", id);
  }

  #somethingHappens() {
    const present = this.present;
    const teller = this.any(present);
    const running = this.servers.filter(({ isUp }) => isUp);
    const kind = this.draw(20);
    if (teller !== undefined) {
      if (kind === 0) return this.#tell(teller, null);
      if (kind < 6) return this.#tell(teller, this.anyRoom());
      if (kind < 8) return this.#tell(teller, this.any(present).client.id);
    }
    if (running.length === 0) return;
    const server = this.any(running);
    if (kind < 10) this.say(server, null);
    else if (kind < 15) this.say(server, this.anyRoom());
    else if (kind < 17) this.say(server, this.anyRoom(), [this.anyRoom()]);
    else if (present.length > 0) this.say(server, this.any(present).client.id);
  }

  startTraffic() {
    this.#timer = setInterval(() => this.#somethingHappens(), pace);
  }

  stopTraffic() {
    clearInterval(this.#timer);
  }

  /** What was sent while nothing was wrong is everywhere. Whether it is there once, the checker says. */
  async calmIsOver() {
    await Promise.all(this.#saying);
    const calm = this.sends.filter(({ phase }) => phase === "calm");
    await until(() => calm.every(({ arrived, due }) => arrived >= due), "all that was sent").catch(() => {});
  }

  /** Everybody hears every server, in all rooms if each has a way of its own. */
  async settle(hasRoomsApart) {
    await this.everybody();
    const routes = this.servers.flatMap((server) => (hasRoomsApart ? [null, ...roomNames] : [null]).map((room) => ({ server, room })));
    const marks = routes.map((route) => ({ ...route, sends: [] }));
    let attempts = 0;
    await until(async () => {
      const missing = marks.filter(({ sends }) => !sends.some(({ arrived, due }) => arrived >= due));
      if (attempts++ % 100 === 0) for (const mark of missing) mark.sends.push(this.say(mark.server, mark.room));
      return missing.length === 0;
    }, "every server heard by everybody");
    await this.everybody();
  }

  /** Forgets what has been checked. */
  beginRound() {
    this.#firstId += this.sends.length;
    this.sends = [];
    this.receivers = new Map(this.present.map((receiver) => [receiver.name, receiver]));
    for (const receiver of this.receivers.values()) Object.assign(receiver, { got: [], isNew: false });
  }

  /** Some change one of their rooms for another one. */
  async mingle(share) {
    const changes = this.present.filter(() => this.draw(100) < share);
    await Promise.all(
      changes.map(async ({ client, rooms }) => {
        const [, left, kept] = rooms.splice(0);
        const entered = this.anyRoom();
        rooms.push(client.id, kept, entered);
        if (left !== kept) await client.ask("leave", left);
        await client.ask("join", entered);
      }),
    );
  }

  async stop() {
    this.#isOver = true;
    this.stopTraffic();
    await Promise.all(this.#saying);
    for (const { client } of this.present) client.close();
  }
}
