// SPDX-License-Identifier: MIT
import { Button, Group, Paper, Text, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { alertText } from "../../components/alertText";
import { rooms, type RoomSize } from "./rooms";

function people(count: number): string {
  return count === 1 ? "1 person" : `${count} people`;
}

interface JoinRoomProps {
  name: string;
  /** Rooms that we are not in. */
  open: RoomSize[];
}

export function JoinRoom({ name: known, open }: JoinRoomProps) {
  const [name, setName] = useState(known);
  const [room, setRoom] = useState("");
  const [problem, setProblem] = useState("");

  async function join(id: string) {
    if (!name.trim()) return setProblem("Enter your name first.");
    const failed = await rooms.join(id, name);
    setProblem(failed);
    if (!failed) setRoom("");
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void join(room);
  }

  return (
    <Paper withBorder p="md">
      <form onSubmit={submit}>
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Your name"
            placeholder="Ada"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="nickname"
            flex="1 1 130px"
          />
          <TextInput
            label="Room"
            placeholder="Kitchen"
            value={room}
            onChange={(event) => setRoom(event.currentTarget.value)}
            autoComplete="off"
            flex="1 1 130px"
          />
          <Button type="submit">Join or create</Button>
        </Group>
        <Text size="sm" c="var(--mantine-color-error)" mt={problem ? "xs" : 0}>
          {alertText(problem)}
        </Text>
      </form>
      <Title order={2} size="sm" mt="md" mb="xs">
        Open rooms
      </Title>
      {open.length === 0 ? (
        <Text size="sm" c="dimmed">
          There is no other room. Think of a name to open one; it goes away with the last who
          leaves.
        </Text>
      ) : (
        <Group gap="xs">
          {open.map(({ roomId, users }) => (
            <Button
              key={roomId}
              size="compact-sm"
              variant="default"
              maw="100%"
              aria-label={`Join ${roomId}, ${people(users)}`}
              onClick={() => void join(roomId)}
            >
              {roomId} · {users}
            </Button>
          ))}
        </Group>
      )}
    </Paper>
  );
}
