// SPDX-License-Identifier: MIT
//
// Events that every node sends all the time, to everybody and to two rooms in turn, and what the
// clients get of them. Each node has a client in each room.

import { until } from "../../conformance/support/deadline.mjs";

const rooms = [null, "a", "b"];
const pace = 40; // ms between two events of one node

export class Traffic {
  sends = [];
  receivers = new Map();
  failures = [];
  #underway = new Set();
  #phase = "starting";
  #timer;

  constructor(cluster) {
    this.cluster = cluster;
    this.nodes = [...cluster.nodes];
  }

  async start() {
    for (const [i, node] of this.nodes.entries()) {
      for (const room of ["a", "b"]) {
        const client = await node.client();
        await client.emitWithAck("join", [room]);
        this.#listen(`node ${i}, ${room}`, client, node, room);
      }
    }
    this.#timer = setInterval(() => this.nodes.forEach((node) => this.#send(node)), pace);
    // What came before may have been sent to a node that did not listen yet.
    await this.flows();
    this.#phase = "before";
  }

  #listen(name, client, node, room) {
    const receiver = { rooms: [room], node, client, got: [], latency: 0 };
    this.receivers.set(name, receiver);
    client.on("numbered", (id) => {
      receiver.got.push(id);
      const send = this.sends[id];
      if (send?.sender === node) receiver.latency = Math.max(receiver.latency, Date.now() - send.at);
    });
    client.on("disconnect", (reason) => this.failures.push(`${name} was disconnected: ${reason}`));
  }

  #send(node) {
    const id = this.sends.length;
    const room = rooms[Math.floor(id / this.nodes.length) % rooms.length];
    this.sends.push({ id, sender: node, room, phase: this.#phase, at: Date.now() });
    const sent = node
      .do("emit", { rooms: room === null ? [] : [room] }, "numbered", id)
      .catch((error) => this.failures.push(error.message))
      .finally(() => this.#underway.delete(sent));
    this.#underway.add(sent);
  }

  #hasArrived(send, isAmong) {
    return [...this.receivers.values()].every(
      (receiver) =>
        !isAmong(receiver) ||
        (send.room !== null && !receiver.rooms.includes(send.room)) ||
        receiver.got.includes(send.id),
    );
  }

  /** Something of every node to every room, sent from now on, has arrived everywhere. */
  async flows(isAmong = () => true, senders = this.nodes) {
    const first = this.sends.length;
    const hasArrived = (node, room) =>
      this.sends
        .slice(first)
        .some((send) => send.sender === node && send.room === room && this.#hasArrived(send, (to) => isAmong(to, send)));
    for (const [i, node] of this.nodes.entries()) {
      for (const room of senders.includes(node) ? rooms : []) {
        await until(() => hasArrived(node, room), `an event from node ${i} to ${room ?? "all"} that arrives everywhere`);
      }
    }
  }

  /** These nodes serve their own clients. */
  flowsLocally(nodes) {
    return this.flows((receiver, send) => receiver.node === send.sender, nodes);
  }

  async #allArrived(phase) {
    const sends = this.sends.filter((send) => send.phase === phase);
    await until(() => sends.every((send) => this.#hasArrived(send, () => true)), `all that was sent ${phase} the fault`);
  }

  /** What is sent from now on may suffer from a fault, and nothing that was sent before. */
  async beginFault() {
    this.#phase = "during";
    await this.#allArrived("before");
  }

  /** The fault has ended: all that is sent from some moment on arrives. */
  async endFault() {
    await this.flows();
    this.#phase = "after";
    await this.flows();
    clearInterval(this.#timer);
    await Promise.all(this.#underway);
    await this.#allArrived("after");
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#underway);
    for (const { client } of this.receivers.values()) {
      client.removeAllListeners("disconnect");
      client.disconnect();
    }
  }

  /** The sends that are meant by a list of the checker, as text. */
  describe(list) {
    return list.map(({ send, receiver }) => {
      const from = this.nodes.indexOf(send.sender);
      return `${send.id} from node ${from} to ${send.room ?? "all"} (${send.phase}), at ${receiver}`;
    });
  }
}
