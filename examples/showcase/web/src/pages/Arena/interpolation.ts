// SPDX-License-Identifier: MIT
// Snapshots come 30 times a second, more or less; the screen shows 60 pictures a second. So the page
// shows the arena a little late, and where everything was then lies between two snapshots.
import type { Snapshot } from "./snapshot";

/** How late, in milliseconds: three ticks, so that one or two may be late or missing. */
const DELAY = 100;
const KEPT = 30;
/** Further than this nobody moves in a tick: it is another player with the same number. */
const JUMP = 120;

export class Interpolation {
  private readonly snapshots: Snapshot[] = [];
  /** When tick 0 would have arrived, had it come as fast as the fastest. */
  private start = Infinity;

  constructor(private readonly millisecondsPerTick: number) {}

  add(snapshot: Snapshot, now: number): void {
    const newest = this.newest();
    if (newest && snapshot.tick <= newest.tick) this.clear();
    this.snapshots.push(snapshot);
    if (this.snapshots.length > KEPT) this.snapshots.shift();
    const start = now - snapshot.tick * this.millisecondsPerTick;
    // The server's clock and ours drift apart: what was fastest is forgotten little by little.
    this.start = Math.min(start, this.start + 0.2);
  }

  clear(): void {
    this.snapshots.length = 0;
    this.start = Infinity;
  }

  newest(): Snapshot | undefined {
    return this.snapshots[this.snapshots.length - 1];
  }

  /** The arena as it is to be shown now; nothing before the first snapshot. */
  at(now: number): Snapshot | undefined {
    const tick = (now - DELAY - this.start) / this.millisecondsPerTick;
    const next = this.snapshots.findIndex((snapshot) => snapshot.tick > tick);
    const after = this.snapshots[next];
    if (!after) return this.newest();
    const before = this.snapshots[next - 1];
    if (!before) return after;
    return between(before, after, (tick - before.tick) / (after.tick - before.tick));
  }
}

function between(before: Snapshot, after: Snapshot, part: number): Snapshot {
  const later = new Map(after.players.map((player) => [player.id, player]));
  return {
    ...before,
    players: before.players.map((player) => {
      const to = later.get(player.id);
      if (!to || Math.hypot(to.x - player.x, to.y - player.y) > JUMP) return player;
      return {
        ...player,
        x: player.x + (to.x - player.x) * part,
        y: player.y + (to.y - player.y) * part,
      };
    }),
  };
}
