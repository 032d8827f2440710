// SPDX-License-Identifier: MIT
import { Badge, Group, Loader, Stack, Text } from "@mantine/core";
import { PersonAvatar } from "../../components/PersonAvatar";
import type { ChatState } from "./chat";

export function People({ state }: { state: ChatState }) {
  const others = state.users.filter((name) => name !== state.name);
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        Online: {state.users.length}
      </Text>
      <Stack component="ul" aria-label="Online" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {[state.name, ...others].map((name) => (
          <Group component="li" key={name} data-name={name} gap="xs" wrap="nowrap">
            <PersonAvatar name={name} />
            <Text size="sm" truncate flex={1} title={name}>
              {name}
            </Text>
            {name === state.name && (
              <Badge size="sm" variant="default" tt="none">
                you
              </Badge>
            )}
            {state.typing.includes(name) && <Loader type="dots" size={16} aria-hidden />}
          </Group>
        ))}
      </Stack>
    </>
  );
}
