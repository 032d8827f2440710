// SPDX-License-Identifier: MIT
// That one connection carries all three namespaces, to be seen.
import { Badge, Button, Code, Paper, Table, Text, Title } from "@mantine/core";
import { useConnection } from "../../connection";
import { namespaces, type Link, type NamespacesState } from "./namespaces";

function Row({ name, link, children }: { name: string; link: Link; children?: React.ReactNode }) {
  const joined = link.id !== "";
  return (
    <Table.Tr data-namespace={name} data-joined={joined}>
      <Table.Td>
        <Code>{name}</Code>
      </Table.Td>
      <Table.Td>
        {joined ? <Code style={{ overflowWrap: "anywhere" }}>{link.id}</Code> : <Text size="sm">{link.reason || "Not joined"}</Text>}
      </Table.Td>
      <Table.Td ta="right">{children}</Table.Td>
    </Table.Tr>
  );
}

function Switch({ name, link }: { name: "chat" | "admin"; link: Link }) {
  const joined = link.id !== "";
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${joined ? "Leave" : "Join"} /${name}`}
      onClick={() => (joined ? namespaces.leave(name) : namespaces.join(name))}
    >
      {joined ? "Leave" : "Join"}
    </Button>
  );
}

export function ConnectionTable({ state }: { state: NamespacesState }) {
  const { transport } = useConnection();
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb={4}>
        One connection
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {transport ? (
          <>
            Session <Code>{namespaces.session}…</Code> over {transport} carries:
          </>
        ) : (
          "There is none at the moment."
        )}
      </Text>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Namespace</Table.Th>
            <Table.Th>Your socket there</Table.Th>
            <Table.Th ta="right">Membership</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Row name="/" link={state.main}>
            <Badge variant="default" tt="none">
              always
            </Badge>
          </Row>
          <Row name="/chat" link={state.chat}>
            <Switch name="chat" link={state.chat} />
          </Row>
          <Row name="/admin" link={state.admin}>
            <Switch name="admin" link={state.admin} />
          </Row>
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
