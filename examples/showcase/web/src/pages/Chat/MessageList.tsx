// SPDX-License-Identifier: MIT
import { Fragment } from "react";
import { Bubble } from "../../components/Bubble";
import { GrowingList, Notice } from "../../components/GrowingList";
import { timeOfDay } from "../../clock";
import { dayName, sameDay } from "./calendar";
import type { Entry } from "./chat";

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
  return (
    username === entry.message.username && close && sameDay(entry.message.timestamp, timestamp)
  );
}

function Message({ entry, own, follows }: { entry: Spoken; own: boolean; follows: boolean }) {
  const { username, message, timestamp } = entry.message;
  const pending = entry.kind === "pending";
  const time = pending ? "Sending…" : timeOfDay(timestamp);
  return (
    <Bubble
      from={username}
      text={message}
      own={own}
      follows={follows}
      pending={pending}
      footer={<time dateTime={new Date(timestamp).toISOString()}>{time}</time>}
    />
  );
}

export function MessageList({ entries, own }: { entries: Entry[]; own: string }) {
  return (
    <GrowingList
      label="Messages"
      items={entries}
      mine={entries.at(-1)?.kind === "pending"}
      empty="Nothing has been said yet. Break the silence!"
    >
      {entries.map((entry, index) => {
        const before = entries[index - 1];
        const newDay = !before || !sameDay(timeOf(before), timeOf(entry));
        return (
          <Fragment key={entry.key}>
            {newDay && <Notice text={dayName(timeOf(entry))} />}
            {entry.kind === "notice" ? (
              <Notice text={entry.text} />
            ) : (
              <Message
                entry={entry}
                own={entry.message.username === own}
                follows={continues(entry, before)}
              />
            )}
          </Fragment>
        );
      })}
    </GrowingList>
  );
}
