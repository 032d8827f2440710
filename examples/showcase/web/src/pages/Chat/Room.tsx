// SPDX-License-Identifier: MIT
import { Alert, Box, Button, Group, Paper, Popover, Stack, Title } from "@mantine/core";
import { LogOut, Users } from "lucide-react";
import { useConnection } from "../../connection";
import { chat, type ChatState } from "./chat";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { People } from "./People";
import { Typing } from "./Typing";

function Replaced({ name }: { name: string }) {
  return (
    <Alert color="orange" variant="light" role="status" radius={0} p="sm">
      <Group justify="space-between" gap="xs">
        You joined from another tab, so this one was taken out of the room.
        <Button size="compact-sm" variant="default" onClick={() => chat.join(name)}>
          Use this tab
        </Button>
      </Group>
    </Alert>
  );
}

export function Room({ state }: { state: ChatState }) {
  const { transport } = useConnection();
  const online = state.users.length;

  return (
    <Paper withBorder h="calc(100dvh - 200px)" mih={360} style={{ overflow: "hidden" }}>
      <Stack h="100%" gap={0}>
        <Group
          justify="space-between"
          px="md"
          py="xs"
          style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
        >
          <Title order={2} size="h5">
            General
          </Title>
          <Group gap="xs">
            <Popover position="bottom-end" shadow="md" width={240} trapFocus returnFocus>
              <Popover.Target>
                <Button
                  size="compact-sm"
                  variant="default"
                  hiddenFrom="sm"
                  leftSection={<Users size={14} aria-hidden />}
                >
                  {online} online
                </Button>
              </Popover.Target>
              <Popover.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
                <People state={state} />
              </Popover.Dropdown>
            </Popover>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<LogOut size={14} aria-hidden />}
              onClick={() => chat.leave()}
            >
              Leave
            </Button>
          </Group>
        </Group>
        {state.phase === "replaced" && <Replaced name={state.name} />}
        <Group flex={1} mih={0} gap={0} align="stretch" wrap="nowrap">
          <Stack flex={1} miw={0} gap={0}>
            <MessageList entries={state.entries} own={state.name} />
            <Typing names={state.typing} />
            <Composer disabled={transport === "" || state.phase === "replaced"} />
          </Stack>
          <Box
            component="aside"
            aria-label="People"
            visibleFrom="sm"
            w={172}
            p="sm"
            style={{
              borderLeft: "1px solid var(--mantine-color-default-border)",
              overflowY: "auto",
            }}
          >
            <People state={state} />
          </Box>
        </Group>
      </Stack>
    </Paper>
  );
}
