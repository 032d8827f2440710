// SPDX-License-Identifier: MIT
// The chat without its looks. It goes on while another application is shown.
import { ask, mainSocket } from "../../connection";
import { recall, remember } from "../../session";
import { Store } from "../../store";
import type { ClientEvents, Joined, Message, ServerEvents } from "./protocol";

/** Messages and notices that the page keeps. */
const KEPT = 500;

export type Entry =
  | { kind: "message"; key: string; message: Message }
  | { kind: "pending"; key: string; message: Message }
  | { kind: "notice"; key: string; text: string; at: number };

export interface ChatState {
  /** `form`: no name yet; `joining`: asked for; `chat`: in; `replaced`: another tab took over. */
  phase: "form" | "joining" | "chat" | "replaced";
  name: string;
  users: string[];
  typing: string[];
  entries: Entry[];
  /** Why the last attempt to join failed. */
  error: string;
}

/** A "stopped typing" that got lost must not keep the dots for ever. */
const TYPING_EXPIRES = 6000;
/** Silence after which we say that we stopped typing. */
const TYPING_PAUSE = 2500;
/** While someone keeps typing it is said again, before it expires at the others. */
const TYPING_REPEAT = 3000;

const initial: ChatState = {
  phase: "form",
  name: "",
  users: [],
  typing: [],
  entries: [],
  error: "",
};

function messageEntry(message: Message): Entry {
  return { kind: "message", key: `${message.id}@${message.timestamp}`, message };
}

class Chat extends Store<ChatState> {
  private readonly socket = mainSocket<ServerEvents, ClientEvents>();
  private readonly typingTimers = new Map<string, number>();
  private typingPause = 0;
  private typingSaidAt = 0;
  private keys = 0;

  constructor() {
    super(initial);
    this.listen();
    const name = recall("chat.name");
    if (name) this.join(name);
  }

  join(name: string): void {
    this.update({ phase: "joining", name, error: "" });
    if (this.socket.connected) void this.sendJoin();
  }

  leave(): void {
    remember("chat.name", "");
    this.socket.emit("leave");
    this.forgetTyping();
    this.update(initial);
  }

  /** Resolves to "" when the server has taken the message, else to the reason. */
  async send(text: string): Promise<string> {
    this.stopTyping();
    const { name } = this.state;
    const key = `pending-${++this.keys}`;
    const message = { id: 0, username: name, message: text.trim(), timestamp: Date.now() };
    this.append({ kind: "pending", key, message });
    const answer = await ask("chat-message", text);
    this.update({ entries: this.state.entries.filter((entry) => entry.key !== key) });
    return answer.ok ? "" : answer.error;
  }

  typed(): void {
    const now = Date.now();
    if (this.socket.connected && now - this.typingSaidAt > TYPING_REPEAT) {
      this.typingSaidAt = now;
      this.socket.emit("typing");
    }
    clearTimeout(this.typingPause);
    this.typingPause = window.setTimeout(() => this.stopTyping(), TYPING_PAUSE);
  }

  stopTyping(): void {
    clearTimeout(this.typingPause);
    if (this.typingSaidAt === 0) return;
    this.typingSaidAt = 0;
    if (this.socket.connected) this.socket.emit("stop-typing");
  }

  private listen(): void {
    const { socket } = this;
    socket.on("connect", () => {
      if (this.state.phase === "joining" || this.state.phase === "chat") void this.sendJoin();
    });
    socket.on("disconnect", () => this.onDisconnect());
    socket.on("chat-message", (message) => this.onMessage(message));
    socket.on("user-joined", ({ username, users }) => {
      this.update({ users });
      if (this.state.phase === "chat" && username !== this.state.name)
        this.notice(`${username} joined`);
    });
    socket.on("user-left", ({ username, users }) => {
      this.setTyping(username, false);
      this.update({ users });
      this.notice(`${username} left`);
    });
    socket.on("user-typing", (username) => this.setTyping(username, true));
    socket.on("user-stop-typing", (username) => this.setTyping(username, false));
    socket.on("replaced", () => this.update({ phase: "replaced", typing: [] }));
  }

  private async sendJoin(): Promise<void> {
    const reply = await ask<Joined>("join", this.state.name);
    if (this.state.phase === "form" || !this.socket.connected) return;
    if (!reply.ok) {
      remember("chat.name", "");
      this.update({ phase: "form", error: reply.error });
      return;
    }
    remember("chat.name", reply.username);
    const known = new Set(this.state.entries.map((entry) => entry.key));
    const missed = reply.history.map(messageEntry).filter((entry) => !known.has(entry.key));
    this.update({
      phase: "chat",
      name: reply.username,
      users: reply.users,
      error: "",
      entries: [...this.state.entries, ...missed],
    });
  }

  private onDisconnect(): void {
    this.forgetTyping();
    this.typingSaidAt = 0;
    this.update({ typing: [] });
  }

  private onMessage(message: Message): void {
    this.setTyping(message.username, false);
    if (message.username === this.state.name) this.settle(message.message);
    this.append(messageEntry(message));
  }

  /** Our message comes back before its confirmation does: it replaces the pending one. */
  private settle(text: string): void {
    const { entries } = this.state;
    const own = entries.find((entry) => entry.kind === "pending" && entry.message.message === text);
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
    this.update({ entries: entries.slice(-KEPT) });
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
}

export const chat = new Chat();
