// SPDX-License-Identifier: MIT
import { Badge } from "@mantine/core";
import { useConnection } from "../connection";

const transportNames: Record<string, string> = {
  websocket: "WebSocket",
  polling: "Long-polling",
};

export function ConnectionBadge() {
  const { transport, link } = useConnection();
  const words = transport ? (transportNames[transport] ?? transport) : "Offline";
  return (
    <Badge
      variant="dot"
      color={transport ? "green" : "red"}
      tt="none"
      fw={500}
      size="lg"
      role="status"
      aria-label={`Connection: ${words}`}
      data-transport={transport}
    >
      {link === "connecting" ? "Connecting…" : words}
    </Badge>
  );
}
