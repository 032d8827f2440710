// SPDX-License-Identifier: MIT
import { Badge, VisuallyHidden } from "@mantine/core";
import { useConnection } from "../connection";

const transportNames: Record<string, string> = {
  websocket: "WebSocket",
  polling: "Long-polling",
};

export function ConnectionBadge() {
  const { transport, link } = useConnection();
  const without = link === "connecting" ? "Connecting…" : "Offline";
  const words = transport ? (transportNames[transport] ?? transport) : without;
  return (
    <Badge
      variant="dot"
      color={transport ? "green" : "red"}
      tt="none"
      fw={500}
      size="lg"
      role="status"
      data-transport={transport}
    >
      <VisuallyHidden>Connection: </VisuallyHidden>
      {words}
    </Badge>
  );
}
