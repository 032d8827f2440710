// SPDX-License-Identifier: MIT
//
// node embed_client.mjs <out.cpp> <file>...: writes built_in_client_files() of src/server/client_files.hpp with
// these files, compressed.

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const LINE_BYTES = 100;

// An octal escape has three digits at most, so that what follows is no part of it.
const escaped = Array.from({ length: 256 }, (_, byte) =>
  /[^ -~]|["\\]/.test(String.fromCharCode(byte))
    ? `\\${byte.toString(8).padStart(3, "0")}`
    : String.fromCharCode(byte),
);

function bytesInCode(bytes) {
  const literals = [];
  for (let start = 0; start < bytes.length; start += LINE_BYTES) {
    const line = Array.from(bytes.subarray(start, start + LINE_BYTES), (byte) => escaped[byte]);
    literals.push(`"${line.join("")}"`);
  }
  return `{${literals.join("\n")}, ${bytes.length}}`;
}

function fileInCode(path) {
  const content = readFileSync(path);
  const gzip = bytesInCode(gzipSync(content, { level: 9 }));
  const brotli = bytesInCode(brotliCompressSync(content)); // level 11
  return `{"${basename(path)}", ${content.length},\n${gzip},\n${brotli}},`;
}

const [out, ...paths] = process.argv.slice(2);
const [, version] = /^ \* Socket\.IO v(\S+)$/m.exec(readFileSync(paths[0], "utf8"));
writeFileSync(
  out,
  `// Written by ${basename(import.meta.url)}. The files are the work of others and have their own licence.
#include "server/client_files.hpp"

namespace socketio::server {
namespace {

constexpr ClientFile files[]{
${paths.map(fileInCode).join("\n")}
};

}  // namespace

ClientFiles built_in_client_files() { return {"${version}", files}; }

}  // namespace socketio::server
`,
);
