// SPDX-License-Identifier: MIT
// One line of text and a button.
import { Button, Group, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { alertText } from "./alertText";

interface Properties {
  label: string;
  placeholder: string;
  button: string;
  disabled?: boolean;
  /** Resolves to "" when it is done, else to the reason why not. */
  send: (text: string) => Promise<string>;
}

export function TextForm({ label, placeholder, button, disabled = false, send }: Properties) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent) {
    event.preventDefault();
    const failed = await send(text);
    setProblem(failed);
    if (!failed) setText("");
  }

  return (
    <Group component="form" align="flex-start" gap="sm" onSubmit={submit}>
      <TextInput
        flex="1 1 180px"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        disabled={disabled}
        error={alertText(problem)}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem("");
        }}
      />
      <Button type="submit" disabled={disabled}>
        {button}
      </Button>
    </Group>
  );
}
