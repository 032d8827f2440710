// SPDX-License-Identifier: MIT
// The events of the chat, as examples/showcase/README.md describes them.

export const NAME_LIMIT = 24;
export const MESSAGE_LIMIT = 2000;

export interface Message {
  id: number;
  from: string;
  text: string;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

export type JoinReply =
  | { ok: true; name: string; users: string[]; history: Message[] }
  | { ok: false; error: string };

export type MessageReply = { ok: true } | { ok: false; error: string };

export interface ServerEvents {
  message(message: Message): void;
  joined(person: { name: string }): void;
  left(person: { name: string }): void;
  typing(state: { name: string; typing: boolean }): void;
  users(names: string[]): void;
  replaced(): void;
}

export interface ClientEvents {
  join(name: string, reply: (answer: JoinReply) => void): void;
  message(text: string, reply: (answer: MessageReply) => void): void;
  typing(typing: boolean): void;
  leave(): void;
}

/** Characters as the server counts them: code points, not UTF-16 units. */
export function characters(text: string): number {
  return [...text].length;
}
