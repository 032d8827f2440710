// SPDX-License-Identifier: MIT
//
// docs/from-javascript.md has a row for every public name in the type declarations of the official packages, and
// docs/parity.md a test for all that has a counterpart.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

/** Which declarations each section of the page is about: [file, declared name, ...]. */
const SECTIONS = {
  "`Server`": [["socket.io/dist/index.d.ts", "class Server"]],
  "Options of the server": [
    ["socket.io/dist/index.d.ts", "interface ServerOptions"],
    ["engine.io/build/server.d.ts", "interface ServerOptions"],
    ["engine.io/build/server.d.ts", "interface AttachOptions"],
  ],
  "`Namespace`": [["socket.io/dist/namespace.d.ts", "class Namespace"]],
  "`Socket` of the server": [["socket.io/dist/socket.d.ts", "class Socket"]],
  "`socket.handshake`": [["socket.io/dist/socket-types.d.ts", "interface Handshake"]],
  "`BroadcastOperator`": [["socket.io/dist/broadcast-operator.d.ts", "class BroadcastOperator"]],
  "`RemoteSocket`": [["socket.io/dist/broadcast-operator.d.ts", "class RemoteSocket"]],
  "Events of the server": [
    ["socket.io/dist/typed-events.d.ts", "class StrictEventEmitter"],
    ["socket.io/dist/namespace.d.ts", "interface NamespaceReservedEventsMap"],
    ["socket.io/dist/namespace.d.ts", "interface ServerReservedEventsMap"],
    ["socket.io/dist/socket-types.d.ts", "interface SocketReservedEventsMap"],
  ],
  "`io.engine`: the `Server` of engine.io": [
    ["engine.io/build/server.d.ts", "class BaseServer"],
    ["engine.io/build/server.d.ts", "class Server"],
  ],
  "`socket.conn`: the `Socket` of engine.io at the server": [["engine.io/build/socket.d.ts", "class Socket"]],
  "`engine.io` by itself": [],
  "`socket.io-client`": [],
  "Options of the client": [
    ["socket.io-client/build/esm/manager.d.ts", "interface ManagerOptions"],
    ["socket.io-client/build/esm/socket.d.ts", "interface SocketOptions"],
    ["engine.io-client/build/esm/socket.d.ts", "interface SocketOptions"],
  ],
  "`Manager`": [
    ["socket.io-client/build/esm/manager.d.ts", "class Manager"],
    ["socket.io-client/build/esm/manager.d.ts", "interface ManagerReservedEvents"],
    ["@socket.io/component-emitter/lib/esm/index.d.ts", "class Emitter"],
  ],
  "`Socket` of the client": [
    ["socket.io-client/build/esm/socket.d.ts", "class Socket"],
    ["socket.io-client/build/esm/socket.d.ts", "interface SocketReservedEvents"],
    ["@socket.io/component-emitter/lib/esm/index.d.ts", "class Emitter"],
  ],
  "`manager.engine`: the `Socket` of engine.io-client": [
    ["engine.io-client/build/esm/socket.d.ts", "class Socket"],
    ["engine.io-client/build/esm/socket.d.ts", "interface SocketReservedEvents"],
  ],
  "`engine.io-client` by itself": [],
};

/** The sections about what a package exports. */
const EXPORTS = {
  "`engine.io` by itself": "engine.io/build/engine.io.d.ts",
  "`socket.io-client`": "socket.io-client/build/esm/index.d.ts",
  "`engine.io-client` by itself": "engine.io-client/build/esm/index.d.ts",
};

const without_comments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*/g, "");
const read_types = (file) =>
  without_comments(readFileSync(new URL(`node_modules/${file}`, import.meta.url), "utf8"));

