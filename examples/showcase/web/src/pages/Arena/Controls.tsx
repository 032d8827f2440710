// SPDX-License-Identifier: MIT
import { Button, Group, NumberInput, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { alertText } from "../../components/alertText";
import { arena, BOT_LIMIT, type ArenaState } from "./arena";

function JoinForm({ state }: { state: ArenaState }) {
  const [name, setName] = useState(state.name);

  function submit(event: FormEvent) {
    event.preventDefault();
    void arena.join(name.trim());
  }

  return (
    <Group component="form" align="flex-end" gap="sm" onSubmit={submit}>
      <TextInput
        label="Your name"
        placeholder="Ada"
        autoComplete="nickname"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={alertText(state.error)}
        inputWrapperOrder={["label", "error", "input", "description"]}
        w={200}
      />
      <Button type="submit">Play</Button>
    </Group>
  );
}

export function Controls({ state }: { state: ArenaState }) {
  return (
    <Group justify="space-between" align="flex-end" gap="sm">
      {state.id === undefined ? (
        <JoinForm state={state} />
      ) : (
        <Group gap="sm">
          <Text>
            You play as <b>{state.name}</b>. Collect the coins.
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => arena.leave()}>
            Watch
          </Button>
        </Group>
      )}
      <NumberInput
        label="Bots"
        w={110}
        min={0}
        max={BOT_LIMIT}
        step={5}
        clampBehavior="strict"
        allowDecimal={false}
        value={state.bots}
        onChange={(value) => arena.setBots(Number(value))}
      />
    </Group>
  );
}
