// SPDX-License-Identifier: MIT
import { useSyncExternalStore } from "react";
import type { Chat } from "./chat";
import { JoinForm } from "./components/JoinForm";
import { Room } from "./components/Room";

export function App({ chat }: { chat: Chat }) {
  const state = useSyncExternalStore(chat.subscribe, chat.snapshot);
  // While a reload or a lost connection joins again, the room stays on the screen.
  const inRoom = state.phase === "chat" || state.phase === "replaced";
  return inRoom ? <Room chat={chat} state={state} /> : <JoinForm chat={chat} state={state} />;
}
