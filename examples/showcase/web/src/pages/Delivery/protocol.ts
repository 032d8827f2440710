// SPDX-License-Identifier: MIT
// What passes between page and server, see examples/showcase/README.md.

/** On /delivery, of both servers; only the first one says welcome. */
export interface ServerEvents {
  welcome: (server: { run: number; recoveryPort: number }) => void;
  number: (number: number) => void;
}

/** What the server has counted of ours. */
export interface Counts {
  received: number;
  lost: number;
  duplicated: number;
}

/** On /delivery/retries. */
export interface ClientEvents {
  number: (number: number, reply: (counts: Counts) => void) => void;
}
