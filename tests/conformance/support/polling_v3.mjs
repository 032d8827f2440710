// SPDX-License-Identifier: MIT
//
// An Engine.IO 3 session over long-polling: payloads with lengths, as text or as bytes.

import assert from "node:assert/strict";
import { send, target } from "./http.mjs";

/** Packets as a text payload. */
export const encode = (...packets) => packets.map((each) => `${each.length}:${each}`).join("");

/** The packets of a text payload. */
export function decode(payload) {
  const packets = [];
  for (let rest = payload; rest !== ""; ) {
    const [header] = /^\d+:/.exec(rest) ?? assert.fail(`no payload: ${payload}`);
    const length = parseInt(header, 10);
    packets.push(rest.slice(header.length, header.length + length));
    rest = rest.slice(header.length + length);
  }
  return packets;
}

/** Packets as a payload of bytes: texts as strings, binary packets as Buffers with their type. */
export const encodeBytes = (...packets) =>
  Buffer.concat(
    packets.map((packet) => {
      const bytes = Buffer.from(packet);
      const digits = [...String(bytes.length)].map(Number);
      return Buffer.concat([Buffer.from([Buffer.isBuffer(packet) ? 1 : 0, ...digits, 255]), bytes]);
    }),
  );

export class PollingSessionV3 {
  static async open(server, { parameters = {} } = {}) {
    const session = new PollingSessionV3();
    session.server = server;
    session.parameters = { EIO: "3", transport: "polling", ...parameters };
    const answer = await send(server, target(server, session.parameters));
    assert.equal(answer.status, 200, answer.body);
    const [first] = decode(answer.body);
    assert.equal(first[0], "0");
    session.handshake = JSON.parse(first.slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  path(parameters = {}) {
    return target(this.server, { ...this.parameters, sid: this.sid, ...parameters });
  }

  get(options) {
    return send(this.server, this.path(), options);
  }

  /** One POST, whatever its result. */
  post(body, type = "text/plain;charset=UTF-8") {
    return send(this.server, this.path(), {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
  }

  /** One POST of packets, which must succeed. */
  async write(...packets) {
    const answer = await this.post(encode(...packets));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.body, "ok");
  }

  /** The packets in the response to one GET, which must succeed. */
  async poll() {
    const answer = await this.get();
    assert.equal(answer.status, 200, answer.body);
    return decode(answer.body);
  }

  async assertClosed() {
    for (;;) {
      const answer = await this.get();
      if (answer.status === 400) return;
      const packets = decode(answer.body);
      if (packets.includes("1")) return;
      assert.deepEqual(packets, ["6"]);
    }
  }
}
