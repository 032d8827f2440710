// SPDX-License-Identifier: MIT
// The account without its looks: signing up and in, and the connection to /account that the token
// opens. It goes on while another application is shown.
import { askOn, namespaceSocket } from "../../connection";
import { recall, remember } from "../../session";
import { Store } from "../../store";
import {
  signIn,
  signUp,
  type ClientEvents,
  type Credentials,
  type Role,
  type ServerEvents,
} from "./protocol";

export interface AccountState {
  /** `out`: the form; `busy`: asking the server; `in`: connected to /account. */
  phase: "out" | "busy" | "in";
  email: string;
  role: Role;
  /** Of the socket: it stays while the token is renewed. */
  socketId: string;
  /** When the token ends, in milliseconds since 1970 by our own clock. */
  expiresAt: number;
  renewals: number;
  connections: number;
  /** Why there is no connection to /account: the words of its middleware, or ours. */
  refusal: string;
  /** What was wrong with the form. */
  error: string;
}

/** The part of a token's life after which it is renewed. */
const RENEW_AFTER = 0.8;
/** setTimeout() takes no more: beyond, it fires at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const signedOut: AccountState = {
  phase: "out",
  email: "",
  role: "user",
  socketId: "",
  expiresAt: 0,
  renewals: 0,
  connections: 0,
  refusal: "",
  error: "",
};

/** What tells the server who somebody is, in `auth` of every namespace that asks for it. */
export function tokenAuth() {
  const token = recall("token");
  return token ? { token } : {};
}

class Account extends Store<AccountState> {
  private readonly socket = namespaceSocket<ServerEvents, ClientEvents>("/account", tokenAuth);
  private renewal = 0;

  constructor() {
    super({ ...signedOut, phase: "busy" });
    const { socket } = this;
    socket.on("account", ({ email, role, expiresIn }) => {
      this.update({ phase: "in", email, role, socketId: socket.id ?? "", refusal: "" });
      this.expect(expiresIn);
    });
    socket.on("connections", (connections) => this.update({ connections }));
    socket.on("token-expired", () => this.end("Your token has expired. Please sign in again."));
    socket.on("signed-out", () => this.end("You were signed out everywhere."));
    socket.on("connect_error", ({ message }) => {
      // Without a connection the client tries again by itself; a refusal is final.
      if (!socket.active) this.end(`/account refused the connection: “${message}”`);
    });
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.update({ phase: "busy", error: "" });
    const { token, error } = await signIn(credentials);
    if (!token) return this.update({ phase: "out", error: error ?? "" });
    remember("token", token);
    this.socket.connect();
  }

  async signUp(credentials: Credentials): Promise<void> {
    this.update({ phase: "busy", error: "" });
    const { error } = await signUp(credentials);
    if (error) this.update({ phase: "out", error });
    else await this.signIn(credentials);
  }

  /** A new token over the connection that the old one opened. */
  async renew(): Promise<void> {
    const reply = await askOn<{ token: string; expiresIn: number }>(this.socket, "renew");
    // Without an answer the connection is gone. The next one shows the token as long as it counts.
    if (!reply.ok) return;
    remember("token", reply.token);
    this.update({ renewals: this.state.renewals + 1 });
    this.expect(reply.expiresIn);
  }

  signOut(): void {
    this.socket.disconnect();
    this.end("");
  }

  signOutEverywhere(): void {
    this.socket.emit("sign-out-everywhere");
  }

  /** Renews the token in time. `expiresIn` is in milliseconds, by the server's clock. */
  private expect(expiresIn: number): void {
    this.update({ expiresAt: Date.now() + expiresIn });
    clearTimeout(this.renewal);
    const delay = Math.min(Math.max(expiresIn * RENEW_AFTER, 1000), LONGEST_TIMEOUT);
    this.renewal = window.setTimeout(() => void this.renew(), delay);
  }

  private end(refusal: string): void {
    clearTimeout(this.renewal);
    remember("token", "");
    this.update({ ...signedOut, refusal });
  }
}

export const account = new Account();
