// SPDX-License-Identifier: MIT
//
// A WebSocket that may break every rule: frames are built field by field and written in any pieces,
// and what comes back is reported frame by frame.

import assert from "node:assert/strict";
import { RawConnection, target } from "./http.mjs";
import { Inbox, within } from "./deadline.mjs";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/**
 * One frame. `lengthBytes` (0, 2 or 8) chooses the form of the length; by default it is the
 * shortest that fits.
 */
export function frame(opcode, payload = "", options = {}) {
  const { fin = true, rsv = 0, mask = Buffer.from([0x11, 0x22, 0x33, 0x44]), announced } = options;
  const data = Buffer.from(payload);
  const length = announced ?? data.length;
  const { lengthBytes = length < 126 ? 0 : length < 65536 ? 2 : 8 } = options;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!mask) return Buffer.concat([head, data]);
  const masked = data.map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([head, mask, masked]);
}

export function closePayload(code, reason = "") {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

export class RawWebSocket {
  frames = new Inbox();
  #unread = Buffer.alloc(0);

  /** Connects and reads the Engine.IO handshake. */
  static async open(server, { parameters = {} } = {}) {
    const connection = await RawConnection.open(server);
    connection.write(
      `GET ${target(server, { transport: "websocket", ...parameters })} HTTP/1.1\r\nHost: localhost\r\n` +
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const text = await connection.receive(/\r\n\r\n/, "the answer to the WebSocket handshake");
    assert.match(text, /^HTTP\/1\.1 101 /);
    const socket = new RawWebSocket();
    socket.tcp = connection.socket;
    socket.#read(Buffer.from(text.slice(text.indexOf("\r\n\r\n") + 4), "latin1"));
    socket.tcp.removeAllListeners("data");
    socket.tcp.on("data", (data) => socket.#read(data));
    socket.tcpClosed = new Promise((resolve) => socket.tcp.once("close", resolve));
    socket.tcpClosed.then(() => socket.frames.end("TCP connection closed"));
    const open = await socket.message();
    assert.equal(open[0], "0", open);
    return socket;
  }

  write(...pieces) {
    for (const piece of pieces) {
      if (!this.tcp.destroyed) this.tcp.write(piece);
    }
  }

  /** One byte per segment, as far as the operating system allows. */
  async writeBytewise(bytes) {
    for (const byte of bytes) {
      this.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  send(opcode, payload, options) {
    this.write(frame(opcode, payload, options));
  }

  /** The next frame; Engine.IO's heartbeats are answered and skipped. */
  async next(what = "a frame") {
    for (;;) {
      const received = await this.frames.next(what);
      if (received.opcode === TEXT && received.text === "2") this.send(TEXT, "3");
      else return received;
    }
  }

  /** The text of the next frame, which must be a text frame. */
  async message(what = "a text message") {
    const received = await this.next(what);
    assert.equal(received.opcode, TEXT);
    return received.text;
  }

  /**
   * Checks that the server closes with `code` (undefined: none), without sending another frame
   * first, and then ends the TCP connection.
   */
  async assertClosedWith(code) {
    const received = await this.next("a close frame");
    assert.equal(received.opcode, CLOSE);
    const actual = received.payload.length === 0 ? undefined : received.payload.readUInt16BE(0);
    assert.equal(actual, code);
    this.send(CLOSE, received.payload);
    await within(this.tcpClosed, "the end of the TCP connection");
  }

  destroy() {
    this.tcp.destroy();
  }

  #read(data) {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (;;) {
      const bytes = this.#unread;
      if (bytes.length < 2) return;
      const short = bytes[1] & 0x7f;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (bytes.length < 2 + lengthBytes) return;
      const length =
        lengthBytes === 0
          ? short
          : lengthBytes === 2
            ? bytes.readUInt16BE(2)
            : Number(bytes.readBigUInt64BE(2));
      const end = 2 + lengthBytes + length;
      if (bytes.length < end) return;
      const payload = bytes.subarray(2 + lengthBytes, end);
      this.frames.push({
        fin: (bytes[0] & 0x80) !== 0,
        rsv: (bytes[0] >> 4) & 7,
        opcode: bytes[0] & 15,
        isMasked: (bytes[1] & 0x80) !== 0,
        lengthBytes,
        payload,
        text: payload.toString(),
      });
      this.#unread = bytes.subarray(end);
    }
  }
}

/**
 * Checks that the server closes with that code when it gets these frames, however the bytes are
 * split: once they arrive in one piece, once byte by byte.
 */
export async function assertFramesRefused(server, code, ...frames) {
  const bytes = Buffer.concat(frames);
  const whole = await RawWebSocket.open(server);
  whole.write(bytes);
  await whole.assertClosedWith(code);
  const cut = await RawWebSocket.open(server);
  await cut.writeBytewise(bytes.subarray(0, 200));
  cut.write(bytes.subarray(200));
  await cut.assertClosedWith(code);
}
