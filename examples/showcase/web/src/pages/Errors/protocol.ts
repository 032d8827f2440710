// SPDX-License-Identifier: MIT
// What passes between page and server, see examples/showcase/README.md.

/** What the action is to do: succeed unless it says something else. */
export interface Order {
  fail?: boolean;
  silent?: boolean;
}

export type Outcome = { success: true; result: string } | { success: false; error: string };

/** A handshake that the server refused. */
export interface RefusedConnection {
  code: number;
  message: string;
  at: number;
}

export interface ServerEvents {
  connection_error: (refused: RefusedConnection) => void;
  broadcast: (anything: unknown) => void;
}

export interface ClientEvents {
  action: (order: Order, reply: (outcome: Outcome) => void) => void;
  broadcast: (anything: unknown) => void;
  "watch-connection-errors": (reply: (refused: RefusedConnection[]) => void) => void;
}
