// SPDX-License-Identifier: MIT
import { Button, Group, NativeSelect, Paper, Text, Title } from "@mantine/core";
import { Play } from "lucide-react";
import { useState } from "react";
import { alertText } from "../../components/alertText";
import { CopyTextButton } from "../../components/CopyTextButton";
import { STATUSES, type Order, type Orders } from "./orders";
import classes from "./ChangeOrder.module.css";

function curl(id: string, status: string): string {
  const url = `${location.origin}/api/orders/${id}/status`;
  return `curl -X POST ${url} \\\n  -H 'Content-Type: application/json' \\\n  -d '{"status": "${status}"}'`;
}

/** What the shop would do: from a terminal, or by a button. */
export function ChangeOrder({ list, orders }: { list: Order[]; orders: Orders }) {
  const [chosen, setChosen] = useState("");
  const [status, setStatus] = useState<string>("shipped");
  const [problem, setProblem] = useState("");
  const order = list.find(({ id }) => id === chosen) ?? list[0];
  if (!order) return null;
  const command = curl(order.id, status);

  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5">
        The shop
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Any program can change an order by HTTP. Run this in a terminal, or here, and see the
        notification arrive wherever the order&apos;s owner is.
      </Text>
      <Group gap="sm" mb="sm">
        <NativeSelect
          label="Order"
          data={list.map(({ id, item }) => ({ value: id, label: `${id}: ${item}` }))}
          value={order.id}
          onChange={(event) => setChosen(event.currentTarget.value)}
          flex="1 1 180px"
        />
        <NativeSelect
          label="New status"
          data={[...STATUSES]}
          value={status}
          onChange={(event) => setStatus(event.currentTarget.value)}
          flex="0 1 150px"
        />
      </Group>
      <pre className={classes.command} tabIndex={0} aria-label="Command">
        {command}
      </pre>
      <Group gap="sm" mt="sm">
        <CopyTextButton text={command} what="the command" />
        <Button
          leftSection={<Play size={16} />}
          onClick={() => void orders.setStatus(order.id, status).then(setProblem)}
        >
          Run it here
        </Button>
      </Group>
      <Text size="sm" c="var(--mantine-color-error)" mt={problem ? "xs" : 0}>
        {alertText(problem)}
      </Text>
    </Paper>
  );
}
