// SPDX-License-Identifier: MIT
//
// What may be between client and server: a proxy that makes tunnels with CONNECT, and a relay that can
// lose the network.

import { createServer } from "node:http";
import net from "node:net";
import { Listening } from "./listening.mjs";

/** Options: `credentials` ("user:password"), which it demands; `answer`, bytes with which it refuses. */
export class Proxy {
  #listening;

  constructor({ credentials, answer }, saw) {
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;
    const server = createServer((request, response) => {
      saw(`${request.method} ${request.url}`);
      response.writeHead(405).end();
    });
    this.#listening = new Listening(server);
    server.on("connect", (request, socket, head) => {
      saw(`CONNECT ${request.url}`);
      if (answer !== undefined) return socket.end(answer);
      if (wanted && request.headers["proxy-authorization"] !== wanted) {
        saw("wrong credentials");
        return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      }
      const { hostname, port } = new URL(`http://${request.url}`);
      const upstream = net.connect(port, hostname.replace(/[[\]]/g, ""), () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
      upstream.on("close", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
    });
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

/** Option `to`: the port that it relays to. After `stall`, all connections, including new ones, carry nothing. */
export class Relay {
  #listening;
  #pairs = new Set();
  #stalled = false;
  #carried = { up: 0, down: 0 };

  constructor({ to }, saw) {
    const server = net.createServer((socket) => {
      saw("connection");
      const upstream = net.connect(to, "127.0.0.1");
      const pair = [socket, upstream];
      this.#pairs.add(pair);
      for (const end of pair) {
        end.setNoDelay();
        end.on("error", () => {});
        end.on("close", () => {
          for (const other of pair) other.destroy();
          this.#pairs.delete(pair);
        });
      }
      socket.on("data", (bytes) => (this.#carried.up += bytes.length));
      upstream.on("data", (bytes) => (this.#carried.down += bytes.length));
      socket.pipe(upstream).pipe(socket);
      if (this.#stalled) this.#pause(pair);
    });
    this.#listening = new Listening(server);
  }

  #pause(pair) {
    for (const end of pair) {
      end.unpipe();
      end.pause();
    }
  }

  start() {
    return this.#listening.listen();
  }

  async stall() {
    this.#stalled = true;
    for (const pair of this.#pairs) this.#pause(pair);
  }

  async resume() {
    this.#stalled = false;
    for (const [socket, upstream] of this.#pairs) socket.pipe(upstream).pipe(socket);
  }

  async cut({ how }) {
    this.#listening.cut(how);
  }

  /** The number of bytes so far, to the server and from it. */
  async carried() {
    return this.#carried;
  }

  stop() {
    return this.#listening.close();
  }
}
