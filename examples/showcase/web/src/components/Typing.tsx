// SPDX-License-Identifier: MIT

function sentence(names: string[]): string {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return `${names.length} people are typing…`;
}

export function Typing({ names }: { names: string[] }) {
  return (
    <p className="typing" role="status" data-active={names.length > 0}>
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="typing-text">{sentence(names)}</span>
    </p>
  );
}
