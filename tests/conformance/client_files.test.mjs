// SPDX-License-Identifier: MIT
//
// The client bundle, which the server serves from the folder of the npm package.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe } from "node:test";
import vm from "node:vm";
import { Server, useServer } from "./support/server.mjs";
import { send, target } from "./support/http.mjs";
import { scenario } from "./support/scenario.mjs";

const packageFile = createRequire(import.meta.url).resolve("socket.io/package.json");
const folder = join(dirname(packageFile), "client-dist");
const { version } = JSON.parse(await readFile(packageFile, "utf8"));
const server = useServer("socketio", { flags: ["--client-dist", folder] });

const SCRIPTS = [
  "socket.io.js",
  "socket.io.min.js",
  "socket.io.msgpack.min.js",
  "socket.io.esm.min.js",
];

describe("client bundle", () => {
  for (const script of SCRIPTS) {
    for (const [file, type] of [
      [script, /^(text|application)\/javascript; charset=utf-8$/],
      [`${script}.map`, /^application\/json; charset=utf-8$/],
    ]) {
      scenario(`${file} is the package's file`, async () => {
        const answer = await send(server(), `/socket.io/${file}`);
        assert.equal(answer.status, 200);
        assert.match(answer.headers["content-type"], type);
        assert.ok(answer.headers.etag);
        assert.match(answer.headers["cache-control"], /^(no-cache|public, max-age=0)$/);
        assert.ok(answer.bytes.equals(await readFile(join(folder, file))));
      });
    }
  }

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

  scenario("the query does not matter", async () => {
    assert.equal(
      (await send(server(), "/socket.io/socket.io.js?v=1&transport=polling")).status,
      200,
    );
  });

  scenario("an unchanged file is not sent again", async () => {
    const path = "/socket.io/socket.io.min.js";
    const { etag } = (await send(server(), path)).headers;
    for (const tag of [etag, `W/${etag.replace(/^W\//, "")}`]) {
      const answer = await send(server(), path, { headers: { "if-none-match": tag } });
      assert.equal(answer.status, 304);
      assert.equal(answer.bytes.length, 0);
    }
    const changed = await send(server(), path, { headers: { "if-none-match": '"another"' } });
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
    ]) {
      const answer = await send(server(), `/socket.io/${file}`);
      assert.ok([400, 404].includes(answer.status), `${file}: ${answer.status}`);
    }
  });

  scenario("the protocol works beside it", async () => {
    const answer = await send(server(), target(server(), { transport: "polling" }));
    assert.equal(answer.status, 200);
    assert.equal(answer.body[0], "0");
  });

  scenario("without a folder nothing is served", async (t) => {
    const bare = await Server.start("socketio");
    t.after(() => bare.stop("SIGKILL"));
    const answer = await send(bare, "/socket.io/socket.io.js");
    assert.ok([400, 404].includes(answer.status));
  });
});
