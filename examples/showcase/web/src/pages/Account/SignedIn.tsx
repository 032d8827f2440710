// SPDX-License-Identifier: MIT
import { Badge, Button, Code, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { account, type AccountState } from "./account";

/** "14 min 3 s" */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

function TimeLeft({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  return <>in {duration(until - now)}</>;
}

export function SignedIn({ state }: { state: AccountState }) {
  const { email, role, socketId, expiresAt, renewals, connections } = state;
  return (
    <Paper withBorder p="lg">
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h4">
            {email}
          </Title>
          <Badge tt="none" variant={role === "admin" ? "filled" : "default"}>
            {role === "admin" ? "Administrator" : "User"}
          </Badge>
        </Group>
        <Table variant="vertical" layout="fixed">
          <Table.Tbody>
            <Table.Tr>
              <Table.Th w={160}>Connections</Table.Th>
              <Table.Td role="status">
                {connections === 1 ? "Only this one" : `${connections}, this one included`}
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>This connection</Table.Th>
              <Table.Td>
                <Code>{socketId}</Code>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>The token ends</Table.Th>
              <Table.Td>
                <TimeLeft until={expiresAt} />
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th>Renewed</Table.Th>
              <Table.Td data-renewals={renewals}>
                {renewals === 0 ? "Not yet" : renewals === 1 ? "Once" : `${renewals} times`}
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          Sign in from a second tab: both are in your personal room. The token is renewed by itself
          when most of its time has passed, and the connection stays.
        </Text>
        <Group gap="sm">
          <Button variant="default" onClick={() => void account.renew()}>
            Renew the token now
          </Button>
          <Button variant="default" onClick={() => account.signOut()}>
            Sign out
          </Button>
          <Button color="red" variant="outline" onClick={() => account.signOutEverywhere()}>
            Sign out everywhere
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
