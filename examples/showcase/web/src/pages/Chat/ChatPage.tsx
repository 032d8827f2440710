// SPDX-License-Identifier: MIT
import { NameForm } from "../../components/NameForm";
import { useStore } from "../../store";
import { chat } from "./chat";
import { Room } from "./Room";

export default function ChatPage() {
  const state = useStore(chat);
  // While a lost connection joins again, the room stays on the screen.
  if (state.phase === "chat" || state.phase === "replaced") return <Room state={state} />;
  return (
    <NameForm
      lead="One room, everybody in it. Pick a name and say hello."
      button="Join the chat"
      known={state.name}
      taking={state.phase === "joining"}
      failure={state.error}
      take={(name) => chat.join(name)}
    />
  );
}
