// SPDX-License-Identifier: MIT
import { Paper, Stack, Text, Title } from "@mantine/core";
import { CircleAlert, CircleCheck, Info } from "lucide-react";
import type { ReactNode } from "react";
import type { Line, LineKind } from "./errors";

interface SectionProperties {
  title: string;
  text: string;
  children: ReactNode;
}

export function Section({ title, text, children }: SectionProperties) {
  return (
    <Paper component="section" withBorder p="md" aria-label={title}>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {text}
      </Text>
      <Stack gap="sm">
        {children}
      </Stack>
    </Paper>
  );
}

interface LinesProperties {
  label: string;
  lines: Line[];
  empty: string;
}

function KindIcon({ kind }: { kind: LineKind }) {
  switch (kind) {
    case "success":
      return <CircleCheck size={14} color="var(--mantine-color-green-6)" aria-label="Success:" />;
    case "error":
      return <CircleAlert size={14} color="var(--mantine-color-red-6)" aria-label="Error:" />;
    case "news":
      return <Info size={14} color="var(--mantine-color-dimmed)" aria-hidden />;
  }
}

/** What happened, the latest first. */
export function Lines({ label, lines, empty }: LinesProperties) {
  return (
    <Stack gap={4} role="log" aria-label={label}>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      )}
      {lines.slice(0, 6).map(({ key, kind, text }) => (
        <Text key={key} size="sm" style={{ overflowWrap: "anywhere" }}>
          <KindIcon kind={kind} /> {text}
        </Text>
      ))}
    </Stack>
  );
}
