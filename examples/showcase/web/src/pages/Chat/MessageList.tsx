// SPDX-License-Identifier: MIT
import { Box, Button, Group, Paper, Stack, Text, VisuallyHidden } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { Fragment } from "react";
import { PersonAvatar } from "../../components/PersonAvatar";
import { useFollowEnd } from "../../components/useFollowEnd";
import { dayName, sameDay, timeOfDay } from "./calendar";
import type { Entry } from "./chat";
import classes from "./MessageList.module.css";
import { MessageText } from "./MessageText";

/** Messages of one person within this time stand together under one name. */
const GROUP_GAP = 5 * 60 * 1000;

type Spoken = Exclude<Entry, { kind: "notice" }>;

function timeOf(entry: Entry): number {
  return entry.kind === "notice" ? entry.at : entry.message.timestamp;
}

function continues(entry: Spoken, before: Entry | undefined): boolean {
  if (!before || before.kind === "notice") return false;
  const { username, timestamp } = before.message;
  const close = entry.message.timestamp - timestamp < GROUP_GAP;
  return username === entry.message.username && close && sameDay(entry.message.timestamp, timestamp);
}

function Bubble({ entry, own, follows }: { entry: Spoken; own: boolean; follows: boolean }) {
  const { username, message, timestamp } = entry.message;
  const author = (
    <Text size="xs" fw={650}>
      {username}
    </Text>
  );
  return (
    <Group
      component="li"
      data-message={entry.kind}
      gap="xs"
      wrap="nowrap"
      align="flex-start"
      justify={own ? "flex-end" : "flex-start"}
      mt={follows ? 3 : "sm"}
    >
      {!own && <Box w={26}>{!follows && <PersonAvatar name={username} />}</Box>}
      <Paper className={own ? classes.own : classes.other} px="sm" py={6} maw="85%" radius="lg">
        {!follows && (own ? <VisuallyHidden>{author}</VisuallyHidden> : author)}
        <MessageText text={message} />
        <time className={classes.time} dateTime={new Date(timestamp).toISOString()}>
          {entry.kind === "pending" ? "Sending…" : timeOfDay(timestamp)}
        </time>
      </Paper>
    </Group>
  );
}

function Line({ text, notice }: { text: string; notice?: boolean }) {
  return (
    <Text component="li" size="xs" c="dimmed" ta="center" mt="sm" data-notice={notice}>
      {text}
    </Text>
  );
}

export function MessageList({ entries, own }: { entries: Entry[]; own: string }) {
  const mine = entries.at(-1)?.kind === "pending";
  const { list, behind, onScroll, toEnd } = useFollowEnd(entries, mine);
  return (
    <Box pos="relative" flex={1} mih={0}>
      <Box
        ref={list}
        onScroll={onScroll}
        role="log"
        aria-live="polite"
        aria-label="Messages"
        tabIndex={0}
        h="100%"
        px="md"
        pb="xs"
        style={{ overflowY: "auto" }}
      >
        {entries.length === 0 && (
          <Text c="dimmed" ta="center" mt="xl">
            Nothing has been said yet. Break the silence!
          </Text>
        )}
        <Stack component="ol" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
          {entries.map((entry, index) => {
            const before = entries[index - 1];
            const newDay = !before || !sameDay(timeOf(before), timeOf(entry));
            return (
              <Fragment key={entry.key}>
                {newDay && <Line text={dayName(timeOf(entry))} />}
                {entry.kind === "notice" ? (
                  <Line text={entry.text} notice />
                ) : (
                  <Bubble
                    entry={entry}
                    own={entry.message.username === own}
                    follows={continues(entry, before)}
                  />
                )}
              </Fragment>
            );
          })}
        </Stack>
      </Box>
      {behind && (
        <Button
          className={classes.toEnd}
          size="compact-sm"
          leftSection={<ArrowDown size={14} aria-hidden />}
          onClick={toEnd}
        >
          New messages
        </Button>
      )}
    </Box>
  );
}
