// SPDX-License-Identifier: MIT
import { Box, Group, Paper, Stack, Text, Title, useComputedColorScheme } from "@mantine/core";
import type { ArenaState } from "./arena";
import { playerColour } from "./painter";

const SHOWN = 8;

export function Scores({ state }: { state: ArenaState }) {
  const dark = useComputedColorScheme("light") === "dark";
  const scoreOf = (id: number) => state.scores.get(id) ?? 0;
  const best = [...state.players].sort((a, b) => scoreOf(b.id) - scoreOf(a.id)).slice(0, SHOWN);
  return (
    <Paper component="section" withBorder p="md" aria-label="Most coins">
      <Title order={2} size="sm" mb="xs">
        Most coins
      </Title>
      {best.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody plays yet. Join, or let some bots in.
        </Text>
      )}
      <Stack component="ol" gap={4} p={0} m={0} style={{ listStyle: "none" }}>
        {best.map(({ id, name }) => (
          <Group component="li" key={id} gap="xs" data-player={name}>
            <Box w={12} h={12} bdrs="50%" bg={playerColour(id, dark)} aria-hidden />
            <Text size="sm" flex={1} truncate>
              {name} {id === state.id && "(you)"}
            </Text>
            <Text size="sm" fw={650}>
              {scoreOf(id)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
