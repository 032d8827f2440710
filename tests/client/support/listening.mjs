// SPDX-License-Identifier: MIT
//
// A listening socket on loopback that keeps its port when it is restarted, and whose connections can be cut or stalled.

import { once } from "node:events";

export class Listening {
  #server;
  #sockets = new Set();

  constructor(server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Resolves to the port. `host` is 127.0.0.1 by default. */
  async listen(port = 0, host = "127.0.0.1") {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    return this.#server.address().port;
  }

  get connections() {
    return this.#sockets.size;
  }

  /** Ends every connection: with a FIN, or with a RST. */
  cut(how = "close") {
    for (const socket of this.#sockets) how === "reset" ? socket.resetAndDestroy() : socket.destroy();
  }

  async close() {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }
}
