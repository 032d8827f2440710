// SPDX-License-Identifier: MIT
// The chat without its looks: owns the socket, turns its events into one immutable state, and tells
// its subscribers when that state has changed. One instance lives as long as the page.
import { openSocket, type ChatSocket } from "./connection";
import type { JoinReply, Message } from "./protocol";
import { rememberedName, rememberName } from "./session";

export type Entry =
  | { kind: "message"; key: string; message: Message }
  | { kind: "pending"; key: string; message: Message }
  | { kind: "notice"; key: string; text: string; at: number };

export interface ChatState {
  /** `form`: no name yet; `joining`: asked for; `chat`: in; `replaced`: another tab took over. */
  phase: "form" | "joining" | "chat" | "replaced";
  link: "online" | "lost" | "reconnecting" | "back";
  attempt: number;
  transport: string;
  name: string;
  users: string[];
  typing: string[];
  entries: Entry[];
  /** Why the last attempt to join failed. */
  error: string;
}

const REPLY_TIMEOUT = 8000;
const BACK_SHOWN = 4000;
/** A "stopped typing" that got lost must not keep the dots for ever. */
const TYPING_EXPIRES = 6000;
/** Silence after which we say that we stopped typing. */
const TYPING_PAUSE = 2500;
/** While someone keeps typing it is said again, before it expires at the others. */
const TYPING_REPEAT = 3000;

const initial: ChatState = {
  phase: "form",
  link: "online",
  attempt: 0,
  transport: "",
  name: "",
  users: [],
  typing: [],
  entries: [],
  error: "",
};

function messageEntry(message: Message): Entry {
  return { kind: "message", key: `${message.id}@${message.at}`, message };
}

export class Chat {
  private state = initial;
  private readonly listeners = new Set<() => void>();
  private readonly socket: ChatSocket;
  private readonly typingTimers = new Map<string, number>();
  private typingPause = 0;
  private typingSaidAt = 0;
  private backTimer = 0;
  private keys = 0;

