// SPDX-License-Identifier: MIT
import { Fragment, useLayoutEffect, useRef, useState } from "react";
import { dayName, sameDay, timeOfDay } from "../calendar";
import type { Entry } from "../chat";
import { Avatar, hueStyle } from "./Avatar";
import { Icon } from "./Icon";
import { MessageText } from "./MessageText";

/** Messages of one person within this time stand together under one name. */
const GROUP_GAP = 5 * 60 * 1000;
/** Closer to the end than this counts as reading along. */
const NEAR_END = 80;

type Spoken = Exclude<Entry, { kind: "notice" }>;

function timeOf(entry: Entry): number {
  return entry.kind === "notice" ? entry.at : entry.message.at;
}

function continues(entry: Spoken, before: Entry | undefined): boolean {
  if (!before || before.kind === "notice") return false;
  const { from, at } = before.message;
  const close = entry.message.at - at < GROUP_GAP && sameDay(entry.message.at, at);
  return from === entry.message.from && close;
}

function Bubble({ entry, own, follows }: { entry: Spoken; own: boolean; follows: boolean }) {
  const { from, text, at } = entry.message;
  return (
    <li
      className="message"
      data-own={own}
      data-follows={follows}
      data-pending={entry.kind === "pending"}
      style={hueStyle(from)}
    >
      {!own && !follows && <Avatar name={from} />}
      <div className="bubble">
        {!follows && <span className={own ? "visually-hidden" : "author"}>{from}</span>}
        <MessageText text={text} />
        <time dateTime={new Date(at).toISOString()}>
          {entry.kind === "pending" ? "Sending…" : timeOfDay(at)}
        </time>
      </div>
    </li>
  );
}

/** Follows the end of the list, unless the reader has scrolled up. */
function useFollowEnd(entries: Entry[]) {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [behind, setBehind] = useState(false);

  function toEnd() {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  }

  function onScroll() {
    const box = list.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (following.current) setBehind(false);
  }

  const mine = entries.at(-1)?.kind === "pending";
  useLayoutEffect(() => {
    if (following.current || mine) toEnd();
    else setBehind(true);
  }, [entries, mine]);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const resized = new ResizeObserver(() => following.current && toEnd());
    resized.observe(box);
    return () => resized.disconnect();
  }, []);

  return { list, behind, onScroll, toEnd };
}

export function MessageList({ entries, own }: { entries: Entry[]; own: string }) {
  const { list, behind, onScroll, toEnd } = useFollowEnd(entries);
  return (
    <div className="messages-frame">
      <div
        className="messages"
        ref={list}
        onScroll={onScroll}
        role="log"
        aria-live="polite"
        aria-label="Messages"
        tabIndex={0}
      >
        {entries.length === 0 && (
          <p className="nothing-yet">Nothing has been said yet. Break the silence!</p>
        )}
        <ol>
          {entries.map((entry, index) => {
            const before = entries[index - 1];
            const newDay = !before || !sameDay(timeOf(before), timeOf(entry));
            return (
              <Fragment key={entry.key}>
                {newDay && <li className="day">{dayName(timeOf(entry))}</li>}
                {entry.kind === "notice" ? (
                  <li className="notice">{entry.text}</li>
                ) : (
                  <Bubble
                    entry={entry}
                    own={entry.message.from === own}
                    follows={continues(entry, before)}
                  />
                )}
              </Fragment>
            );
          })}
        </ol>
      </div>
      {behind && (
        <button type="button" className="to-end" onClick={toEnd}>
          <Icon name="down" />
          New messages
        </button>
      )}
    </div>
  );
}
