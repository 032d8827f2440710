// SPDX-License-Identifier: MIT
//
// One official Engine.IO server at /engine.io, without Socket.IO: every message is sent back, and "close" ends the
// session. Options: those of engine.io.

import { createServer } from "node:http";
import { Server } from "engine.io";
import { Listening } from "./listening.mjs";

export class OfficialEngine {
  #listening;
  #engine;

  constructor(options, saw) {
    const http = createServer((_request, response) => response.writeHead(404).end());
    this.#listening = new Listening(http);
    this.#engine = new Server(options);
    this.#engine.attach(http, { path: "/engine.io" });
    this.#engine.on("connection", (socket) => {
      saw(`open ${socket.transport.name} ${socket.request.url}`);
      socket.on("upgrade", (transport) => saw(`upgrade ${transport.name}`));
      socket.on("close", (reason) => saw(`close ${reason}`));
      socket.on("message", (message) => (message === "close" ? socket.close() : socket.send(message)));
    });
  }

  async start() {
    return this.#listening.listen();
  }

  async stop() {
    await this.#listening.close();
    this.#engine.close();
  }
}
