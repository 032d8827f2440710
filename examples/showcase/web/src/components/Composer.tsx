// SPDX-License-Identifier: MIT
import { useId, useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import type { Chat } from "../chat";
import { characters, MESSAGE_LIMIT } from "../protocol";
import { Icon } from "./Icon";

/** From here on the number of characters is shown. */
const COUNT_FROM = MESSAGE_LIMIT - 200;

function refusal(text: string): string {
  const length = characters(text.trim());
  if (length === 0) return "Write something first.";
  if (length > MESSAGE_LIMIT)
    return `A message has at most ${MESSAGE_LIMIT} characters, this one has ${length}.`;
  return "";
}

export function Composer({ chat, disabled }: { chat: Chat; disabled: boolean }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const length = characters(text.trim());

  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [text]);

  function change(value: string) {
    setText(value);
    setProblem("");
    if (value.trim()) chat.typed();
    else chat.stopTyping();
  }

  async function send() {
    if (disabled) return;
    const refused = refusal(text);
    setProblem(refused);
    if (refused) return;
    setText("");
    box.current?.focus();
    const failed = await chat.send(text);
    if (!failed) return;
    setProblem(failed);
    setText((now) => now || text);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void send();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <form className="composer" onSubmit={submit}>
      <p className="composer-error" id={`${id}-error`} role="alert">
        {problem}
      </p>
      <div className="composer-box">
        <label className="visually-hidden" htmlFor={id}>
          Message
        </label>
        <textarea
          id={id}
          ref={box}
          rows={1}
          value={text}
          autoFocus
          placeholder={disabled ? "Waiting for the connection…" : "Write a message"}
          enterKeyHint="send"
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          aria-invalid={Boolean(problem)}
          aria-describedby={`${id}-error`}
        />
        {length > COUNT_FROM && (
          <span className="counter" data-over={length > MESSAGE_LIMIT}>
            {length} / {MESSAGE_LIMIT}
          </span>
        )}
        <button type="submit" className="send" aria-label="Send" aria-disabled={disabled}>
          <Icon name="send" />
        </button>
      </div>
      <p className="hint" aria-hidden="true">
        <kbd>Enter</kbd> to send, <kbd>Shift</kbd> + <kbd>Enter</kbd> for a new line
      </p>
    </form>
  );
}
