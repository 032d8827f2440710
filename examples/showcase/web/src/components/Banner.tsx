// SPDX-License-Identifier: MIT
import type { Chat, ChatState } from "../chat";

function text({ phase, link, attempt }: ChatState): string {
  if (phase === "replaced") return "You joined from another tab, so this one was disconnected.";
  if (link === "lost") return "The connection is lost.";
  if (link === "reconnecting")
    return attempt > 1 ? `Reconnecting… (attempt ${attempt})` : "Reconnecting…";
  return link === "back" ? "You are back online." : "";
}

export function Banner({ chat, state }: { chat: Chat; state: ChatState }) {
  const kind = state.phase === "replaced" ? "replaced" : state.link;
  const words = text(state);
  return (
    <div className="banner" role="status" data-kind={kind}>
      {words && (
        <div className="banner-body">
          {(kind === "lost" || kind === "reconnecting") && (
            <span className="spinner" aria-hidden="true" />
          )}
          <span>{words}</span>
          {kind === "replaced" && (
            <button type="button" className="quiet" onClick={() => chat.join(state.name)}>
              Use this tab
            </button>
          )}
        </div>
      )}
    </div>
  );
}