/** The public members of a class or interface: at its own depth, neither private nor protected, no leading "_". */
function members(file, declaration) {
  const text = read_types(file);
  const found = new RegExp(`\\b${declaration}\\b[^{]*?(?:\\{\\}[^{]*?)*\\{(?=\\s*\\n)`).exec(text);
  assert.ok(found, `${file} declares no ${declaration}`);
  const names = new Set();
  let depth = 0;
  for (const line of text.slice(found.index + found[0].length).split("\n")) {
    if (depth === 0 && line.startsWith("}")) break;
    const member = /^ {4}(?:static |readonly |get |set |abstract )*([A-Za-z]\w*)\??\s*[(:<]/.exec(line);
    if (depth === 0 && member && member[1] !== "constructor") names.add(member[1]);
    for (const c of line) depth += "{(".includes(c) ? 1 : "})".includes(c) ? -1 : 0;
  }
  assert.ok(names.size > 0, `nothing in ${declaration} of ${file}`);
  return names;
}

/** What a package exports, without its types. */
function exported(file) {
  const text = read_types(file);
  const lists = [...text.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list]) => list.split(","));
  const names = lists.map((name) => name.trim().split(" as ").at(-1)).filter((name) => name && name !== "default");
  const constants = [...text.matchAll(/export declare const (\w+)/g)].map(([, name]) => name);
  return [...names, ...constants].filter((name) => !/(Options|Events|Description|Error|Data|Ctor|Name)$/.test(name));
}

/** For each section, what its first column says, without arguments: `socket.on("connect", …)` is about the event. */
function rows_of_page() {
  const page = readFileSync(new URL("../../docs/from-javascript.md", import.meta.url), "utf8");
  const sections = {};
  let heading;
  for (const line of page.split("\n")) {
    if (line.startsWith("## ")) sections[(heading = line.slice(3))] = [];
    else if (line.startsWith("| `")) sections[heading].push(line.split("|")[1].replace(/\((?!")[^()]*\)/g, ""));
  }
  return sections;
}

const page = rows_of_page();
const has_row = (section, name) => page[section].some((cell) => new RegExp(`\\b${name}\\b`).test(cell));

test("the page and this test have the same sections", () => {
  assert.deepEqual(Object.keys(page), Object.keys(SECTIONS));
});

for (const [section, declarations] of Object.entries(SECTIONS)) {
  for (const [file, declaration] of declarations) {
    test(`every name of ${declaration} in ${file} has a row`, () => {
      const missing = [...members(file, declaration)].filter((name) => !has_row(section, name));
      assert.deepEqual(missing, []);
    });
  }
}

for (const [section, file] of Object.entries(EXPORTS)) {
  test(`everything that ${file} exports has a row`, () => {
    const names = exported(file);
    assert.ok(names.length > 0);
    assert.deepEqual(names.filter((name) => !has_row(section, name)), []);
  });
}

describe("docs/parity.md", () => {
  const read = (name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const rows = (name) =>
    read(name)
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (feature|JavaScript) /.test(line))
      .map((line) => line.split("|").slice(1, -1));
  /** `ServerOptions::cookie`, `io.to(rooms)` and `cookie` in code are all about their last name. */
  const last_names = (cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replace(/[(<].*/, "").split(/::|\./).at(-1));

  test("has a row for all that from-javascript.md has a counterpart for", () => {
    const shown = new Set(rows("parity.md").flatMap((cells) => last_names(cells[2])));
    const named = rows("from-javascript.md").flatMap((cells) => last_names(cells[1]));
    assert.ok(named.length > 100);
    assert.deepEqual([...new Set(named)].filter((name) => !shown.has(name)), []);
  });

  test("names tests that there are", () => {
    const files = rows("parity.md").flatMap((cells) => [...cells[3].matchAll(/`([^`]+)`/g)].map(([, file]) => file));
    assert.ok(files.length > 40);
    const missing = files.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)));
    assert.deepEqual(missing, []);
  });

  test("each row has one", () => {
    assert.deepEqual(rows("parity.md").filter((cells) => !cells[3].includes("`")), []);
  });
});
