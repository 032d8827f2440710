// SPDX-License-Identifier: MIT
import { useStore } from "../../store";
import { chat } from "./chat";
import { JoinForm } from "./JoinForm";
import { Room } from "./Room";

export default function ChatPage() {
  const state = useStore(chat);
  // While a lost connection joins again, the room stays on the screen.
  const inRoom = state.phase === "chat" || state.phase === "replaced";
  return inRoom ? <Room state={state} /> : <JoinForm state={state} />;
}
