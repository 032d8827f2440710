// SPDX-License-Identifier: MIT
//
// The events of the benchmark on the official server with Bun's own engine.
import { Server as Engine } from "@socket.io/bun-engine";
import { Server } from "socket.io";

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const io = new Server();
const engine = new Engine({ path: "/socket.io/" });
io.bind(engine);

io.on("connection", (socket) => {
  socket.on("echo", (argument) => socket.emit("echo", argument));
  socket.on("ack", (argument, acknowledge) => acknowledge(argument));
  socket.on("fan", (argument) => io.emit("fan", argument));
});

Bun.serve({ port, hostname: "127.0.0.1", ...engine.handler(), idleTimeout: 30 });
