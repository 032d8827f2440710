// SPDX-License-Identifier: MIT
import { Button, Group, Paper, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { characters } from "../../characters";
import { alertText } from "../../components/alertText";
import { chat, type ChatState } from "./chat";
import { NAME_LIMIT } from "./protocol";

export function JoinForm({ state }: { state: ChatState }) {
  const [name, setName] = useState(state.name);
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const joining = state.phase === "joining";

  useEffect(() => {
    if (!joining) input.current?.focus({ preventScroll: true });
  }, [joining, state.error]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const length = characters(name.trim());
    if (length === 0) setProblem("Please enter a name.");
    else if (length > NAME_LIMIT) setProblem(`A name has at most ${NAME_LIMIT} characters.`);
    else chat.join(name);
  }

  return (
    <Paper component="form" withBorder p="lg" onSubmit={submit} noValidate>
      <Text mb="md">One room, everybody in it. Pick a name and say hello.</Text>
      <Group align="flex-start" gap="sm">
        <TextInput
          ref={input}
          label="Your name"
          placeholder="Ada"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setProblem("");
          }}
          autoComplete="nickname"
          autoCapitalize="words"
          spellCheck={false}
          readOnly={joining}
          error={alertText(problem || state.error)}
          flex="1 1 220px"
        />
        <Button type="submit" mt={25} loading={joining}>
          Join the chat
        </Button>
      </Group>
    </Paper>
  );
}
