// SPDX-License-Identifier: MIT
//
// The requests of the nemesis run: who is in a room, what its clients answer, what the other servers
// answer, how many there are. While nothing is wrong the answers are exact. In trouble a server of ours returns
// at least its own part.

import { isDeepStrictEqual } from "node:util";

const inCalm = 60_000; // ms: nothing depends on how busy the machine is
const inTrouble = 2_000; // ms
const sorted = (list) => [...list].sort();
const areDifferent = (list) => new Set(list).size === list.length;
const ids = (receivers) => receivers.map(({ client }) => client.id);
const names = (receivers) => receivers.map(({ name }) => name);

export class Questions {
  calm = { counted: 0, broken: [] };
  trouble = { counted: 0, broken: [] };
  #underway = new Set();

  constructor(crowd, draw) {
    this.crowd = crowd;
    this.draw = draw;
  }

  #any(list) {
    return list[this.draw(list.length)];
  }

  /** Asks one server one thing, and compares. */
  async askInCalm() {
    const { servers } = this.crowd;
    const asked = this.#any(servers);
    const others = servers.filter((server) => server !== asked);
    const room = this.crowd.anyRoom();
    const members = this.crowd.inRoom(room);
    const to = { rooms: [room], flags: { timeout: inCalm } };
    const kinds = {
      fetchSockets: async () => [await this.#idsIn(asked, to), ids(members)],
      emitWithAck: async () => [(await asked.node.do("emitWithAck", to, "question")).responses, names(members)],
      serverSideEmitWithAck: async () => {
        const { responses } = await asked.node.do("serverSideEmitWithAck", {}, "ask");
        return [responses.map(({ pid }) => pid), others.map(({ node }) => node.process.pid)];
      },
      serverCount: async () => [[await asked.node.do("serverCount", {})], [servers.length]],
    };
    const kind = this.#any(Object.keys(kinds));
    this.calm.counted += 1;
    try {
      const [got, expected] = (await kinds[kind]()).map(sorted);
      if (!isDeepStrictEqual(got, expected)) {
        const missing = expected.filter((one) => !got.includes(one));
        this.calm.broken.push(`${kind} at ${asked.name}: ${got.length} for ${expected.length}, missing ${missing.slice(0, 5)}`);
      }
    } catch (error) {
      this.calm.broken.push(`${kind} at ${asked.name}: ${error.message}`);
    }
  }

  async #idsIn({ node }, to) {
    return (await node.do("fetchSockets", to)).map(({ id }) => id);
  }

  /** One server of ours, which does not wait for the answers. */
  askInTrouble() {
    const ours = this.crowd.servers.filter(({ isUp, isOurs }) => isUp && isOurs);
    if (ours.length === 0) return;
    const asking = this.#askInTrouble(this.#any(ours)).finally(() => this.#underway.delete(asking));
    this.#underway.add(asking);
  }

  async #askInTrouble(asked) {
    const { node } = asked;
    const room = this.crowd.anyRoom();
    const to = { rooms: [room], flags: { timeout: inTrouble } };
    const own = ids(this.crowd.at(asked).filter(({ hasJoined, rooms }) => hasJoined && rooms.includes(room)));
    try {
      // Its timer may run out while it stands still; then even the answer of its other loop is late.
      const stoodStill = asked.timesPaused;
      const found = await this.#idsIn(asked, to);
      const isWhole = own.every((id) => found.includes(id)) || asked.timesPaused !== stoodStill || asked.isPaused;
      const { responses } = await node.do("emitWithAck", to, "question");
      this.trouble.counted += 2;
      if (!isWhole) this.trouble.broken.push(`${asked.name} found ${found.length}, and not all of its own ${own.length}`);
      if (!areDifferent(found)) this.trouble.broken.push(`${asked.name} found somebody twice`);
      if (!areDifferent(responses)) this.trouble.broken.push(`${asked.name} has been answered twice by one client`);
    } catch (error) {
      if (!node.isKilled) this.trouble.broken.push(`${asked.name}: ${error.message}`);
    }
  }

  async answered() {
    await Promise.all(this.#underway);
  }
}
