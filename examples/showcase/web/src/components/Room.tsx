// SPDX-License-Identifier: MIT
import { useRef } from "react";
import type { Chat, ChatState } from "../chat";
import { Avatar } from "./Avatar";
import { Banner } from "./Banner";
import { Composer } from "./Composer";
import { Icon } from "./Icon";
import { Logo } from "./Logo";
import { MessageList } from "./MessageList";
import { People } from "./People";
import { Typing } from "./Typing";

const transportNames: Record<string, string> = {
  websocket: "WebSocket",
  polling: "Long-polling",
};

function Status({ state }: { state: ChatState }) {
  const connected = state.transport !== "";
  return (
    <span className="status" data-connected={connected} data-transport={state.transport}>
      <span className="status-dot" aria-hidden="true" />
      {connected ? (transportNames[state.transport] ?? state.transport) : "Offline"}
    </span>
  );
}

export function Room({ chat, state }: { chat: Chat; state: ChatState }) {
  const drawer = useRef<HTMLDialogElement>(null);
  const people = <People chat={chat} state={state} />;

  return (
    <div className="room" data-connected={state.transport !== ""}>
      <aside className="sidebar" aria-label="People">
        <div className="brand">
          <Logo />
          <span>Lobby</span>
        </div>
        {people}
      </aside>

      <main className="conversation">
        <header className="topbar">
          <span className="only-narrow">
            <Logo />
          </span>
          <div className="topbar-title">
            <h1>General</h1>
            <Status state={state} />
          </div>
          <button
            type="button"
            className="people-button only-narrow"
            onClick={() => drawer.current?.showModal()}
          >
            <span className="faces">
              {state.users.slice(0, 3).map((name) => (
                <Avatar key={name} name={name} />
              ))}
            </span>
            <span className="people-count">{state.users.length}</span>
            <span className="visually-hidden">online, show who is here</span>
          </button>
        </header>
        <Banner chat={chat} state={state} />
        <MessageList entries={state.entries} own={state.name} />
        <Typing names={state.typing} />
        <Composer chat={chat} disabled={state.transport === "" || state.phase === "replaced"} />
      </main>

      <dialog className="drawer" ref={drawer} aria-label="People">
        <button
          type="button"
          className="icon-button drawer-close"
          aria-label="Close"
          onClick={() => drawer.current?.close()}
        >
          <Icon name="close" />
        </button>
        {people}
      </dialog>
    </div>
  );
}
