// SPDX-License-Identifier: MIT
// The arena without its looks: who plays, what comes over the wire, and how fast.
import { askOn, namespaceSocket } from "../../connection";
import { recall, remember } from "../../session";
import { Store } from "../../store";
import { Interpolation } from "./interpolation";
import { decodeSnapshot } from "./snapshot";

export interface Named {
  id: number;
  name: string;
  bot: boolean;
}

interface ServerEvents {
  players: (players: Named[]) => void;
  state: (bytes: ArrayBuffer) => void;
  /** How many there are now, whoever asked for them. */
  bots: (count: number) => void;
}

interface ClientEvents {
  leave: () => void;
  input: (keys: number) => void;
  bots: (wanted: number, reply: (reply: { bots: number }) => void) => void;
  rtt: (reply: () => void) => void;
}

export interface ArenaState {
  /** Our number; none while we only look on. */
  id: number | undefined;
  name: string;
  players: Named[];
  scores: Map<number, number>;
  bots: number;
  /** In the last second, of the arena's data alone. */
  bytesPerSecond: number;
  statesPerSecond: number;
  /** There and back, in milliseconds; 0 while it is not known. */
  roundTrip: number;
  error: string;
}

export const WIDTH = 1600;
export const HEIGHT = 900;
export const BOT_LIMIT = 50;
const TICKS_PER_SECOND = 30;

/** `?bots=20` in the page's address asks for so many. Without it, those who are there stay. */
function botsInAddress(): number | undefined {
  const given = new URLSearchParams(location.search).get("bots");
  const wanted = Number(given);
  if (given === null || !Number.isInteger(wanted)) return undefined;
  return Math.min(Math.max(wanted, 0), BOT_LIMIT);
}

class Arena extends Store<ArenaState> {
  readonly interpolation = new Interpolation(1000 / TICKS_PER_SECOND);
  private readonly socket = namespaceSocket<ServerEvents, ClientEvents>("/arena");
  /** Asked for, but not of the server yet: others may ask for another number later. */
  private wantedBots = botsInAddress();
  private bytes = 0;
  private states = 0;
  private second = 0;
  private countedSince = 0;

  constructor() {
    super({
      id: undefined,
      name: recall("arena.name"),
      players: [],
      scores: new Map(),
      bots: botsInAddress() ?? 0,
      bytesPerSecond: 0,
      statesPerSecond: 0,
      roundTrip: 0,
      error: "",
    });
    const { socket } = this;
    socket.on("connect", () => this.onConnect());
    socket.on("disconnect", () => this.onDisconnect());
    socket.on("players", (players) => this.update({ players }));
    socket.on("bots", (bots) => this.update({ bots }));
    socket.on("state", (bytes) => this.onState(bytes));
  }

  /** The page is shown: looks on, and plays on if this tab played before. */
  open(): void {
    // It may be joining already.
    if (!this.socket.active) this.socket.connect();
    this.countedSince = performance.now();
    this.second = window.setInterval(() => this.onSecond(), 1000);
  }

  /** The page is left: nothing is sent to who does not look. */
  close(): void {
    clearInterval(this.second);
    this.socket.disconnect();
    // The address says so again to whoever comes back to it.
    this.wantedBots = botsInAddress();
  }

  async join(name: string): Promise<void> {
    const reply = await askOn<{ id: number }>(this.socket, "join", name);
    if (!reply.ok) return this.update({ error: reply.error });
    remember("arena.name", name);
    this.update({ id: reply.id, name, error: "" });
  }

  leave(): void {
    this.socket.emit("leave");
    remember("arena.name", "");
    this.update({ id: undefined });
  }

  steer(keys: number): void {
    if (this.state.id !== undefined) this.socket.emit("input", keys);
  }

  setBots(wanted: number): void {
    this.wantedBots = wanted;
    this.update({ bots: wanted });
    if (this.socket.connected) this.askForBots();
  }

  private askForBots(): void {
    if (this.wantedBots === undefined) return;
    this.socket.emit("bots", this.wantedBots, ({ bots }) => this.update({ bots }));
    this.wantedBots = undefined;
  }

  private onConnect(): void {
    this.askForBots();
    if (recall("arena.name")) void this.join(this.state.name);
  }

  private onDisconnect(): void {
    this.interpolation.clear();
    this.update({ id: undefined, players: [], bytesPerSecond: 0, statesPerSecond: 0, roundTrip: 0 });
  }

  private onState(bytes: ArrayBuffer): void {
    this.bytes += bytes.byteLength;
    ++this.states;
    this.interpolation.add(decodeSnapshot(bytes), performance.now());
  }

  /** What need not be shown 30 times a second is shown once. */
  private onSecond(): void {
    const latest = this.interpolation.newest();
    const now = performance.now();
    const seconds = (now - this.countedSince) / 1000;
    this.countedSince = now;
    this.update({
      bytesPerSecond: this.bytes / seconds,
      statesPerSecond: Math.round(this.states / seconds),
      scores: new Map(latest?.players.map(({ id, score }) => [id, score])),
    });
    this.bytes = 0;
    this.states = 0;
    if (!this.socket.connected) return;
    this.socket.emit("rtt", () => this.update({ roundTrip: performance.now() - now }));
  }
}

export const arena = new Arena();
