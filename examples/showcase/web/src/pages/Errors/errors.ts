// SPDX-License-Identifier: MIT
// What can go wrong, without its looks.
import { connection, mainSocket } from "../../connection";
import { UNREACHABLE } from "../../http";
import { Store } from "../../store";
import type { ClientEvents, Order, RefusedConnection, ServerEvents } from "./protocol";

/** What has happened is good, is bad, or is neither yet. */
export type LineKind = "success" | "error" | "news";

export interface Line {
  key: number;
  kind: LineKind;
  text: string;
}

export interface ErrorsState {
  /** What became of actions, the latest first. */
  outcomes: Line[];
  /** What became of the connection, the latest first. */
  reconnections: Line[];
  reconnected: number;
  /** The latest first. */
  refused: RefusedConnection[];
  broadcasts: Line[];
}

/** How long an action's acknowledgement may take. */
export const ACTION_TIMEOUT = 2000;
const KEPT = 20;

class Errors extends Store<ErrorsState> {
  private readonly socket = mainSocket<ServerEvents, ClientEvents>();
  private keys = 0;

  constructor() {
    super({ outcomes: [], reconnections: [], reconnected: 0, refused: [], broadcasts: [] });
    const { socket } = this;
    const { io } = connection.socket;
    socket.on("connect", () => this.watch());
    if (socket.connected) this.watch();
    socket.on("disconnect", (reason) => this.note("reconnections", "error", `Disconnected: ${reason}`));
    io.on("reconnect_attempt", (attempt) =>
      this.note("reconnections", "news", `Attempt ${attempt} to reconnect`),
    );
    io.on("reconnect_error", ({ message }) =>
      this.note("reconnections", "error", `The attempt failed: ${message}`),
    );
    io.on("reconnect", (attempt) => {
      this.update({ reconnected: this.state.reconnected + 1 });
      this.note("reconnections", "success", `Reconnected at attempt ${attempt}`);
    });
    socket.on("connection_error", (refused) =>
      this.update({ refused: [refused, ...this.state.refused].slice(0, KEPT) }),
    );
    socket.on("broadcast", (anything) =>
      this.note("broadcasts", "news", typeof anything === "string" ? anything : JSON.stringify(anything)),
    );
  }

  async act(order: Order): Promise<void> {
    try {
      const outcome = await this.socket.timeout(ACTION_TIMEOUT).emitWithAck("action", order);
      if (outcome.success) this.note("outcomes", "success", outcome.result);
      else this.note("outcomes", "error", `The server said: ${outcome.error}`);
    } catch (error) {
      this.note("outcomes", "error", `No answer: ${(error as Error).message}`);
    }
  }

  /** As if somebody had pulled the plug: the client notices and reconnects by itself. */
  cut(): void {
    connection.socket.io.engine.close();
  }

  /** A handshake in a protocol that the server no longer speaks. Resolves to "", or to why there was none. */
  provoke(): Promise<string> {
    return fetch("/socket.io/?EIO=3&transport=polling").then(
      () => "",
      () => UNREACHABLE,
    );
  }

  async broadcast(text: string): Promise<string> {
    if (!this.socket.connected) return "You are offline.";
    this.socket.emit("broadcast", text);
    return "";
  }

  private watch(): void {
    this.socket.emit("watch-connection-errors", (refused) =>
      this.update({ refused: refused.reverse() }),
    );
  }

  private note(list: "outcomes" | "reconnections" | "broadcasts", kind: LineKind, text: string): void {
    const line = { key: ++this.keys, kind, text };
    this.update({ [list]: [line, ...this.state[list]].slice(0, KEPT) });
  }
}

export const errors = new Errors();
