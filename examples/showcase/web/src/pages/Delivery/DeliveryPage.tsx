// SPDX-License-Identifier: MIT
import { Badge, Button, Code, Group, Paper, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useEffect } from "react";
import { useStore } from "../../store";
import { Column } from "./Column";
import { BETWEEN_CUTS, delivery, type DeliveryState } from "./delivery";

function Cuts({ state }: { state: DeliveryState }) {
  const { byDefault, recovery, retries, cuts, cutting } = state;
  const online = [byDefault, recovery, retries].some(({ link }) => link === "online");
  return (
    <Paper component="section" withBorder p="md" aria-label="Cuts">
      <Group gap="md" mb="sm">
        <Button color="red" variant="outline" disabled={!online} onClick={() => delivery.cut()}>
          Cut the connections
        </Button>
        <Switch
          label={`Cut them every ${BETWEEN_CUTS / 1000} seconds`}
          checked={cutting}
          onChange={(event) => delivery.setCutting(event.currentTarget.checked)}
        />
        <Badge variant="default" tt="none" size="lg" fw={500}>
          Cuts: {cuts}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        A cut is what a network does: for a second nothing passes and neither end knows. Then both
        notice, and the client connects again.
      </Text>
    </Paper>
  );
}

export default function DeliveryPage() {
  const state = useStore(delivery);
  useEffect(() => {
    delivery.open();
    return () => delivery.close();
  }, []);
  return (
    <Stack gap="md">
      <Cuts state={state} />
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <Column title="Default" promise="At most once" figures={state.byDefault}>
          The server sends each number once and forgets it. What was on its way, or sent until the
          client was back, is lost.
        </Column>
        <Column title="Recovery" promise="Once, and in order" figures={state.recovery}>
          The server remembers for two minutes, and sends what was missed. It is a second server with
          the same code, on port <Code>{state.recoveryPort || "…"}</Code>: recovery is an option of a
          whole one.
        </Column>
        <Column title="Retries" promise="At least once" figures={state.retries}>
          From the page to the server. The client sends a number again until it is acknowledged. If
          only the answer was lost, it comes twice, and the server counts it once.
        </Column>
      </SimpleGrid>
    </Stack>
  );
}
