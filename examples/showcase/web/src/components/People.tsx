// SPDX-License-Identifier: MIT
import type { Chat, ChatState } from "../chat";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";

export function People({ chat, state }: { chat: Chat; state: ChatState }) {
  const others = state.users.filter((name) => name !== state.name);
  return (
    <div className="people">
      <h2>
        Online <span className="count">{state.users.length}</span>
      </h2>
      <ul aria-label="Online">
        {[state.name, ...others].map((name) => (
          <li key={name} data-name={name}>
            <Avatar name={name} />
            <span className="person-name">{name}</span>
            {name === state.name && <span className="tag">you</span>}
            {state.typing.includes(name) && (
              <span className="dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
            )}
          </li>
        ))}
      </ul>
      <button type="button" className="quiet leave" onClick={() => chat.leave()}>
        <Icon name="leave" />
        Leave the chat
      </button>
    </div>
  );
}
