// SPDX-License-Identifier: MIT
import type { CSSProperties } from "react";

/** "Ada Lovelace" -> "AL", "ada" -> "A"; whole code points, so that an emoji stays whole. */
function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.map((word) => [...word][0] ?? "");
  const shown = letters.length > 1 ? [letters[0], letters[letters.length - 1]] : letters;
  return shown.join("").toUpperCase();
}

/** The same name has the same colour on every screen. */
export function hue(name: string): number {
  let hash = 7;
  for (const character of name.toLowerCase()) {
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  }
  return (hash * 47) % 360;
}

export function hueStyle(name: string): CSSProperties {
  return { "--hue": hue(name) } as CSSProperties;
}

export function Avatar({ name }: { name: string }) {
  return (
    <span className="avatar" style={hueStyle(name)} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
