// SPDX-License-Identifier: MIT
// The page's one connection to the main namespace, which all applications share, and what there is
// to say about it.
import { io, type Socket } from "socket.io-client";
import { sessionKey } from "./session";
import { Store, useStore } from "./store";

export interface ConnectionState {
  /** `back` is `online` again, for a moment; `ended`: on purpose, so the client does not retry. */
  link: "connecting" | "online" | "lost" | "reconnecting" | "back" | "ended";
  /** "polling" or "websocket", empty while there is no connection. */
  transport: string;
  /** Number of the attempt to reconnect. */
  attempt: number;
  /** There was a connection before. */
  wasOnline: boolean;
}

const BACK_SHOWN = 4000;
const ANSWER_TIMEOUT = 8000;

/** `?transport=polling` or `?transport=websocket` in the page's address leaves only that one. */
export function transports(): string[] {
  const wanted = new URLSearchParams(location.search).get("transport");
  if (wanted === "polling" || wanted === "websocket") return [wanted];
  return ["polling", "websocket"];
}

class Connection extends Store<ConnectionState> {
  readonly socket: Socket = io({
    transports: transports(),
    reconnectionDelay: 500,
    reconnectionDelayMax: 4000,
    auth: { session: sessionKey() },
  });
  private backTimer = 0;

  constructor() {
    super({ link: "connecting", transport: "", attempt: 0, wasOnline: false });
    const { socket } = this;
    socket.on("connect", () => this.onConnect());
    socket.on("disconnect", () =>
      this.update({ link: socket.active ? "lost" : "ended", transport: "" }),
    );
    socket.io.on("reconnect_attempt", (attempt) => this.update({ link: "reconnecting", attempt }));
  }

  reconnect(): void {
    this.update({ link: "connecting" });
    this.socket.connect();
  }

  private onConnect(): void {
    const { engine } = this.socket.io;
    const showTransport = () => this.update({ transport: engine.transport.name });
    engine.on("upgrade", showTransport);
    showTransport();
    const link = this.state.wasOnline ? "back" : "online";
    this.update({ link, attempt: 0, wasOnline: true });
    clearTimeout(this.backTimer);
    if (link === "back") this.backTimer = window.setTimeout(() => this.endBack(), BACK_SHOWN);
  }

  private endBack(): void {
    if (this.state.link === "back") this.update({ link: "online" });
  }
}

export const connection = new Connection();

/** Each event with a function of its arguments. */
type EventsOf<T> = { [Event in keyof T]: (...args: never[]) => void };

/** The shared socket, with the events of one application. */
export function mainSocket<
  Incoming extends EventsOf<Incoming>,
  Outgoing extends EventsOf<Outgoing>,
>() {
  return connection.socket as unknown as Socket<Incoming, Outgoing>;
}

/** Another namespace on the same connection; `auth` is asked for each time that it is joined. */
export function namespaceSocket<
  Incoming extends EventsOf<Incoming>,
  Outgoing extends EventsOf<Outgoing>,
>(name: string, auth: () => object = () => ({})) {
  const socket = connection.socket.io.socket(name, { auth: (give) => give(auth()) });
  return socket as unknown as Socket<Incoming, Outgoing>;
}

export type Answer<T = object> = ({ ok: true } & T) | { ok: false; error: string };

/** The error of an answer that did not come in time. */
export const NO_ANSWER = "The server did not answer. Please try again.";

/** Emits; the acknowledgement, or why there is none. */
export async function askOn<T = object>(
  socket: { connected: boolean },
  event: string,
  ...args: unknown[]
): Promise<Answer<T>> {
  if (!socket.connected) return { ok: false, error: "You are offline. Please try again later." };
  try {
    const emitter = (socket as Socket).timeout(ANSWER_TIMEOUT);
    return (await emitter.emitWithAck(event, ...args)) as Answer<T>;
  } catch {
    return { ok: false, error: NO_ANSWER };
  }
}

/** The same on the shared socket. */
export function ask<T = object>(event: string, ...args: unknown[]): Promise<Answer<T>> {
  return askOn<T>(connection.socket, event, ...args);
}

export function useConnection(): ConnectionState {
  return useStore(connection);
}
