// SPDX-License-Identifier: MIT
//
// HTTP from a client that sends exactly what it is told to: one request on its own connection,
// or raw bytes.

import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { within } from "./deadline.mjs";
import { track } from "./open_sockets.mjs";

/** The path and query of an Engine.IO request; parameters that are undefined are omitted. */
export function target(server, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ EIO: "4", ...parameters })) {
    if (value !== undefined) query.append(name, value);
  }
  return `${server.path}?${query}`;
}

/**
 * Sends one request; resolves to `{status, headers, body, bytes}`. `onRequest` gets the request
 * object, for example to abort it.
 */
export function send(
  server,
  path,
  { method = "GET", headers = {}, body, onRequest, agent = false } = {},
) {
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const answer = new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port: server.port,
        path,
        method,
        headers: { ...length, ...headers },
        agent,
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: bytes.toString(),
            bytes,
          });
        });
      },
    );
    request.on("error", reject);
    onRequest?.(request);
    request.end(body);
  });
  return within(answer, `answer to ${method} ${path.slice(0, 200)}`);
}

/** Whether anybody accepts connections there. */
export function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A TCP connection that collects what it receives. */
export class RawConnection {
  received = "";
  isClosed = false;
  #watchers = new Set();

  static async open(server) {
    const connection = new RawConnection();
    connection.socket = track(connect(server.port, "127.0.0.1"));
    connection.socket.setNoDelay(true);
    connection.socket.on("error", () => {});
    connection.socket.on("data", (data) => {
      connection.received += data.toString("latin1");
      connection.#changed();
    });
    connection.socket.on("close", () => {
      connection.isClosed = true;
      connection.#changed();
    });
    await within(
      new Promise((resolve) => connection.socket.once("connect", resolve)),
      "connection",
    );
    return connection;
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  destroy() {
    this.socket.destroy();
  }

  /**
   * Resolves once the received text matches (a pattern or a predicate) or the
   * connection has closed.
   */
  receive(expected, what = String(expected)) {
    const matches = typeof expected === "function" ? expected : (text) => expected.test(text);
    const met = new Promise((resolve) => {
      const watcher = () => {
        if (!this.isClosed && !matches(this.received)) return;
        this.#watchers.delete(watcher);
        resolve(this.received);
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return within(met, what);
  }

  closed(what = "end of the connection") {
    return this.receive(() => false, what);
  }

  #changed() {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/**
 * Sends raw bytes; resolves to the status of the first response, or 0 if the connection closed
 * without one.
 */
export async function rawStatus(server, bytes) {
  const connection = await RawConnection.open(server);
  connection.write(bytes);
  const text = await connection.receive(/^HTTP\/1\.[01] \d{3}[^]*?\r\n\r\n/, "an HTTP answer");
  connection.destroy();
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
}
