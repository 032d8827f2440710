// SPDX-License-Identifier: MIT
// What the server tells /chat and /admin, and the notice that the main namespace gets as well; see examples/showcase/README.md.

export interface Notice {
  text: string;
  at: number;
}

export interface Message {
  from: string;
  text: string;
  at: number;
}

export interface User {
  id: string;
  name: string;
}

export interface NoticeEvents {
  notice: (notice: Notice) => void;
}

export interface ChatEvents extends NoticeEvents {
  welcome: (you: { name: string }) => void;
  message: (message: Message) => void;
}

export interface AdminEvents extends NoticeEvents {
  users: (users: User[]) => void;
  "token-expired": () => void;
  "signed-out": () => void;
}
