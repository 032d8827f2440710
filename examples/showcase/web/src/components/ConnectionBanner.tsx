// SPDX-License-Identifier: MIT
import { Alert, Button, Group } from "@mantine/core";
import { connection, useConnection, type ConnectionState } from "../connection";

function text({ link, attempt, wasOnline }: ConnectionState): string {
  switch (link) {
    case "lost":
      return "The connection is lost.";
    case "reconnecting":
      if (!wasOnline) return "The server cannot be reached. Trying again…";
      return attempt > 1 ? `Reconnecting… (attempt ${attempt})` : "Reconnecting…";
    case "back":
      return "You are back online.";
    case "ended":
      return "The connection was ended.";
    default:
      return "";
  }
}

export function ConnectionBanner() {
  const state = useConnection();
  const words = text(state);
  return (
    <div role="status" data-link={state.link}>
      {words && (
        <Alert variant="light" color={state.link === "back" ? "green" : "orange"} mb="md" p="sm">
          <Group justify="space-between" gap="xs">
            {words}
            {state.link === "ended" && (
              <Button size="compact-sm" variant="default" onClick={() => connection.reconnect()}>
                Connect again
              </Button>
            )}
          </Group>
        </Alert>
      )}
    </div>
  );
}
