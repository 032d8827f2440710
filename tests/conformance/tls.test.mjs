// SPDX-License-Identifier: MIT
//
// The official client over https and wss.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe } from "node:test";
import { connect as connectTls } from "node:tls";
import { makeCertificate } from "./support/certificate.mjs";
import { TRANSPORTS, call, connectClient, createClient, connected } from "./support/client.mjs";
import { nextEvent, within } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const folder = mkdtempSync(join(tmpdir(), "socketio-tls-"));
after(() => rmSync(folder, { recursive: true }));
const { certificate, key, ca } = makeCertificate(folder);

const server = useServer("socketio", { flags: ["--tls-cert", certificate, "--tls-key", key] });

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    scenario("the handshake says that it is secure", async (t) => {
      const socket = await connectClient(t, server(), { ca, ...transports });
      assert.equal((await call(socket, "handshake")).secure, true);
    });

    scenario("large payloads both ways", async (t) => {
      const socket = await connectClient(t, server(), { ca, ...transports });
      for (const value of ["x".repeat(700_000), Buffer.alloc(700_000, 7)]) {
        assert.deepEqual(await call(socket, "message-with-ack", value), value);
      }
    });
  });
}

scenario("an upgrade to wss", async (t) => {
  const socket = await connectClient(t, server(), { ca });
  if (socket.io.engine.transport.name !== "websocket") await nextEvent(socket.io.engine, "upgrade");
  assert.equal(socket.io.engine.transport.name, "websocket");
  assert.equal(await call(socket, "message-with-ack", "after"), "after");
});

scenario("a client that does not trust the certificate does not connect", async (t) => {
  await assert.rejects(connected(createClient(t, server(), {})), /xhr poll error/);
});

scenario("plain HTTP is answered with nothing but the end", async () => {
  const socket = connectPlain(server().port, "127.0.0.1");
  socket.write("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let received = 0;
  socket.on("data", (data) => (received += data.length));
  socket.on("error", () => {});
  await within(new Promise((resolve) => socket.once("close", resolve)), "the end");
  assert.equal(received, 0);
});

scenario("a session is resumed", async () => {
  const visit = (session) =>
    within(
      new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port: server().port, ca, session };
        const socket = connectTls(options, () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        socket.once("error", reject);
        let ticket;
        socket.on("session", (next) => (ticket = next));
        socket.once("data", () => {
          resolve({ ticket, isReused: socket.isSessionReused() });
          socket.destroy();
        });
      }),
      "a response",
    );
  const first = await visit();
  assert.equal(first.isReused, false);
  assert.equal((await visit(first.ticket)).isReused, true);
});
