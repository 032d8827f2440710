// SPDX-License-Identifier: MIT
// What is said, in order. The list is shown at its end, unless the reader has scrolled up.
import { Box, Button, Stack, Text } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import classes from "./GrowingList.module.css";

/** Closer to the end than this counts as reading along. */
const NEAR_END = 80;

function useFollowEnd(items: readonly unknown[], mine: boolean) {
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

  useLayoutEffect(() => {
    if (following.current || mine) toEnd();
    else setBehind(true);
  }, [items, mine]);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const resized = new ResizeObserver(() => following.current && toEnd());
    resized.observe(box);
    return () => resized.disconnect();
  }, []);

  return { list, behind, onScroll, toEnd };
}

interface GrowingListProps {
  label: string;
  items: readonly unknown[];
  /** The reader has just added to it, and wants to see that. */
  mine?: boolean;
  /** What is said instead of nothing. */
  empty: string;
  children: ReactNode;
}

export function GrowingList({ label, items, mine = false, empty, children }: GrowingListProps) {
  const { list, behind, onScroll, toEnd } = useFollowEnd(items, mine);
  return (
    <Box pos="relative" flex={1} mih={0}>
      <Box
        ref={list}
        onScroll={onScroll}
        role="log"
        aria-live="polite"
        aria-label={label}
        tabIndex={0}
        h="100%"
        px="md"
        pb="xs"
        style={{ overflowY: "auto" }}
      >
        {items.length === 0 && (
          <Text c="dimmed" ta="center" mt="xl">
            {empty}
          </Text>
        )}
        <Stack component="ol" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
          {children}
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

/** What happened between two messages. */
export function Notice({ text }: { text: string }) {
  return (
    <Text component="li" size="xs" c="dimmed" ta="center" mt="sm" data-notice>
      {text}
    </Text>
  );
}
