// SPDX-License-Identifier: MIT
// Reads what the arena sends 30 times a second. The layout is described in
// examples/showcase/server/arena_snapshot.hpp.

export interface Player {
  id: number;
  /** Those that are held down, as bits: see keys.ts. */
  keys: number;
  x: number;
  y: number;
  score: number;
}

export interface Coin {
  x: number;
  y: number;
}

export interface Snapshot {
  tick: number;
  coins: Coin[];
  players: Player[];
}

const HEADER = 6;
const COIN = 4;
const PLAYER = 8;
/** Coordinates come in this part of the arena's unit. */
const PRECISION = 32;

export function decodeSnapshot(buffer: ArrayBuffer): Snapshot {
  const view = new DataView(buffer);
  const position = (at: number) => ({
    x: view.getUint16(at, true) / PRECISION,
    y: view.getUint16(at + 2, true) / PRECISION,
  });
  const players = HEADER + COIN * view.getUint8(4);
  return {
    tick: view.getUint32(0, true),
    coins: Array.from({ length: view.getUint8(4) }, (_, i) => position(HEADER + COIN * i)),
    players: Array.from({ length: view.getUint8(5) }, (_, i) => {
      const at = players + PLAYER * i;
      return {
        id: view.getUint8(at),
        keys: view.getUint8(at + 1),
        ...position(at + 2),
        score: view.getUint16(at + 6, true),
      };
    }),
  };
}
