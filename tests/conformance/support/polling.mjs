// SPDX-License-Identifier: MIT
//
// An Engine.IO session over long-polling, request by request.

import assert from "node:assert/strict";
import { send, target } from "./http.mjs";
import { park } from "./parking.mjs";

const SEPARATOR = "\x1e";

export class PollingSession {
  #packets = [];

  static async open(server, { parameters = {}, headers } = {}) {
    const session = new PollingSession();
    session.server = server;
    const answer = await send(server, target(server, { transport: "polling", ...parameters }), {
      headers,
    });
    assert.equal(answer.status, 200, answer.body);
    const [first, ...rest] = answer.body.split(SEPARATOR);
    assert.equal(first[0], "0");
    session.handshake = JSON.parse(first.slice(1));
    session.sid = session.handshake.sid;
    session.#packets = rest;
    return session;
  }

  path(parameters = {}) {
    return target(this.server, { transport: "polling", sid: this.sid, ...parameters });
  }

  /** One GET, whatever its result. */
  get(options) {
    return send(this.server, this.path(), options);
  }

  /** See parking.mjs. */
  park() {
    return park(this);
  }

  /** One POST, whatever its result. */
  post(body, options) {
    return send(this.server, this.path(), {
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body,
      ...options,
    });
  }

  /** One POST that must succeed; its body is the packets, joined to a payload. */
  async write(...packets) {
    const answer = await this.post(packets.join(SEPARATOR));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.body, "ok");
  }

  /** The packets in the response to one GET, which must succeed. */
  async poll() {
    const answer = await this.get();
    assert.equal(answer.status, 200, answer.body);
    return answer.body.split(SEPARATOR);
  }

  /** The next packet other than a heartbeat or a noop; heartbeats are answered. */
  async next() {
    for (;;) {
      if (this.#packets.length === 0) this.#packets = await this.poll();
      const packet = this.#packets.shift();
      if (packet === "2") await this.write("3");
      else if (packet !== "6") return packet;
    }
  }

  /**
   * Checks that the session has ended: a GET is told to close, or the sid is no longer known. If
   * the session were alive, its next ping would reveal it.
   */
  async assertClosed() {
    for (;;) {
      const answer = await this.get();
      if (answer.status !== 200) {
        assert.equal(answer.status, 400);
        assert.deepEqual(JSON.parse(answer.body), UNKNOWN_SESSION);
        return;
      }
      const packets = answer.body.split(SEPARATOR);
      if (packets.includes("1")) return;
      assert.ok(
        packets.every((packet) => packet === "6"),
        `the session lives on and sends ${packets}`,
      );
    }
  }

  /** Checks that the session is alive: a message is echoed (Engine.IO mode of the server). */
  async assertAlive() {
    await this.write("4still there?");
    assert.equal(await this.next(), "4still there?");
  }
}

export const UNKNOWN_SESSION = { code: 1, message: "Session ID unknown" };
