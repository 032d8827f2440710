// SPDX-License-Identifier: MIT
// Which keys are held down, as the server wants to be told: bits, by arrow keys or W, A, S and D.
import { useEffect, useRef, type KeyboardEvent } from "react";

export const UP = 1;
export const DOWN = 2;
export const LEFT = 4;
export const RIGHT = 8;

const bits: Record<string, number> = {
  ArrowUp: UP,
  KeyW: UP,
  ArrowDown: DOWN,
  KeyS: DOWN,
  ArrowLeft: LEFT,
  KeyA: LEFT,
  ArrowRight: RIGHT,
  KeyD: RIGHT,
};

/** Handlers for the element that has the focus while somebody plays. */
export function useHeldKeys(steer: (keys: number) => void) {
  const held = useRef(0);

  function set(keys: number) {
    if (keys === held.current) return;
    held.current = keys;
    steer(keys);
  }

  function press(event: KeyboardEvent, isDown: boolean) {
    const bit = bits[event.code];
    if (!bit || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    set(isDown ? held.current | bit : held.current & ~bit);
  }

  // Who looks elsewhere lets go.
  const letGo = useRef(() => set(0));
  useEffect(() => letGo.current, []);

  return {
    set,
    handlers: {
      onKeyDown: (event: KeyboardEvent) => press(event, true),
      onKeyUp: (event: KeyboardEvent) => press(event, false),
      onBlur: () => set(0),
    },
  };
}
