// SPDX-License-Identifier: MIT
import { Badge, Button, Group, Paper, Stack } from "@mantine/core";
import { LogOut } from "lucide-react";
import { Bubble } from "../../components/Bubble";
import { GrowingList, Notice } from "../../components/GrowingList";
import { SendForm } from "../../components/SendForm";
import { rooms, type Line, type Room } from "./rooms";

function follows(line: Line, before: Line | undefined): boolean {
  if (line.kind !== "message" || before?.kind !== "message") return false;
  return line.sender === before.sender;
}

/** Two people of one name are two people. */
function Users({ users }: { users: string[] }) {
  return (
    <Group
      component="ul"
      aria-label="In this room"
      gap={6}
      p={0}
      m={0}
      style={{ listStyle: "none" }}
    >
      {users.map((user, index) => (
        <li key={`${user} ${index}`}>
          <Badge variant="default" tt="none" fw={500}>
            {user}
          </Badge>
        </li>
      ))}
    </Group>
  );
}

export function RoomView({ room, own }: { room: Room; own: string }) {
  return (
    <Paper withBorder p="md">
      <Stack h={360} gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Users users={room.users} />
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<LogOut size={14} aria-hidden />}
            style={{ flexShrink: 0 }}
            onClick={() => void rooms.leave(room.id)}
          >
            Leave
          </Button>
        </Group>
        <GrowingList
          label={`Messages in ${room.id}`}
          items={room.lines}
          empty="Nothing has been said here since you came."
        >
          {room.lines.map((line, index) =>
            line.kind === "notice" ? (
              <Notice key={line.key} text={line.text} />
            ) : (
              <Bubble
                key={line.key}
                from={line.sender}
                text={line.message}
                own={line.sender === own}
                follows={follows(line, room.lines[index - 1])}
              />
            ),
          )}
        </GrowingList>
        <SendForm label={`Message to ${room.id}`} send={(text) => rooms.say(room.id, text)} />
      </Stack>
    </Paper>
  );
}
