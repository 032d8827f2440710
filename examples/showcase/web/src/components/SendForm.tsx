// SPDX-License-Identifier: MIT
import { ActionIcon, TextInput } from "@mantine/core";
import { SendHorizontal } from "lucide-react";
import { useState, type FormEvent } from "react";
import { alertText } from "./alertText";

interface SendFormProps {
  label: string;
  /** Resolves to "", or to why it was not sent. */
  send: (text: string) => Promise<string>;
}

/** One line to say something. What was not sent comes back to its writer. */
export function SendForm({ label, send }: SendFormProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!text.trim()) return setProblem("Write something first.");
    setText("");
    const failed = await send(text);
    if (!failed) return;
    setProblem(failed);
    setText((now) => now || text);
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <TextInput
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem("");
        }}
        enterKeyHint="send"
        autoComplete="off"
        error={alertText(problem)}
        rightSection={
          <ActionIcon type="submit" aria-label="Send">
            <SendHorizontal size={16} />
          </ActionIcon>
        }
      />
    </form>
  );
}
