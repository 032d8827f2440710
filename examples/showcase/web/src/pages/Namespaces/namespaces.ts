// SPDX-License-Identifier: MIT
// Three namespaces on one connection, without their looks.
import type { Socket } from "socket.io-client";
import { askOn, connection, mainSocket, namespaceSocket, type Answer } from "../../connection";
import { Store } from "../../store";
import { account, tokenAuth, type AccountState } from "../Account/account";
import type {
  AdminEvents,
  ChatEvents,
  Message,
  Notice,
  NoticeEvents,
  User,
} from "./protocol";

export interface Link {
  /** Of the socket; empty while it is not connected. */
  id: string;
  /** Why it is not. */
  reason: string;
}

export interface NamespacesState {
  main: Link;
  chat: Link;
  admin: Link;
  /** How the server calls us in /chat. */
  name: string;
  messages: Message[];
  users: User[];
  /** The latest, and where it was received. */
  notice?: Notice & { on: string[] };
}

type Name = "main" | "chat" | "admin";

const KEPT = 100;
const away: Link = { id: "", reason: "" };

/** "" if the server has done it, else the reason. */
async function problem(answer: Promise<Answer>): Promise<string> {
  const reply = await answer;
  return reply.ok ? "" : reply.error;
}

class Namespaces extends Store<NamespacesState> {
  private readonly chat = namespaceSocket<ChatEvents, object>("/chat");
  private readonly admin = namespaceSocket<AdminEvents, object>("/admin", tokenAuth);
  private phase = account.snapshot().phase;

  constructor() {
    super({ main: away, chat: away, admin: away, name: "", messages: [], users: [] });
    this.follow("main", "/", mainSocket<NoticeEvents, object>());
    this.follow("chat", "/chat", this.chat as unknown as Socket<NoticeEvents>);
    this.follow("admin", "/admin", this.admin as unknown as Socket<NoticeEvents>);
    this.chat.on("welcome", ({ name }) => this.update({ name }));
    this.chat.on("message", (message) =>
      this.update({ messages: [...this.state.messages, message].slice(-KEPT) }),
    );
    this.admin.on("users", (users) => this.update({ users }));
    // The token may have been renewed since: /admin decides again, when it has let go of the old
    // socket. Who leaves or signs out before that does not come back.
    this.admin.on("token-expired", () => {
      this.admin.once("disconnect", (reason) => {
        if (reason === "io server disconnect" && this.phase === "in") this.join("admin");
      });
    });
    account.subscribe(() => this.onAccount(account.snapshot().phase));
  }

  /** The Engine.IO session below all three. Whoever knows all of it could use it. */
  get session(): string {
    return connection.socket.io.engine?.id?.slice(0, 6) ?? "";
  }

  join(name: "chat" | "admin"): void {
    this.update({ [name]: away });
    this[name].disconnect().connect();
  }

  leave(name: "chat" | "admin"): void {
    this[name].disconnect();
  }

  say(text: string): Promise<string> {
    return problem(askOn(this.chat, "message", text));
  }

  notify(text: string): Promise<string> {
    return problem(askOn(this.admin, "notice", text));
  }

  disconnectUser(id: string): Promise<string> {
    return problem(askOn(this.admin, "disconnect-user", id));
  }

  /** Who signs out leaves /admin, too, and who signs in may be let in. */
  private onAccount(phase: AccountState["phase"]): void {
    const before = this.phase;
    if (phase === before) return;
    this.phase = phase;
    // Who was not in sees why /admin refuses.
    if (before === "in" && phase === "out") this.leave("admin");
    if (phase === "in") this.join("admin");
  }

  private follow(name: Name, nsp: string, socket: Socket<NoticeEvents>): void {
    const set = (link: Link) => this.update({ [name]: link });
    const connected = () => set({ id: socket.id ?? "", reason: "" });
    socket.on("connect", connected);
    if (socket.connected) connected();
    socket.on("disconnect", (reason) => set({ id: "", reason }));
    socket.on("connect_error", ({ message }) => set({ id: "", reason: message }));
    socket.on("notice", (notice) => this.receive(notice, nsp));
  }

  private receive(notice: Notice, nsp: string): void {
    const { notice: last } = this.state;
    const same = last?.at === notice.at && last.text === notice.text;
    this.update({ notice: { ...notice, on: same ? [...last.on, nsp] : [nsp] } });
  }
}

export const namespaces = new Namespaces();
