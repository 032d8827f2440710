// SPDX-License-Identifier: MIT
// The events of the chat, as examples/showcase/README.md describes them.

import type { Answer } from "../../connection";

export const MESSAGE_LIMIT = 2000;

export interface Message {
  id: number;
  username: string;
  message: string;
  /** Milliseconds since 1970, by the server's clock. */
  timestamp: number;
}

/** The acknowledgement of `join`, if it was not refused. */
export interface Joined {
  username: string;
  users: string[];
  history: Message[];
}

interface Move {
  username: string;
  users: string[];
}

export interface ServerEvents {
  "chat-message"(message: Message): void;
  "user-joined"(move: Move): void;
  "user-left"(move: Move): void;
  "user-typing"(username: string): void;
  "user-stop-typing"(username: string): void;
  replaced(): void;
}

export interface ClientEvents {
  join(name: string, reply: (answer: Answer<Joined>) => void): void;
  "chat-message"(text: string, reply: (answer: Answer) => void): void;
  typing(): void;
  "stop-typing"(): void;
  leave(): void;
}

/** Characters as the server counts them: code points, not UTF-16 units. */
export function characters(text: string): number {
  return [...text].length;
}
