// SPDX-License-Identifier: MIT
// Three namespaces on one connection, without their looks.
import { connection, mainSocket, namespaceSocket } from "../../connection";
import { Store } from "../../store";
import { tokenAuth } from "../Account/account";
import type {
  AdminEvents,
  AdminRequests,
  ChatEvents,
  ChatRequests,
  Message,
  Notice,
  NoticeEvents,
  Reply,
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
const REPLY_TIMEOUT = 8000;
const away: Link = { id: "", reason: "" };

/** "" if the server has done it, else the reason. */
async function outcome(reply: Promise<Reply>): Promise<string> {
  try {
    const answer = await reply;
    return answer.ok ? "" : answer.error;
  } catch {
    return "The server did not answer. Please try again.";
  }
}

class Namespaces extends Store<NamespacesState> {
  private readonly main = mainSocket<NoticeEvents, object>();
  private readonly chat = namespaceSocket<ChatEvents, ChatRequests>("/chat");
  private readonly admin = namespaceSocket<AdminEvents, AdminRequests>("/admin", tokenAuth);

  constructor() {
    super({ main: away, chat: away, admin: away, name: "", messages: [], users: [] });
    this.follow("main", this.main);
    this.follow("chat", this.chat);
    this.follow("admin", this.admin);
    this.chat.on("welcome", ({ name }) => this.update({ name }));
    this.chat.on("message", (message) =>
      this.update({ messages: [...this.state.messages, message].slice(-KEPT) }),
    );
    this.admin.on("users", (users) => this.update({ users }));
    // The token may have been renewed since: /admin decides again.
    this.admin.on("token-expired", () => this.join("admin"));
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
    return outcome(this.chat.timeout(REPLY_TIMEOUT).emitWithAck("message", text));
  }

  notify(text: string): Promise<string> {
    return outcome(this.admin.timeout(REPLY_TIMEOUT).emitWithAck("notice", text));
  }

  disconnectUser(id: string): Promise<string> {
    return outcome(this.admin.timeout(REPLY_TIMEOUT).emitWithAck("disconnect-user", id));
  }

  private follow(name: Name, socket: typeof this.main | typeof this.chat | typeof this.admin): void {
    const set = (link: Link) => this.update({ [name]: link });
    const connected = () => set({ id: socket.id ?? "", reason: "" });
    if (socket.connected) connected();
    const generic = socket as unknown as ReturnType<typeof mainSocket<NoticeEvents, object>>;
    generic.on("connect", connected);
    generic.on("disconnect", (reason) => set({ id: "", reason }));
    generic.on("connect_error", ({ message }) => set({ id: "", reason: message }));
    generic.on("notice", (notice) => this.receive(notice, socket === this.main ? "/" : `/${name}`));
  }

  private receive(notice: Notice, nsp: string): void {
    const { notice: last } = this.state;
    const same = last?.at === notice.at && last.text === notice.text;
    this.update({ notice: { ...notice, on: same ? [...last.on, nsp] : [nsp] } });
  }
}

export const namespaces = new Namespaces();
