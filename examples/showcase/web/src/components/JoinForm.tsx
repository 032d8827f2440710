// SPDX-License-Identifier: MIT
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import type { Chat, ChatState } from "../chat";
import { characters, NAME_LIMIT } from "../protocol";
import { Logo } from "./Logo";

export function JoinForm({ chat, state }: { chat: Chat; state: ChatState }) {
  const [name, setName] = useState(state.name);
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const joining = state.phase === "joining";
  const error = problem || state.error;

  useEffect(() => {
    if (!joining) input.current?.focus();
  }, [joining, state.error]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const length = characters(name.trim());
    if (length === 0) setProblem("Please enter a name.");
    else if (length > NAME_LIMIT) setProblem(`A name has at most ${NAME_LIMIT} characters.`);
    else chat.join(name);
  }

  function change(value: string) {
    setName(value);
    setProblem("");
  }

  return (
    <main className="join">
      <form className="join-card" onSubmit={submit} noValidate>
        <Logo />
        <h1>Welcome to the Lobby</h1>
        <p className="lead">One room, everybody in it. Pick a name and say hello.</p>
        <label htmlFor={id}>Your name</label>
        <input
          id={id}
          ref={input}
          value={name}
          onChange={(event) => change(event.target.value)}
          autoComplete="nickname"
          autoCapitalize="words"
          spellCheck={false}
          placeholder="Ada"
          readOnly={joining}
          aria-invalid={Boolean(error)}
          aria-describedby={`${id}-error`}
        />
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
        <button className="primary" type="submit" aria-disabled={joining}>
          {joining ? "Joining…" : "Join the chat"}
        </button>
        <p className="fine-print">
          Served by <strong>socketio-cpp</strong>, spoken with the official JavaScript client.
        </p>
      </form>
    </main>
  );
}
