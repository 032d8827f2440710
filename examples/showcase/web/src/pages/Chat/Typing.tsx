// SPDX-License-Identifier: MIT
import { Group, Loader, Text } from "@mantine/core";

function sentence(names: string[]): string {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return `${names.length} people are typing…`;
}

export function Typing({ names }: { names: string[] }) {
  return (
    <Group role="status" aria-label="Typing" gap={6} px="md" h={22} wrap="nowrap">
      {names.length > 0 && <Loader type="dots" size={16} aria-hidden />}
      <Text size="xs" c="dimmed" truncate>
        {sentence(names)}
      </Text>
    </Group>
  );
}
