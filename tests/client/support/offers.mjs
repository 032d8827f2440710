// SPDX-License-Identifier: MIT
//
// What each socket of the official server responds to.

/** Values that exist only in JavaScript, or that JSON can hardly express. */
const VALUES = {
  date: new Date(0),
  undefined: undefined,
  nan: NaN,
  infinity: Infinity,
  negativeZero: -0,
  big: Number.MAX_SAFE_INTEGER,
  fraction: 0.1 + 0.2,
  text: "\u0000 \u2028 \ud83d\ude00 \"\\ é",
  sparse: [1, undefined, 3],
  nested: { a: [{ b: { c: [[], {}, null] } }] },
  typed: new Uint16Array([1, 2, 3]),
  arrayBuffer: new Uint8Array([9, 8, 7]).buffer,
};

function handshakeOf(socket) {
  const { auth, query, headers, secure, url } = socket.handshake;
  return { auth, query, headers, secure, url, id: socket.id, transport: socket.conn.transport.name };
}

export function offer(socket, { io, saw, acks }) {
  socket.on("echo", (...args) => socket.emit("echo", ...args));
  socket.on("echo ack", (...args) => args.pop()(...args));
  socket.on("silence", () => {});
  socket.on("later", (ms, value, ack) => setTimeout(ack, ms, value));
  socket.on("handshake", (ack) => ack(handshakeOf(socket)));
  socket.on("value", (name, ack) => (ack ? ack(VALUES[name]) : socket.emit("value", VALUES[name])));
  socket.on("length", (value, ack) => ack(value.length));
  socket.on("is buffer", (value, ack) => ack(Buffer.isBuffer(value)));
  socket.on("bytes", (length, ack) => ack(Buffer.alloc(length, 5)));
  socket.on("text", (length, ack) => ack("t".repeat(length)));
  socket.on("count", (from, to) => {
    for (let i = from; i < to; i++) socket.emit("number", i);
  });
  // Reported to the test: what has arrived, in that order.
  socket.on("tell", (...args) => {
    if (typeof args.at(-1) === "function") args.pop()();
    saw(`tell ${JSON.stringify(args)}`);
  });
  // The server emits with an acknowledgement, and reports the answer.
  socket.on("ask", async (event, ms, ...args) => {
    try {
      const answer = await socket.timeout(ms).emitWithAck(event, ...args);
      saw(`answer ${Buffer.isBuffer(answer) ? `Buffer ${answer.toString("hex")}` : JSON.stringify(answer)}`);
    } catch (error) {
      saw(`no answer: ${error.message}`);
    }
  });
  socket.on("ask all", (event) => socket.emit(event, (...args) => saw(`answers ${JSON.stringify(args)}`)));
  socket.on("deliver", (value, ack) => {
    saw(`deliver ${JSON.stringify(value)}`);
    const delay = acks.length > 0 ? acks.shift() : 0;
    if (delay !== null) setTimeout(ack, delay, `got ${value}`);
  });
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("say", (room, ...args) => io.of(socket.nsp.name).to(room).emit("said", ...args));
  socket.on("leave me", () => socket.disconnect());
  socket.on("close me", () => socket.disconnect(true));
}
