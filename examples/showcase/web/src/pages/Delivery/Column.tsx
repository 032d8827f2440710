// SPDX-License-Identifier: MIT
// One way of delivery: what it promises, and what has become of its numbers so far.
import { Badge, Paper, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { inWords, returnsInWords, type Figures } from "./figures";

const links = {
  connecting: { words: "Connecting…", color: "orange" },
  online: { words: "Connected", color: "green" },
  cut: { words: "Nothing passes", color: "red" },
  lost: { words: "Reconnecting…", color: "orange" },
};

const rows = [
  ["sent", "Sent"],
  ["received", "Received"],
  ["lost", "Lost"],
  ["duplicated", "Duplicated"],
] as const;

interface ColumnProperties {
  title: string;
  promise: string;
  figures: Figures;
  children: ReactNode;
}

export function Column({ title, promise, figures, children }: ColumnProperties) {
  const { words, color } = links[figures.link];
  return (
    <Paper component="section" withBorder p="sm" aria-label={title}>
      <Stack gap="xs">
        <div>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm" fw={650}>
            {promise}
          </Text>
        </div>
        <Badge variant="dot" color={color} tt="none" fw={500} data-state={figures.link}>
          {words}
        </Badge>
        <Table
          aria-label={`Numbers: ${title}`}
          withRowBorders={false}
          horizontalSpacing={0}
          verticalSpacing={3}
        >
          <Table.Tbody>
            {rows.map(([figure, name]) => (
              <Table.Tr key={figure}>
                <Table.Th scope="row" fw={400}>
                  {name}
                </Table.Th>
                <Table.Td
                  ta="right"
                  fw={650}
                  c={figure === "lost" && figures.lost > 0 ? "var(--mantine-color-error)" : "inherit"}
                  data-figure={figure}
                >
                  {figures[figure]}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm">{inWords(figures)}</Text>
        <Text size="sm" data-returns={figures.returns}>
          {returnsInWords(figures)}
        </Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </Stack>
    </Paper>
  );
}
