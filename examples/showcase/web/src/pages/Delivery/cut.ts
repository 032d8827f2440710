// SPDX-License-Identifier: MIT
// A connection that breaks as networks break it. If the page closed it instead, what is on its way
// would still arrive, and little would be lost.
import type { Socket } from "socket.io-client";

/** What of the client's transport a network carries. No application needs it, so it is not public. */
interface Wire {
  onPacket: (packet: unknown) => void;
  send: (packets: unknown[]) => void;
  onError: (reason: string) => void;
}

/** From when nothing arrives until nothing leaves, either: the answers of that time are lost. */
const STILL_LEAVING = 150;
/** From when nothing arrives until both ends notice. */
export const UNNOTICED = 1000;

export function cut(socket: Socket): void {
  const wire = socket.io.engine.transport as unknown as Wire;
  wire.onPacket = () => {};
  setTimeout(() => (wire.send = () => {}), STILL_LEAVING);
  setTimeout(() => wire.onError("network lost"), UNNOTICED);
}
