// SPDX-License-Identifier: MIT
import { Anchor, Text } from "@mantine/core";

const link = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;

/** Text as it was written, with addresses made clickable. */
export function MessageText({ text }: { text: string }) {
  const pieces = text.split(link);
  return (
    <Text size="sm" data-text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {pieces.map((piece, index) =>
        index % 2 === 1 ? (
          <Anchor
            key={index}
            href={piece}
            target="_blank"
            rel="noreferrer noopener"
            c="inherit"
            inherit
            underline="always"
          >
            {piece}
          </Anchor>
        ) : (
          piece
        ),
      )}
    </Text>
  );
}
