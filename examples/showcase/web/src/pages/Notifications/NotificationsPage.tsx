// SPDX-License-Identifier: MIT
import { Group, NativeSelect, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { toast } from "react-toastify";
import { timeOfDay } from "../../clock";
import { SendForm } from "../../components/SendForm";
import { useStore } from "../../store";
import { ChangeOrder } from "./ChangeOrder";
import { Orders, type Order, type Received } from "./orders";
import { StatusBadge } from "./StatusBadge";

const orders = new Orders((message) => void toast.info(message));

const users = [
  { value: "ada", label: "Ada" },
  { value: "grace", label: "Grace" },
  { value: "linus", label: "Linus" },
];

function OrderTable({ list, failure }: { list: Order[]; failure: string }) {
  if (failure) return <Text role="alert">{failure}</Text>;
  if (list.length === 0) return <Text c="dimmed">You have not ordered anything yet.</Text>;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Order</Table.Th>
          <Table.Th>Item</Table.Th>
          <Table.Th>Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {list.map(({ id, item, status }) => (
          <Table.Tr key={id}>
            <Table.Td>{id}</Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{item}</Table.Td>
            <Table.Td>
              <StatusBadge status={status} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ReceivedList({ received }: { received: Received[] }) {
  if (received.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing yet. Change an order to be told.
      </Text>
    );
  }
  return (
    <Stack
      component="ul"
      aria-label="Notifications"
      gap={4}
      p={0}
      m={0}
      style={{ listStyle: "none" }}
    >
      {received.map(({ key, at, notification }) => (
        <Group component="li" key={key} gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed">
            {timeOfDay(at)}
          </Text>
          <Text size="sm">{notification.message}</Text>
        </Group>
      ))}
    </Stack>
  );
}

export default function NotificationsPage() {
  const { userId, orders: list, received, failure } = useStore(orders);
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <Group justify="space-between" align="flex-end" mb="sm">
          <Title order={2} size="h5">
            My orders
          </Title>
          <NativeSelect
            label="I am"
            data={users}
            value={userId}
            onChange={(event) => orders.choose(event.currentTarget.value)}
            w={170}
          />
        </Group>
        <Stack gap="sm">
          <OrderTable list={list} failure={failure} />
          <SendForm label="Order something" send={(item) => orders.place(item)} />
        </Stack>
      </Paper>
      {list.length > 0 && <ChangeOrder key={userId} list={list} orders={orders} />}
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb="sm">
          What I was told
        </Title>
        <ReceivedList received={received} />
      </Paper>
    </Stack>
  );
}
