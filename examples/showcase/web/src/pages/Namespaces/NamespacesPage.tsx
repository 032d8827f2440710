// SPDX-License-Identifier: MIT
import { Alert, Stack } from "@mantine/core";
import { Megaphone } from "lucide-react";
import { useStore } from "../../store";
import { AdminPanel } from "./AdminPanel";
import { ChatPanel } from "./ChatPanel";
import { ConnectionTable } from "./ConnectionTable";
import { namespaces } from "./namespaces";

export default function NamespacesPage() {
  const state = useStore(namespaces);
  const { notice } = state;
  return (
    <Stack gap="md">
      <ConnectionTable state={state} />
      <div role="status">
        {notice && (
          <Alert icon={<Megaphone size={18} aria-hidden />} title={notice.text} p="sm">
            A notice to everybody, received on {notice.on.join(", ")}
          </Alert>
        )}
      </div>
      <ChatPanel state={state} />
      <AdminPanel state={state} />
    </Stack>
  );
}
