// SPDX-License-Identifier: MIT
// The arena on a canvas, as large as the canvas is, with as many pixels as the screen has.
import { HEIGHT, WIDTH, type Named } from "./arena";
import type { Snapshot } from "./snapshot";

const PLAYER_RADIUS = 18;
const COIN_RADIUS = 9;
/** Names are at least so large on the screen, however small the arena is. */
const NAME_PIXELS = 12;

export interface Scene {
  snapshot: Snapshot;
  names: Map<number, Named>;
  own: number | undefined;
  dark: boolean;
}

/** Of a player, by number; neighbours differ. */
export function playerColour(id: number, dark: boolean): string {
  return `hsl(${(id * 137) % 360} 65% ${dark ? 62 : 42}%)`;
}

function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const { clientWidth, clientHeight } = canvas;
  const pixels = window.devicePixelRatio || 1;
  const width = Math.round(clientWidth * pixels);
  const height = Math.round(clientHeight * pixels);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context?.setTransform(width / WIDTH, 0, 0, height / HEIGHT, 0, 0);
  context?.clearRect(0, 0, WIDTH, HEIGHT);
  return context;
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

export function paint(canvas: HTMLCanvasElement, { snapshot, names, own, dark }: Scene): void {
  const context = prepare(canvas);
  if (!context) return;
  context.fillStyle = dark ? "#ffd43b" : "#f08c00";
  for (const { x, y } of snapshot.coins) disc(context, x, y, COIN_RADIUS);
  context.textAlign = "center";
  const size = Math.max(20, (NAME_PIXELS * WIDTH) / canvas.clientWidth);
  context.font = `600 ${size}px "Inter Variable", sans-serif`;
  for (const { id, x, y } of snapshot.players) {
    const named = names.get(id);
    context.fillStyle = playerColour(id, dark);
    disc(context, x, y, named?.bot ? PLAYER_RADIUS - 3 : PLAYER_RADIUS);
    if (id === own) {
      context.strokeStyle = dark ? "#fff" : "#000";
      context.lineWidth = 4;
      context.stroke();
    }
    if (!named || named.bot) continue;
    context.fillStyle = dark ? "#fff" : "#000";
    context.fillText(named.name, x, y - PLAYER_RADIUS - 8);
  }
}
