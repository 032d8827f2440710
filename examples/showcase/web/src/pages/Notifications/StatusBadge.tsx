// SPDX-License-Identifier: MIT
import { Badge } from "@mantine/core";

const colours: Record<string, string> = {
  pending: "gray.7",
  processing: "blue",
  shipped: "violet",
  delivered: "teal",
  cancelled: "red",
};

export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge variant="filled" color={colours[status] ?? "gray.7"} tt="none">
      {status}
    </Badge>
  );
}
