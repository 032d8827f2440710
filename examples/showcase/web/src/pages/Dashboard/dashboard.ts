// SPDX-License-Identifier: MIT
// The last five minutes of the server's figures, without their looks.
import { mainSocket } from "../../connection";
import { Store } from "../../store";

/** Once a second; see examples/showcase/README.md. */
export interface Sample {
  /** Per cent of one core. */
  cpu: number;
  /** Bytes. */
  memory: number;
  activeConnections: number;
  requestsPerSecond: number;
  messagesPerSecond: number;
  /** Milliseconds since 1970, of the server. */
  timestamp: number;
}

interface ServerEvents {
  "metrics-update": (sample: Sample) => void;
}

interface ClientEvents {
  "metrics-history": (reply: (samples: Sample[]) => void) => void;
}

export interface DashboardState {
  /** Oldest first. */
  samples: Sample[];
}

export const SHOWN = 5 * 60 * 1000;

class Dashboard extends Store<DashboardState> {
  private readonly socket = mainSocket<ServerEvents, ClientEvents>();

  constructor() {
    super({ samples: [] });
    const { socket } = this;
    const catchUp = () => socket.emit("metrics-history", (samples) => this.update({ samples }));
    socket.on("connect", catchUp);
    if (socket.connected) catchUp();
    socket.on("metrics-update", (sample) => {
      const since = sample.timestamp - SHOWN;
      const kept = this.state.samples.filter(({ timestamp }) => timestamp > since);
      this.update({ samples: [...kept, sample] });
    });
  }
}

export const dashboard = new Dashboard();
