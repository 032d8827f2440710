// SPDX-License-Identifier: MIT
import { Box, Group, Paper, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import { PersonAvatar } from "./PersonAvatar";

interface BubbleProps {
  from: string;
  text: string;
  /** Ours, so on the right. */
  own: boolean;
  /** Of the same person as the one above, so without the name. */
  follows: boolean;
  /** Not confirmed yet. */
  pending?: boolean;
  /** When it was said, whether it was read. */
  footer?: ReactNode;
}

/** What one person has said, in a list. */
export function Bubble({ from, text, own, follows, pending = false, footer }: BubbleProps) {
  const author = (
    <Text size="xs" fw={650}>
      {from}
    </Text>
  );
  return (
    <Group
      component="li"
      data-message={pending ? "pending" : "message"}
      gap="xs"
      wrap="nowrap"
      align="flex-start"
      justify={own ? "flex-end" : "flex-start"}
      mt={follows ? 3 : "sm"}
    >
      {!own && <Box w={26}>{!follows && <PersonAvatar name={from} />}</Box>}
      <Paper className={own ? classes.own : classes.other} px="sm" py={6} maw="85%" radius="lg">
        {!follows && (own ? <VisuallyHidden>{author}</VisuallyHidden> : author)}
        <MessageText text={text} />
        {footer && <div className={classes.footer}>{footer}</div>}
      </Paper>
    </Group>
  );
}