  constructor() {
    this.socket = openSocket();
    this.listenToSocket();
    this.listenToManager();
    const name = rememberedName();
    if (name) this.join(name);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ChatState => this.state;

  join(name: string): void {
    this.update({ phase: "joining", name, error: "" });
    if (this.socket.connected) this.sendJoin();
    else this.socket.connect();
  }

  leave(): void {
    rememberName("");
    this.socket.emit("leave");
    this.socket.disconnect();
    this.forgetTyping();
    this.update({ ...initial });
  }

  /** Resolves to "" when the server has taken the message, else to the reason. */
  async send(text: string): Promise<string> {
    if (!this.socket.connected) return "You are offline. The message was not sent.";
    this.stopTyping();
    const { name } = this.state;
    const key = `pending-${++this.keys}`;
    const message = { id: 0, from: name, text: text.trim(), at: Date.now() };
    this.append({ kind: "pending", key, message });
    try {
      const reply = await this.socket.timeout(REPLY_TIMEOUT).emitWithAck("message", text);
      return reply.ok ? "" : reply.error;
    } catch {
      return "The server did not confirm the message.";
    } finally {
      this.update({ entries: this.state.entries.filter((entry) => entry.key !== key) });
    }
  }

  typed(): void {
    const now = Date.now();
    if (this.socket.connected && now - this.typingSaidAt > TYPING_REPEAT) {
      this.typingSaidAt = now;
      this.socket.emit("typing", true);
    }
    clearTimeout(this.typingPause);
    this.typingPause = window.setTimeout(() => this.stopTyping(), TYPING_PAUSE);
  }

  stopTyping(): void {
    clearTimeout(this.typingPause);
    if (this.typingSaidAt === 0) return;
    this.typingSaidAt = 0;
    if (this.socket.connected) this.socket.emit("typing", false);
  }

  private listenToSocket(): void {
    const { socket } = this;
    socket.on("connect", () => {
      this.watchTransport();
      if (this.state.phase !== "form") this.sendJoin();
    });
    socket.on("disconnect", (reason) => this.onDisconnect(reason));
    socket.on("message", (message) => this.onMessage(message));
    socket.on("joined", ({ name }) => this.notice(`${name} joined`));
    socket.on("left", ({ name }) => {
      this.setTyping(name, false);
      this.notice(`${name} left`);
    });
    socket.on("typing", ({ name, typing }) => this.setTyping(name, typing));
    socket.on("users", (users) => this.update({ users }));
    socket.on("replaced", () => this.update({ phase: "replaced" }));
  }

  private listenToManager(): void {
    const manager = this.socket.io;
    manager.on("reconnect_attempt", (attempt) => this.update({ link: "reconnecting", attempt }));
    manager.on("error", () => {
      if (this.state.phase === "joining" && !this.socket.connected)
        this.update({ error: "The server cannot be reached. Trying again…" });
    });
  }

  private watchTransport(): void {
    const { engine } = this.socket.io;
    const show = () => this.update({ transport: engine.transport.name });
    show();
    engine.on("upgrade", show);
  }

  private sendJoin(): void {
    this.socket.timeout(REPLY_TIMEOUT).emit("join", this.state.name, (failed, reply) => {
      if (failed) this.onJoinUnanswered();
      else this.onJoinReply(reply);
    });
  }

  private onJoinUnanswered(): void {
    if (this.socket.connected && this.state.phase !== "form")
      this.update({ phase: "form", error: "The server did not answer. Please try again." });
  }

  private onJoinReply(reply: JoinReply): void {
    if (!reply.ok) {
      rememberName("");
      this.update({ phase: "form", link: "online", error: reply.error });
      return;
    }
    rememberName(reply.name);
    const known = new Set(this.state.entries.map((entry) => entry.key));
    const missed = reply.history.map(messageEntry).filter((entry) => !known.has(entry.key));
    const wasAway = this.state.link !== "online" && this.state.phase === "chat";
    this.update({
      phase: "chat",
      name: reply.name,
      users: reply.users,
      error: "",
      attempt: 0,
      link: wasAway ? "back" : "online",
      entries: [...this.state.entries, ...missed],
    });
    clearTimeout(this.backTimer);
    if (wasAway) this.backTimer = window.setTimeout(() => this.endBack(), BACK_SHOWN);
  }

  private endBack(): void {
    if (this.state.link === "back") this.update({ link: "online" });
  }

  private onDisconnect(reason: string): void {
    this.forgetTyping();
    this.typingSaidAt = 0;
    if (this.state.phase === "form" || this.state.phase === "replaced") return;
    this.update({ link: "lost", transport: "", typing: [] });
    // The client does not come back by itself when the server ended the connection on purpose.
    if (reason === "io server disconnect") this.socket.connect();
  }

  private onMessage(message: Message): void {
    this.setTyping(message.from, false);
    if (message.from === this.state.name) this.settle(message.text);
    this.append(messageEntry(message));
  }

  /** Our message comes back before its confirmation does: it replaces the pending one. */
  private settle(text: string): void {
    const { entries } = this.state;
    const own = entries.find((entry) => entry.kind === "pending" && entry.message.text === text);
    this.update({ entries: entries.filter((entry) => entry !== own) });
  }

  private notice(text: string): void {
    this.append({ kind: "notice", key: `notice-${++this.keys}`, text, at: Date.now() });
  }

  /** What waits for its confirmation stays below what the server has confirmed. */
  private append(entry: Entry): void {
    const settled = this.state.entries.filter((old) => old.kind !== "pending");
    const pending = this.state.entries.filter((old) => old.kind === "pending");
    const entries =
      entry.kind === "pending" ? [...settled, ...pending, entry] : [...settled, entry, ...pending];
    this.update({ entries });
  }

  private setTyping(name: string, typing: boolean): void {
    clearTimeout(this.typingTimers.get(name));
    this.typingTimers.delete(name);
    const others = this.state.typing.filter((other) => other !== name);
    if (typing) {
      const expire = () => this.setTyping(name, false);
      this.typingTimers.set(name, window.setTimeout(expire, TYPING_EXPIRES));
      others.push(name);
    }
    this.update({ typing: others });
  }

  private forgetTyping(): void {
    this.typingTimers.forEach((timer) => clearTimeout(timer));
    this.typingTimers.clear();
    clearTimeout(this.typingPause);
  }

  private update(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}
