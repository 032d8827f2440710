// SPDX-License-Identifier: MIT
//
// A server that violates the protocol as a script says. All options are optional:
//
//   greet       "close" or "reset": ends each connection as soon as it is there
//   answers     what GET requests are answered with: one list of steps each, the last one again and again
//   post        the steps that answer each POST; a proper "ok" if it is not given
//   websocket   the steps of each WebSocket, after a proper answer 101 with `headers`
//   refuse      the steps in place of that 101
//
// Steps are executed in order: {send: text} and {binary: base64} are WebSocket messages, {frame: {...}} is one frame
// with the given fields, {raw: base64} and {bytes: text} go to the socket unchanged, {payload: text, headers} is a
// proper response with status 200, {until: prefix} waits for a message or a request body with that prefix, {end: true}
// and {reset: true} end the connection. Each may be repeated: {repeat: times, every: ms}. After the last step the
// connection stays open.

import { createHash } from "node:crypto";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Listening } from "./listening.mjs";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * One WebSocket frame. Fields that are not given have a server's proper values. `length` is announced instead of
 * the real length.
 */
function frame({ opcode = 1, fin = true, rsv = 0, mask = false, payload = "", base64, length }) {
  const data = base64 === undefined ? Buffer.from(payload) : Buffer.from(base64, "base64");
  const announced = BigInt(length ?? data.length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const masked = mask ? 0x80 : 0;
  let head;
  if (announced < 126n) head = Buffer.from([first, masked | Number(announced)]);
  else if (announced < 65536n) {
    head = Buffer.from([first, masked | 126, 0, 0]);
    head.writeUInt16BE(Number(announced), 2);
  } else {
    head = Buffer.concat([Buffer.from([first, masked | 127]), Buffer.alloc(8)]);
    head.writeBigUInt64BE(announced, 2);
  }
  return mask ? Buffer.concat([head, Buffer.alloc(4), data]) : Buffer.concat([head, data]);
}

function answer(body, headers = "") {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
}

/** One connection: parses requests and frames (the client's are well-formed), and executes the script. */
class Conversation {
  #socket;
  #saw;
  #hear;
  #options;
  #input = Buffer.alloc(0);
  #messages = [];
  #wake = () => {};
  #upgraded = false;
  #busy = Promise.resolve();

  /** `hear` gets the bodies of requests, because a script on one connection may wait for what arrives on another. */
  constructor(socket, options, saw, hear) {
    this.#socket = socket;
    this.#options = options;
    this.#saw = saw;
    this.#hear = hear;
    socket.on("data", (bytes) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      while (this.#upgraded ? this.#takeFrame() : this.#takeRequest());
    });
  }

  #takeRequest() {
    const end = this.#input.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const head = this.#input.subarray(0, end).toString("latin1");
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#input.length < end + 4 + length) return false;
    const body = this.#input.subarray(end + 4, end + 4 + length).toString();
    this.#input = this.#input.subarray(end + 4 + length);
    const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1];
    const line = head.slice(0, head.indexOf("\r\n"));
    this.#saw(`${line.split(" ")[0]} ${key ? "websocket" : "http"}`);
    if (body) this.#hear(body);
    const steps = key ? this.#options.websocket : this.#nextAnswer(line.startsWith("POST"));
    if (key && !this.#options.refuse) {
      const accept = createHash("sha1").update(key + MAGIC).digest("base64");
      this.#socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n${this.#options.headers ?? ""}\r\n`,
      );
      this.#upgraded = true;
    }
    this.#play((key && this.#options.refuse) || steps || []);
    return true;
  }

  #nextAnswer(isPost) {
    if (isPost) return this.#options.post ?? [{ payload: "ok" }];
    const { answers } = this.#options;
    return answers && (answers.length > 1 ? answers.shift() : answers[0]);
  }

  #takeFrame() {
    const input = this.#input;
    if (input.length < 2) return false;
    let length = input[1] & 127;
    let at = 2;
    if (length === 126) {
      if (input.length < 4) return false;
      length = input.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (input.length < 10) return false;
      length = Number(input.readBigUInt64BE(2));
      at = 10;
    }
    if (input.length < at + 4 + length) return false;
    const mask = input.subarray(at, at + 4);
    const payload = Buffer.from(input.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; i++) payload[i] ^= mask[i % 4];
    const opcode = input[0] & 15;
    this.#input = input.subarray(at + 4 + length);
    if (opcode === 8) {
      this.#saw(`close ${length >= 2 ? payload.readUInt16BE(0) : "without code"}`);
      this.#socket.end();
    } else {
      const message = opcode === 2 ? `binary ${payload.toString("base64")}` : payload.toString();
      this.#saw(message);
      this.receive(message);
    }
    return true;
  }

  receive(message) {
    this.#messages.push(message);
    this.#wake();
  }

  #play(steps) {
    this.#busy = this.#busy.then(async () => {
      for (const step of steps) {
        for (let times = step.repeat ?? 1; times > 0 && !this.#socket.destroyed; times--) {
          await this.#take(step);
          if (step.every) await sleep(step.every);
        }
      }
    });
  }

  async #take(step) {
    const socket = this.#socket;
    if (step.send !== undefined) socket.write(frame({ payload: step.send }));
    else if (step.binary !== undefined) socket.write(frame({ opcode: 2, base64: step.binary }));
    else if (step.frame) socket.write(frame(step.frame));
    else if (step.raw !== undefined) socket.write(Buffer.from(step.raw, "base64"));
    else if (step.bytes !== undefined) await this.#write(step.bytes);
    else if (step.payload !== undefined) socket.write(answer(step.payload, step.headers));
    else if (step.until !== undefined) await this.#until(step.until);
    else if (step.end) socket.end();
    else if (step.reset) socket.resetAndDestroy();
  }

  /** Waits until the other side has read it: an endless answer must not fill our own memory. */
  async #write(bytes) {
    if (this.#socket.write(bytes, "latin1")) return;
    await new Promise((resolve) => {
      this.#socket.once("drain", resolve);
      this.#socket.once("close", resolve);
    });
  }

  async #until(prefix) {
    for (;;) {
      while (this.#messages.length > 0) if (this.#messages.shift().startsWith(prefix)) return;
      if (this.#socket.destroyed) return;
      await new Promise((resolve) => {
        this.#wake = resolve;
        this.#socket.once("close", resolve);
      });
    }
  }
}

export class Liar {
  #listening;

  constructor(options, saw) {
    const conversations = new Set();
    const server = net.createServer({ noDelay: true }, (socket) => {
      saw("connection");
      if (options.greet) return options.greet === "reset" ? socket.resetAndDestroy() : socket.destroy();
      const conversation = new Conversation(socket, options, saw, (body) => {
        saw(body);
        for (const other of conversations) other.receive(body);
      });
      conversations.add(conversation);
      socket.on("close", () => {
        saw("closed");
        conversations.delete(conversation);
      });
    });
    this.#listening = new Listening(server);
  }

  start() {
    return this.#listening.listen();
  }

  async cut() {
    this.#listening.cut();
  }

  stop() {
    return this.#listening.close();
  }
}
