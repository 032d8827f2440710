// SPDX-License-Identifier: MIT
import { Badge, Button, Code, Group, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { alertText } from "../../components/alertText";
import { SendForm } from "../../components/SendForm";
import { useConnection } from "../../connection";
import { useStore } from "../../store";
import { ACTION_TIMEOUT, errors, type ErrorsState } from "./errors";
import { Lines, Section } from "./Section";

function Actions({ state, offline }: { state: ErrorsState; offline: boolean }) {
  return (
    <Section
      title="An acknowledgement that fails, or never comes"
      text={`The page emits “action” and waits up to ${ACTION_TIMEOUT / 1000} seconds for the answer.`}
    >
      <Group gap="sm">
        <Button variant="default" disabled={offline} onClick={() => void errors.act({})}>
          Succeed
        </Button>
        <Button variant="default" disabled={offline} onClick={() => void errors.act({ fail: true })}>
          Fail
        </Button>
        <Button variant="default" disabled={offline} onClick={() => void errors.act({ silent: true })}>
          Never answer
        </Button>
      </Group>
      <Lines label="Outcomes" lines={state.outcomes} empty="Nothing has been asked yet." />
    </Section>
  );
}

function Reconnection({ state, offline }: { state: ErrorsState; offline: boolean }) {
  return (
    <Section
      title="A connection that breaks"
      text="The client notices, waits a little longer before each attempt, and connects again."
    >
      <Group gap="sm">
        <Button color="red" variant="outline" disabled={offline} onClick={() => errors.cut()}>
          Cut the connection
        </Button>
        <Badge variant="default" tt="none" size="lg" fw={500}>
          Reconnected: {state.reconnected}
        </Badge>
      </Group>
      <Lines label="Reconnections" lines={state.reconnections} empty="It has held so far." />
    </Section>
  );
}

function Refused({ state }: { state: ErrorsState }) {
  const [problem, setProblem] = useState("");
  return (
    <Section
      title="A handshake that the server refuses"
      text="There is no socket that could be told. The server’s own handler hears of it, with code and message."
    >
      <Group>
        <Button variant="default" onClick={() => void errors.provoke().then(setProblem)}>
          Connect with an old protocol
        </Button>
      </Group>
      {problem && (
        <Text size="sm" c="var(--mantine-color-error)">
          {alertText(problem)}
        </Text>
      )}
      {state.refused.length === 0 ? (
        <Text size="sm" c="dimmed">
          None has been refused yet.
        </Text>
      ) : (
        <Table aria-label="Refused handshakes">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              <Table.Th>Code</Table.Th>
              <Table.Th>Message</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {state.refused.slice(0, 5).map(({ at, code, message }, index) => (
              <Table.Tr key={`${at} ${index}`}>
                <Table.Td>{new Date(at).toLocaleTimeString()}</Table.Td>
                <Table.Td>
                  <Code>{code}</Code>
                </Table.Td>
                <Table.Td>{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function Broadcast({ state }: { state: ErrorsState }) {
  return (
    <Section title="A broadcast" text="Whatever it is, everybody gets it, you too.">
      <SendForm
        label="Broadcast"
        send={(text) => errors.broadcast(text)}
      />
      <Lines label="Broadcasts" lines={state.broadcasts} empty="Nothing has been broadcast yet." />
    </Section>
  );
}

export default function ErrorsPage() {
  const state = useStore(errors);
  const offline = useConnection().transport === "";
  return (
    <Stack gap="md">
      <Actions state={state} offline={offline} />
      <Reconnection state={state} offline={offline} />
      <Refused state={state} />
      <Broadcast state={state} />
    </Stack>
  );
}
