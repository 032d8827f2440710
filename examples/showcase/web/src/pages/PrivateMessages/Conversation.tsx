// SPDX-License-Identifier: MIT
import { Group, Stack, Text, Title } from "@mantine/core";
import { timeOfDay } from "../../clock";
import { Bubble } from "../../components/Bubble";
import { GrowingList } from "../../components/GrowingList";
import { SendForm } from "../../components/SendForm";
import { conversation, mail, type MailState } from "./mail";

export function Conversation({ state }: { state: MailState }) {
  const other = state.shown;
  const letters = conversation(state, other);
  const away = state.people.some(({ name, online }) => name === other && !online);
  return (
    <Stack h={420} gap="sm">
      <Title order={2} size="h5">
        {other}
      </Title>
      <GrowingList
        label={`Messages with ${other}`}
        items={letters}
        empty="You have not written to each other yet."
      >
        {letters.map((letter, index) => {
          const own = letter.from === state.name;
          return (
            <Bubble
              key={letter.id}
              from={letter.from}
              text={letter.message}
              own={own}
              follows={letters[index - 1]?.from === letter.from}
              footer={
                <Group gap={6} justify="flex-end">
                  <time dateTime={new Date(letter.timestamp).toISOString()}>
                    {timeOfDay(letter.timestamp)}
                  </time>
                  {own && <span>{letter.read ? "Read" : "Sent"}</span>}
                </Group>
              }
            />
          );
        })}
      </GrowingList>
      {away && (
        <Text size="sm" c="dimmed" role="status">
          {other} is away. What you write will be there when {other} is back.
        </Text>
      )}
      <SendForm label={`Message to ${other}`} send={(text) => mail.send(text)} />
    </Stack>
  );
}
