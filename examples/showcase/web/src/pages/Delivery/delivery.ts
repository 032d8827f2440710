// SPDX-License-Identifier: MIT
// Numbers that travel over connections which break, without their looks.
import { io, type Socket } from "socket.io-client";
import { transports } from "../../connection";
import { freshKey } from "../../session";
import { Store } from "../../store";
import { cut } from "./cut";
import { nothingYet, Sequence, type Figures } from "./figures";
import type { ClientEvents, ServerEvents } from "./protocol";

export type Mode = "byDefault" | "recovery" | "retries";

export interface DeliveryState extends Record<Mode, Figures> {
  cuts: number;
  /** The connections are cut again and again. */
  cutting: boolean;
  /** Of the server that has recovery; 0 while it is not known. */
  recoveryPort: number;
}

export const BETWEEN_CUTS = 4000;
const BETWEEN_NUMBERS = 100;
/** With so many that are not acknowledged, the page waits before it sends more. */
const UNACKNOWLEDGED = 300;

const fresh = { byDefault: nothingYet, recovery: nothingYet, retries: nothingYet, cuts: 0 };

/** Each column has a connection of its own, so that one can be cut. */
function connect<In, Out>(address: string, options: object = {}) {
  return io(address, {
    forceNew: true,
    transports: transports(),
    reconnectionDelay: 500,
    reconnectionDelayMax: 2000,
    ...options,
  }) as unknown as Socket<In & {}, Out & {}>;
}

class Delivery extends Store<DeliveryState> {
  private sockets = new Map<Mode, Socket>();
  private sending = 0;
  private cutting = 0;
  /** That of the server that has welcomed us. */
  private run = 0;

  constructor() {
    super({ ...fresh, cutting: false, recoveryPort: 0 });
  }

  /** The page is shown. */
  open(): void {
    this.run = 0;
    this.update({ ...fresh, cutting: false, recoveryPort: 0 });
    this.receive("byDefault", "").on("welcome", ({ run, recoveryPort }) => {
      if (this.run === run) return;
      // Another server counts from the beginning.
      if (this.run !== 0) return this.reopen();
      this.run = run;
      this.update({ recoveryPort });
      this.receive("recovery", `${location.protocol}//${location.hostname}:${recoveryPort}`);
    });
    this.send();
  }

  /** The page is left: nothing is sent to who does not look. */
  close(): void {
    clearInterval(this.sending);
    clearInterval(this.cutting);
    this.sockets.forEach((socket) => socket.disconnect());
    this.sockets.clear();
  }

  cut(): void {
    const online = [...this.sockets].filter(([mode]) => this.state[mode].link === "online");
    for (const [mode, socket] of online) {
      cut(socket);
      this.change(mode, { link: "cut" });
    }
    if (online.length > 0) this.update({ cuts: this.state.cuts + 1 });
  }

  setCutting(cutting: boolean): void {
    clearInterval(this.cutting);
    if (cutting) {
      this.cut();
      this.cutting = window.setInterval(() => this.cut(), BETWEEN_CUTS);
    }
    this.update({ cutting });
  }

  private reopen(): void {
    this.close();
    this.open();
  }

  private receive(mode: Mode, server: string): Socket<ServerEvents, object> {
    const socket = connect<ServerEvents, object>(`${server}/delivery`);
    const sequence = new Sequence();
    socket.on("number", (number) => this.change(mode, sequence.add(number, this.state[mode])));
    this.follow(mode, socket as unknown as Socket);
    return socket;
  }

  private send(): void {
    const socket = connect<object, ClientEvents>("/delivery/retries", {
      auth: { visitor: freshKey() },
      ackTimeout: 500,
      retries: 10,
    });
    this.follow("retries", socket as unknown as Socket);
    this.sending = window.setInterval(() => {
      const { sent, received, lost } = this.state.retries;
      if (sent - received - lost >= UNACKNOWLEDGED) return;
      this.change("retries", { sent: sent + 1 });
      // Whether one that the client has given up is lost, the server says with the next one.
      socket.emitWithAck("number", sent + 1).then(
        (counts) => this.change("retries", counts),
        () => {},
      );
    }, BETWEEN_NUMBERS);
  }

  private follow(mode: Mode, socket: Socket): void {
    let wasOnline = false;
    this.sockets.set(mode, socket);
    socket.on("connect", () => {
      const { returns, recovered } = this.state[mode];
      this.change(mode, {
        link: "online",
        returns: returns + (wasOnline ? 1 : 0),
        recovered: recovered + (socket.recovered ? 1 : 0),
      });
      wasOnline = true;
    });
    socket.on("disconnect", () => this.change(mode, { link: "lost" }));
  }

  private change(mode: Mode, change: Partial<Figures>): void {
    this.update({ [mode]: { ...this.state[mode], ...change } });
  }
}

export const delivery = new Delivery();
