// SPDX-License-Identifier: MIT
//
// The browser client, which the server serves below its path: the files of the npm package.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe } from "node:test";
import vm from "node:vm";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { WebSocket } from "ws";
import { within } from "./support/deadline.mjs";
import { send, target } from "./support/http.mjs";
import { track } from "./support/open_sockets.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const packageFile = createRequire(import.meta.url).resolve("socket.io/package.json");
const folder = join(dirname(packageFile), "client-dist");
const { version } = JSON.parse(await readFile(packageFile, "utf8"));
const server = useServer("socketio");
const withoutFiles = useServer("socketio", { flags: ["--no-client-files"] });
const engine = useServer("engine");

const SCRIPTS = [
  "socket.io.js",
  "socket.io.min.js",
  "socket.io.msgpack.min.js",
  "socket.io.esm.min.js",
];
const FILES = SCRIPTS.flatMap((script) => [script, `${script}.map`]);
const MIN = "/socket.io/socket.io.min.js";

const accepting = (codings) => ({ headers: { "accept-encoding": codings } });
const encodingFor = async (codings) =>
  (await send(server(), MIN, accepting(codings))).headers["content-encoding"];

describe("client files", () => {
  for (const file of FILES) {
    scenario(`${file} is the package's file, in each coding`, async () => {
      const content = await readFile(join(folder, file));
      for (const [coding, decode] of [
        [undefined, (bytes) => bytes],
        ["gzip", gunzipSync],
        ["br", brotliDecompressSync],
      ]) {
        const answer = await send(server(), `/socket.io/${file}`, coding && accepting(coding));
        assert.equal(answer.status, 200);
        assert.equal(answer.headers["content-encoding"], coding);
        assert.ok(decode(answer.bytes).equals(content), coding);
      }
    });
  }

  scenario("their headers", async () => {
    for (const file of FILES) {
      const { headers } = await send(server(), `/socket.io/${file}`);
      const type = file.endsWith(".map") ? "json" : "javascript";
      assert.equal(headers["content-type"], `application/${type}; charset=utf-8`);
      assert.equal(headers["cache-control"], "public, max-age=0");
      assert.equal(headers.etag, `"${version}"`);
      assert.equal(headers["access-control-allow-origin"], "*");
    }
  });

  scenario(
    "caches are told what the content depends on",
    { differs: "no Vary, so a shared cache may give Brotli to a client that cannot read it" },
    async () => {
      for (const codings of ["br", "gzip", "identity"]) {
        const { headers } = await send(server(), MIN, accepting(codings));
        assert.match(headers.vary ?? "", /\bAccept-Encoding\b/i);
      }
    },
  );

  scenario("only what the client accepts", async () => {
    assert.equal(await encodingFor("br;q=0, gzip"), "gzip");
    assert.equal(await encodingFor("br;q=0, gzip;q=0"), undefined);
    assert.equal(await encodingFor("zstd"), undefined);
    assert.equal(await encodingFor("br, gzip"), "br");
    assert.equal(await encodingFor("GZIP"), "gzip");
  });

  scenario(
    "what browsers accept",
    { differs: "it takes the first of them, which is gzip, and not the shortest" },
    async () => assert.equal(await encodingFor("gzip, deflate, br, zstd"), "br"),
  );

  scenario("it is a Socket.IO client", async () => {
    const { body } = await send(server(), "/socket.io/socket.io.js");
    const module = { exports: {} };
    vm.runInNewContext(body, {
      module,
      exports: module.exports,
      setTimeout,
      clearTimeout,
      self: {},
    });
    assert.equal(typeof module.exports.Manager, "function");
    assert.ok(body.includes(`v${version}`));
  });

  scenario("neither query nor method matters", async () => {
    const content = await readFile(join(folder, "socket.io.min.js"));
    const asked = await send(server(), `${MIN}?v=1&transport=polling`);
    assert.ok(asked.bytes.equals(content));
    const posted = await send(server(), MIN, { method: "POST", body: "ignored" });
    assert.equal(posted.status, 200);
    assert.ok(posted.bytes.equals(content));
    const head = await send(server(), MIN, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.etag, `"${version}"`);
    assert.equal(head.bytes.length, 0);
  });

  scenario("a preflight is answered as for a session", async () => {
    const headers = { origin: "http://a", "access-control-request-method": "GET" };
    const answer = await send(server(), MIN, { method: "OPTIONS", headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["access-control-allow-origin"], "*");
  });

  scenario("an unchanged file is not sent again", async () => {
    for (const tag of [`"${version}"`, `W/"${version}"`]) {
      const answer = await send(server(), MIN, { headers: { "if-none-match": tag } });
      assert.equal(answer.status, 304);
      assert.equal(answer.bytes.length, 0);
    }
    const changed = await send(server(), MIN, { headers: { "if-none-match": '"4.0.0"' } });
    assert.equal(changed.status, 200);
  });

  scenario("other files of the folder or elsewhere are not served", async () => {
    for (const file of [
      "package.json",
      "../package.json",
      "..%2fpackage.json",
      "%2e%2e/package.json",
      "socket.io.js/",
      "socket.io.js.bak",
      "socket.io.jsx",
      ".socket.io.js",
      "socket.io%2ejs",
      "SOCKET.IO.JS",
      "/socket.io.js",
      "a/socket.io.js",
    ]) {
      const answer = await send(server(), `/socket.io/${file}`);
      assert.ok([400, 404].includes(answer.status), `${file}: ${answer.status}`);
    }
  });

  scenario("the protocol works beside them", async () => {
    const answer = await send(server(), target(server(), { transport: "polling" }));
    assert.equal(answer.status, 200);
    assert.equal(answer.body[0], "0");
  });

  scenario("a WebSocket at the path of a file is one", async () => {
    const url = `ws://127.0.0.1:${server().port}${MIN}?EIO=4&transport=websocket`;
    const socket = track(new WebSocket(url));
    const opened = new Promise((resolve) => socket.once("message", resolve));
    assert.match(String(await within(opened, "the handshake")), /^0\{/);
    socket.terminate();
  });

  scenario("they may be left out, and plain Engine.IO has none", async () => {
    for (const file of FILES) {
      assert.equal((await send(withoutFiles(), `/socket.io/${file}`)).status, 400);
      assert.equal((await send(engine(), `/engine.io/${file}`)).status, 400);
    }
  });
});
