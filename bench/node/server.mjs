// SPDX-License-Identifier: MIT
//
// The events of the benchmark on the official server with its default options.
import { parseArgs } from "node:util";

import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    recovery: { type: "boolean", default: false },
    redis: { type: "string" },
  },
});
if (values.port === undefined) {
  console.error("usage: node server.mjs --port N");
  process.exit(1);
}

const connection = () => createClient({ url: values.redis }).on("error", console.error).connect();

const io = new Server({
  ...(values.recovery ? { connectionStateRecovery: {} } : {}),
  ...(values.redis ? { adapter: createAdapter(await connection(), await connection()) } : {}),
});

io.on("connection", (socket) => {
  socket.on("echo", (argument) => socket.emit("echo", argument));
  socket.on("ack", (argument, acknowledge) => acknowledge(argument));
  socket.on("fan", (argument) => io.emit("fan", argument));
});

io.listen(Number(values.port));
io.httpServer.on("listening", () => {
  console.log(`listening on port ${io.httpServer.address().port}`);
});
