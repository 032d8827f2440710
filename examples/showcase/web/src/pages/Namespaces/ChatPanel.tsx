// SPDX-License-Identifier: MIT
import { Code, Paper, ScrollArea, Stack, Text, Title } from "@mantine/core";
import { namespaces, type NamespacesState } from "./namespaces";
import { SendForm } from "../../components/SendForm";

export function ChatPanel({ state }: { state: NamespacesState }) {
  const { chat, name, messages } = state;
  return (
    <Paper component="section" withBorder p="md" aria-label="/chat">
      <Title order={2} size="h5" mb={4}>
        <Code fz="inherit">/chat</Code> is open to anybody
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {chat.id ? `The server calls you ${name}.` : "You are not in it."}
      </Text>
      <Stack gap="sm">
        <ScrollArea.Autosize mah={160} viewportProps={{ tabIndex: 0 }}>
          <Stack gap={2} role="log" aria-label="Messages in /chat">
            {messages.map((message, index) => (
              <Text size="sm" key={index}>
                <Text span fw={600}>
                  {message.from}
                </Text>{" "}
                {message.text}
              </Text>
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <SendForm
          label="Message to /chat"
          send={(text) => namespaces.say(text)}
        />
      </Stack>
    </Paper>
  );
}
