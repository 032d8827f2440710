// SPDX-License-Identifier: MIT

const link = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;

/** Text as it was written, with addresses made clickable. */
export function MessageText({ text }: { text: string }) {
  const pieces = text.split(link);
  return (
    <p className="message-text">
      {pieces.map((piece, index) =>
        index % 2 === 1 ? (
          <a key={index} href={piece} target="_blank" rel="noreferrer noopener">
            {piece}
          </a>
        ) : (
          piece
        ),
      )}
    </p>
  );
}
