// SPDX-License-Identifier: MIT
//
// A port of 127.0.0.1 for a program that cannot choose one by itself. Somebody else may take it first.

import { createServer } from "node:net";

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
