// SPDX-License-Identifier: MIT
import { ActionIcon, Text, Textarea } from "@mantine/core";
import { SendHorizontal } from "lucide-react";
import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { alertText } from "../../components/alertText";
import { chat } from "./chat";
import { characters, MESSAGE_LIMIT } from "./protocol";

/** From here on the number of characters is shown. */
const COUNT_FROM = MESSAGE_LIMIT - 200;

function refusal(text: string): string {
  const length = characters(text.trim());
  if (length === 0) return "Write something first.";
  if (length > MESSAGE_LIMIT)
    return `A message has at most ${MESSAGE_LIMIT} characters, this one has ${length}.`;
  return "";
}

export function Composer({ disabled }: { disabled: boolean }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const length = characters(text.trim());

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
    <form
      onSubmit={submit}
      style={{ padding: "4px var(--mantine-spacing-md) var(--mantine-spacing-sm)" }}
    >
      <Textarea
        ref={box}
        aria-label="Message"
        autosize
        minRows={1}
        maxRows={5}
        value={text}
        autoFocus
        placeholder={disabled ? "Waiting for the connection…" : "Write a message"}
        enterKeyHint="send"
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        error={alertText(problem)}
        inputWrapperOrder={["label", "error", "input", "description"]}
        rightSection={
          <ActionIcon type="submit" aria-label="Send" aria-disabled={disabled}>
            <SendHorizontal size={16} />
          </ActionIcon>
        }
      />
      <Text size="xs" c={length > MESSAGE_LIMIT ? "var(--mantine-color-error)" : "dimmed"} mt={4}>
        {length > COUNT_FROM
          ? `${length} of ${MESSAGE_LIMIT} characters`
          : "Enter sends, Shift and Enter begin a new line."}
      </Text>
    </form>
  );
}
