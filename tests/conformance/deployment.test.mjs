// SPDX-License-Identifier: MIT
//
// docs/deployment.md: official clients that come through nginx and HAProxy with its configurations, and
// systemd's units.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe } from "node:test";
import { makeCertificate } from "./support/certificate.mjs";
import { TRANSPORTS, call, connectClient } from "./support/client.mjs";
import { nextEvent } from "./support/deadline.mjs";
import { documented, env, startHaproxy, startNginx } from "./support/deployment.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const folder = mkdtempSync(join(tmpdir(), "socketio-deployment-"));
after(() => rmSync(folder, { recursive: true }));
const { certificate, key, ca } = makeCertificate(folder);
// HAProxy wants both in one file.
const both = join(folder, "both.pem");
writeFileSync(both, Buffer.concat([readFileSync(certificate), readFileSync(key)]));
const unixPath = join(folder, "socket");

// Clients come from there; proxies from 127.0.0.1.
const CLIENT = "127.0.0.7";

function nginx(own, upstream) {
  return startNginx(own, (port) =>
    documented("nginx", 0, {
      "127.0.0.1:3001": upstream,
      "listen 443": `listen 127.0.0.1:${port}`,
      "/etc/ssl/certs/example.org.pem": certificate,
      "/etc/ssl/private/example.org.key": key,
    }),
  );
}

function haproxy(own, upstream, number, replacements) {
  return startHaproxy(own, (port) =>
    documented("HAProxy", number, {
      "127.0.0.1:3001": upstream,
      "bind :443": `bind 127.0.0.1:${port}`,
      ...replacements,
    }),
  );
}

const trust = ["--trusted-proxies", "1"];
const PROXIES = {
  nginx: { flags: trust, start: nginx },
  "nginx over a UNIX socket": {
    flags: [...trust, "--unix", unixPath],
    start: (own) => nginx(own, `unix:${unixPath}`),
  },
  HAProxy: {
    flags: trust,
    start: (own, upstream) =>
      haproxy(own, upstream, 0, { "/etc/haproxy/example.org.pem": both }),
  },
  "HAProxy that passes on bytes": {
    flags: ["--proxy-protocol", "--tls-cert", certificate, "--tls-key", key],
    start: (own, upstream) => haproxy(own, upstream, 1, {}),
    differs: "it knows nothing of the PROXY protocol",
  },
};

for (const [name, { flags, start, differs }] of Object.entries(PROXIES)) {
  describe(name, () => {
    let proxy;
    useServer("socketio", {
      flags,
      started: async (server) => {
        proxy = await start(mkdtempSync(join(folder, "proxy-")), `127.0.0.1:${server.port}`);
      },
    });
    after(() => proxy?.stop());

    const connect = (t, options) => {
      const agent = new Agent({ ca, localAddress: CLIENT });
      return connectClient(t, proxy, { ca, agent, ...options });
    };

    for (const [which, transports] of Object.entries(TRANSPORTS)) {
      const deaf = { differs: differs ?? "it does not hear what proxies say" };
      scenario(`${which}: who the client is`, deaf, async (t) => {
        const invented = { "X-Forwarded-For": "203.0.113.7", Forwarded: "for=203.0.113.8" };
        const socket = await connect(t, { ...transports, extraHeaders: invented });
        const { address, secure } = await call(socket, "handshake");
        assert.deepEqual({ address, secure }, { address: CLIENT, secure: true });
      });

      scenario(`${which}: large payloads both ways`, { differs }, async (t) => {
        const socket = await connect(t, transports);
        for (const value of ["x".repeat(950_000), Buffer.alloc(700_000, 7)]) {
          assert.deepEqual(await call(socket, "message-with-ack", value), value);
        }
      });
    }

    scenario("an upgrade", { differs }, async (t) => {
      const socket = await connect(t);
      const { engine } = socket.io;
      if (engine.transport.name !== "websocket") await nextEvent(engine, "upgrade");
      assert.equal(engine.transport.name, "websocket");
      assert.equal(await call(socket, "message-with-ack", "after"), "after");
    });
  });
}

scenario("systemd finds nothing wrong with the units", () => {
  const program = { "/usr/local/bin/my-server": process.execPath };
  const units = { "my-server.service": program, "my-server.socket": {} };
  const files = Object.entries(units).map(([name, replacements], number) => {
    const file = join(folder, name);
    writeFileSync(file, documented("systemd", number, replacements));
    return file;
  });
  // It warns of what it does not know, and succeeds.
  const { stderr } = spawnSync("systemd-analyze", ["verify", ...files], { env, encoding: "utf8" });
  assert.equal(stderr, "");
});
