// SPDX-License-Identifier: MIT
//
// permessage-deflate: what the opening handshake agrees on, and messages both ways. `ws` closes the
// connection if a frame is not what was agreed on.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe } from "node:test";
import { deflateRawSync } from "node:zlib";
import { call, connectClients, settled } from "./support/client.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession, joinNamespace } from "./support/websocket.mjs";

const servers = {
  contexts: useServer("socketio", { flags: ["--deflate", "contexts"] }),
  "no-contexts": useServer("socketio", { flags: ["--deflate", "no-contexts"] }),
};
const plain = useServer();

/** A connected socket whose received bytes are counted. */
async function deflating(t, server, perMessageDeflate = true) {
  const session = await WebSocketSession.open(server(), { perMessageDeflate });
  t.after(() => session.close());
  await joinNamespace(session);
  session.bytesRead = () => session.socket._socket.bytesRead;
  return session;
}

describe("what is agreed on", () => {
  const offers = (options) => ({ perMessageDeflate: options });
  const extension = async (server, options) => {
    const session = await WebSocketSession.connect(server(), offers(options));
    session.close();
    const [name, ...terms] =
      session.responseHeaders["sec-websocket-extensions"]?.split("; ") ?? [];
    return [name, ...terms.sort()].filter(Boolean);
  };

  scenario("nothing, unless the server wants it", async () => {
    assert.deepEqual(await extension(plain, true), []);
  });

  scenario("nothing, if the client does not offer it", async () => {
    assert.deepEqual(await extension(servers.contexts, false), []);
  });

  scenario("contexts", async () => {
    assert.deepEqual(await extension(servers.contexts, true), ["permessage-deflate"]);
  });

  scenario("what the client asks for", async () => {
    assert.deepEqual(
      await extension(servers.contexts, {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 9,
      }),
      [
        "permessage-deflate",
        "client_max_window_bits=9",
        "client_no_context_takeover",
        "server_max_window_bits=10",
        "server_no_context_takeover",
      ],
    );
  });

  scenario("what the server asks for", async () => {
    assert.deepEqual(await extension(servers["no-contexts"], true), [
      "permessage-deflate",
      "client_max_window_bits=12",
      "client_no_context_takeover",
      "server_max_window_bits=11",
      "server_no_context_takeover",
    ]);
  });
});

for (const [name, server] of Object.entries(servers)) {
  describe(name, () => {
    const text = "hello, hello, hello! ".repeat(500);

    scenario("a long message comes back compressed", async (t) => {
      const session = await deflating(t, server);
      for (let i = 0; i < 3; i++) {
        const before = session.bytesRead();
        session.send(`42["message","${text}"]`);
        assert.equal(await session.next(), `42["message-back","${text}"]`);
        assert.ok(session.bytesRead() - before < 500, `${session.bytesRead() - before} bytes`);
      }
    });

    const differs = "it compresses whatever the flag says";
    scenario("a short one, and one that need not be, are not", { differs }, async (t) => {
      const session = await deflating(t, server);
      const short = "a".repeat(900);
      let before = session.bytesRead();
      session.send(`42["message","${short}"]`);
      assert.equal(await session.next(), `42["message-back","${short}"]`);
      assert.ok(session.bytesRead() - before > 900);
      before = session.bytesRead();
      session.send(`42["compress","message-back","${text}"]`);
      assert.equal(await session.next(), `42["message-back","${text}"]`);
      assert.ok(session.bytesRead() - before > 10_000);
    });

    const noLimit = { differs: "it compresses off the loop, whatever takes long" };
    scenario("one of 256 KiB is compressed, a longer one is not", noLimit, async (t) => {
      const session = await deflating(t, server);
      const around = '42["message-back",""]'.length;
      for (const [size, isCompressed] of [[262_144, true], [262_145, false]]) {
        const filler = "x".repeat(size - around);
        const before = session.bytesRead();
        session.send(`42["message","${filler}"]`);
        assert.equal(await session.next(), `42["message-back","${filler}"]`);
        assert.equal(session.bytesRead() - before < size / 2, isCompressed);
      }
    });

    scenario("binary data, and what cannot be made smaller", async (t) => {
      const session = await deflating(t, server);
      for (const bytes of [Buffer.alloc(50_000, "ab"), randomBytes(50_000)]) {
        session.send('451-["message",{"_placeholder":true,"num":0}]', bytes);
        assert.equal(
          await session.next(),
          '451-["message-back",{"_placeholder":true,"num":0}]',
        );
        assert.deepEqual(await session.next(), bytes);
      }
    });

    scenario("a message of nearly the largest size", async (t) => {
      const session = await deflating(t, server);
      const long = "x".repeat(900_000);
      session.send(`42["message","${long}"]`);
      assert.equal(await session.next(), `42["message-back","${long}"]`);
    });

    scenario("one that becomes too large ends its connection with 1009", async (t) => {
      const session = await deflating(t, server);
      session.send(`42["message","${"x".repeat(1_100_000)}"]`);
      assert.equal((await session.closed()).code, 1009);
    });

    scenario("a bomb ends its connection with 1009, at once", async (t) => {
      const session = await deflating(t, server);
      const bomb = deflateRawSync(Buffer.alloc(100_000_000), { finishFlush: 2 });
      session.socket._sender.sendFrame([header(bomb.length), bomb]);
      assert.equal((await session.closed()).code, 1009);
    });

    scenario("data that are not compressed end their connection", async (t) => {
      const session = await deflating(t, server);
      session.socket._sender.sendFrame([header(5), Buffer.from("\xff\xff\xff\xff\xff", "latin1")]);
      assert.ok([1002, 1006, 1007].includes((await session.closed()).code));
    });

    scenario("a broadcast reaches clients with and without compression", async (t) => {
      const sessions = [
        await deflating(t, server),
        await deflating(t, server, { serverNoContextTakeover: true }),
        await deflating(t, server, { serverMaxWindowBits: 12 }),
        await deflating(t, server, false),
      ];
      for (let i = 0; i < 3; i++) {
        const packet = `42["news",${i},"${text}"]`;
        sessions[i].send(`42["all","news",${i},"${text}"]`);
        for (const session of sessions) assert.equal(await session.next(), packet);
        // Between broadcasts, each has a message of its own.
        for (const session of sessions) {
          session.send(`42["message","${i}${text}"]`);
          assert.equal(await session.next(), `42["message-back","${i}${text}"]`);
        }
      }
      const [compressed, , , uncompressed] = sessions;
      assert.ok(compressed.bytesRead() < 5_000, `${compressed.bytesRead()}`);
      assert.ok(uncompressed.bytesRead() > 60_000);
    });

    scenario("the official client", async (t) => {
      const clients = await connectClients(t, server(), 2, { transports: ["websocket"] });
      assert.equal(await call(clients[0], "message-with-ack", text), text);
      const bytes = Buffer.alloc(5_000, "abc");
      clients[0].emit("all", "news", text, bytes);
      for (const client of clients) {
        const [event, ...args] = await client.events.next();
        assert.deepEqual([event, args[0], Buffer.from(args[1])], ["news", text, bytes]);
        await settled(client);
      }
    });
  });
}

/** Of a masked, compressed text frame, whose mask is zero. */
function header(length) {
  const head = Buffer.alloc(14);
  head[0] = 0xc1;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  if (length > 65_535) return head;
  const short = Buffer.alloc(length < 126 ? 6 : 8);
  short[0] = 0xc1;
  short[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) short.writeUInt16BE(length, 2);
  return short;
}
