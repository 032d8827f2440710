// SPDX-License-Identifier: MIT
import { Anchor, Button, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation } from "react-router-dom";
import { namespaces, type NamespacesState } from "./namespaces";
import { SendForm } from "../../components/SendForm";
import { WhoIsAdministrator } from "../Account/WhoIsAdministrator";

function Users({ state }: { state: NamespacesState }) {
  const [problem, setProblem] = useState("");
  return (
    <div>
      <Title order={3} size="sm" mb="xs">
        In /chat now
      </Title>
      {state.users.length === 0 && <Text size="sm">Nobody.</Text>}
      <Stack component="ul" aria-label="In /chat now" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {state.users.map(({ id, name }) => (
          <Group component="li" key={id} justify="space-between">
            <Text size="sm">
              {name} {id === state.chat.id && "(you)"}
            </Text>
            <Button
              size="compact-sm"
              color="red"
              variant="outline"
              aria-label={`Disconnect ${name}`}
              onClick={async () => setProblem(await namespaces.disconnectUser(id))}
            >
              Disconnect
            </Button>
          </Group>
        ))}
      </Stack>
      {problem && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
    </div>
  );
}

function Closed() {
  const { search } = useLocation();
  return (
    <Text size="sm">
      Its middleware asks for a token with the role of an administrator.{" "}
      <Anchor component={Link} underline="always" to={{ pathname: "/account", search }}>
        Sign in
      </Anchor>{" "}
      as the administrator, then come back and join. <WhoIsAdministrator />
    </Text>
  );
}

export function AdminPanel({ state }: { state: NamespacesState }) {
  return (
    <Paper component="section" withBorder p="md" aria-label="/admin">
      <Title order={2} size="h5" mb="sm">
        <Code fz="inherit">/admin</Code> is for administrators
      </Title>
      {state.admin.id ? (
        <Stack gap="md">
          <SendForm
            label="Notice to everybody"
            send={(text) => namespaces.notify(text)}
          />
          <Users state={state} />
        </Stack>
      ) : (
        <Closed />
      )}
    </Paper>
  );
}
