// SPDX-License-Identifier: MIT
import { Alert, Badge, Stack, Tabs } from "@mantine/core";
import { useStore } from "../../store";
import { JoinRoom } from "./JoinRoom";
import { RoomView } from "./RoomView";
import { rooms } from "./rooms";

export default function RoomsPage() {
  const { name, open, joined, shown, refusal } = useStore(rooms);
  const others = open.filter(({ roomId }) => !joined.some(({ id }) => id === roomId));

  return (
    <Stack gap="md">
      <JoinRoom name={name} open={others} />
      {refusal && (
        <Alert color="orange" p="sm" style={{ overflowWrap: "anywhere" }}>
          {refusal}
        </Alert>
      )}
      {joined.length > 0 && (
        <Tabs value={shown} onChange={(id) => id && rooms.show(id)}>
          <Tabs.List>
            {joined.map((room) => (
              <Tabs.Tab
                key={room.id}
                value={room.id}
                rightSection={
                  room.unread > 0 && (
                    <Badge size="sm" aria-label={`${room.unread} unread`}>
                      {room.unread}
                    </Badge>
                  )
                }
              >
                {room.id}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {joined.map((room) => (
            <Tabs.Panel key={room.id} value={room.id} pt="md">
              <RoomView room={room} own={name} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Stack>
  );
}
