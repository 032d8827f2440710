// SPDX-License-Identifier: MIT
//
// A server of the official packages that takes part in the showcase's chat and rooms
// (examples/showcase/README.md): chat_server.mjs REDIS_URL

import { createAdapter } from "@socket.io/redis-adapter";
import { createServer } from "node:http";
import { createClient } from "redis";
import { Server } from "socket.io";

async function connect() {
  const client = createClient({ url: process.argv[2] });
  client.on("error", () => {}); // it connects again by itself
  return client.connect();
}

const [pub, sub] = await Promise.all([connect(), connect()]);
const http = createServer();
const io = new Server(http, { adapter: createAdapter(pub, sub) });

const lobby = "chat:lobby";
const members = async () => (await io.in(lobby).fetchSockets()).map(({ data }) => data.chat.name).sort();

io.on("connection", (socket) => {
  const name = () => socket.data.name ?? socket.id;

  socket.on("join", async (username, ack) => {
    socket.data.chat = { name: username, session: "" };
    socket.join(lobby);
    const users = await members();
    io.to(lobby).emit("user-joined", { username, users });
    ack({ ok: true, username, users, history: [] });
  });
  socket.on("chat-message", (message, ack) => {
    const { name: username } = socket.data.chat;
    io.to(lobby).emit("chat-message", { id: Date.now(), username, message, timestamp: Date.now() });
    ack({ ok: true });
  });
  socket.on("broadcast", (...args) => io.emit("broadcast", ...args));

  socket.on("join-room", (roomId, user, ack) => {
    socket.data.name = user;
    socket.join(`room:${roomId}`);
    socket.to(`room:${roomId}`).emit("room-user-joined", { roomId, user });
    ack({ ok: true, roomId, user });
  });
  socket.on("room-message", ({ roomId, message }) =>
    io.to(`room:${roomId}`).emit("room-message", { roomId, sender: name(), message }),
  );
  socket.on("get-room-users", async (roomId, ack) => {
    const found = await io.in(`room:${roomId}`).fetchSockets();
    ack(found.map(({ id, data }) => data.name ?? id).sort());
  });
  socket.on("disconnect", async () => {
    if (!socket.data.chat) return;
    io.to(lobby).emit("user-left", { username: socket.data.chat.name, users: await members() });
  });
});

http.listen(0, "127.0.0.1", () => console.log(`listening on http://localhost:${http.address().port}`));
