// SPDX-License-Identifier: MIT
// Private messages without their looks: who there is, what was written, and what of it was read.
import { ask, mainSocket } from "../../connection";
import { recall, remember } from "../../session";
import { Store } from "../../store";

/** Letters that the page keeps. */
const KEPT = 500;

export interface Person {
  name: string;
  online: boolean;
}

export interface Letter {
  id: number;
  from: string;
  to: string;
  message: string;
  /** Milliseconds since 1970, by the server's clock. */
  timestamp: number;
  /** Its receiver has seen it. */
  read: boolean;
}

export interface MailState {
  /** Ours, empty until we have registered. */
  name: string;
  people: Person[];
  /** In the order in which they were written. */
  letters: Letter[];
  /** The other person whose conversation is shown, empty at first. */
  shown: string;
}

type Incoming = Pick<Letter, "id" | "from" | "message" | "timestamp">;

interface ServerEvents {
  people(people: Person[]): void;
  "private-message"(letter: Incoming, acknowledge: () => void): void;
  "private-message-sent"(letter: Letter): void;
  "message-read"(receipt: { id: number }): void;
}

class Mail extends Store<MailState> {
  private readonly socket = mainSocket<ServerEvents, object>();
  /** Of letters that we have not shown yet. */
  private readonly acknowledgements = new Map<number, () => void>();
  private pageShown = false;

  constructor() {
    super({ name: "", people: [], letters: [], shown: "" });
    const { socket } = this;
    socket.on("connect", () => void this.registerAgain());
    socket.on("disconnect", () => this.acknowledgements.clear());
    socket.on("people", (people) => this.update({ people }));
    socket.on("private-message", (letter, acknowledge) => {
      this.acknowledgements.set(letter.id, acknowledge);
      this.add([{ ...letter, to: this.state.name, read: false }]);
      this.acknowledgeShown();
    });
    socket.on("private-message-sent", (letter) => this.add([letter]));
    socket.on("message-read", ({ id }) => this.setRead(id));
    document.addEventListener("visibilitychange", () => this.acknowledgeShown());
    if (socket.connected) void this.registerAgain();
  }

  /** Resolves to "" if we are known by that name now, else to the reason. */
  async register(name: string): Promise<string> {
    const answer = await ask<{ name: string; people: Person[]; history: Letter[] }>(
      "register",
      name,
      true,
    );
    if (!answer.ok) return answer.error;
    remember("mail.name", answer.name);
    if (answer.name !== this.state.name) this.update({ letters: [], shown: "" });
    this.update({ name: answer.name, people: answer.people });
    this.add(answer.history);
    return "";
  }

  /** The form comes back; we are who we were until it is filled in. */
  changeName(): void {
    remember("mail.name", "");
    this.update({ name: "", letters: [], shown: "" });
  }

  show(other: string): void {
    this.update({ shown: other });
    this.acknowledgeShown();
  }

  /** The page is in front of its reader, or another one is. */
  setPageShown(pageShown: boolean): void {
    this.pageShown = pageShown;
    this.acknowledgeShown();
  }

  async send(message: string): Promise<string> {
    const to = this.state.shown;
    const answer = await ask<{ letter: Letter }>("private-message", { to, message });
    if (!answer.ok) return answer.error;
    this.add([answer.letter]);
    this.update({ shown: answer.letter.to });
    return "";
  }

  private async registerAgain(): Promise<void> {
    const name = this.state.name || recall("mail.name");
    if (name) await this.register(name);
  }

  private acknowledgeShown(): void {
    if (!this.pageShown || document.visibilityState !== "visible") return;
    for (const { id, from } of this.state.letters) {
      if (from !== this.state.shown) continue;
      this.acknowledgements.get(id)?.();
      this.acknowledgements.delete(id);
    }
  }

  private setRead(id: number): void {
    this.acknowledgements.delete(id);
    const { letters } = this.state;
    this.update({
      letters: letters.map((letter) => (letter.id === id ? { ...letter, read: true } : letter)),
    });
  }

  /** Some may come twice: as they are sent, and with the history. */
  private add(letters: Letter[]): void {
    const byId = new Map(this.state.letters.map((letter) => [letter.id, letter]));
    for (const letter of letters) byId.set(letter.id, letter);
    this.update({ letters: [...byId.values()].sort((a, b) => a.id - b.id).slice(-KEPT) });
  }
}

export const mail = new Mail();

/** Between us and the other. */
export function conversation({ name, letters }: MailState, other: string): Letter[] {
  return letters.filter(
    ({ from, to }) => (from === other && to === name) || (from === name && to === other),
  );
}

export function unread({ name, letters }: MailState, other: string): number {
  return letters.filter(({ from, to, read }) => from === other && to === name && !read).length;
}
