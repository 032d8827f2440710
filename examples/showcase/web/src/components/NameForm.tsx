// SPDX-License-Identifier: MIT
import { Button, Group, Paper, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { alertText } from "./alertText";

interface NameFormProps {
  lead: string;
  button: string;
  known?: string;
  /** The name is being taken, and why it was not. */
  taking?: boolean;
  failure?: string;
  /** May resolve to why the name was not taken. */
  take: (name: string) => Promise<string> | void;
}

export function NameForm(props: NameFormProps) {
  const { lead, button, known = "", taking = false, failure = "", take } = props;
  const [name, setName] = useState(known);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return setProblem("Please enter a name.");
    setProblem("");
    setBusy(true);
    setProblem((await take(name)) ?? "");
    setBusy(false);
  }

  return (
    <Paper
      component="form"
      withBorder
      p="lg"
      noValidate
      onSubmit={(event: FormEvent) => void submit(event)}
    >
      <Text mb="md">{lead}</Text>
      <Group align="flex-start" gap="sm">
        <TextInput
          label="Your name"
          placeholder="Ada"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setProblem("");
          }}
          autoFocus
          autoComplete="nickname"
          autoCapitalize="words"
          spellCheck={false}
          error={alertText(problem || failure)}
          flex="1 1 220px"
        />
        <Button type="submit" mt={25} loading={busy || taking}>
          {button}
        </Button>
      </Group>
    </Paper>
  );
}
