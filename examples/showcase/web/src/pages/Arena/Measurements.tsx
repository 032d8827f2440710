// SPDX-License-Identifier: MIT
import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { ArenaState } from "./arena";

function Measurement({ name, value }: { name: string; value: string }) {
  return (
    <Paper withBorder px="sm" py="xs" data-measurement={name}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={650}>{value}</Text>
    </Paper>
  );
}

export function Measurements({ state }: { state: ArenaState }) {
  const { bytesPerSecond, statesPerSecond, roundTrip, players } = state;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      <Measurement name="Players" value={String(players.length)} />
      <Measurement name="Updates per second" value={String(statesPerSecond)} />
      <Measurement name="Received" value={`${(bytesPerSecond / 1000).toFixed(1)} kB/s`} />
      <Measurement name="Round trip" value={roundTrip ? `${roundTrip.toFixed(1)} ms` : "–"} />
    </SimpleGrid>
  );
}
