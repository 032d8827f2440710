// SPDX-License-Identifier: MIT
import { io, type Socket } from "socket.io-client";
import type { ClientEvents, ServerEvents } from "./protocol";
import { sessionKey } from "./session";

export type ChatSocket = Socket<ServerEvents, ClientEvents>;

/** `?transport=polling` or `?transport=websocket` in the page's address leaves only that one. */
function transports(): string[] {
  const wanted = new URLSearchParams(location.search).get("transport");
  if (wanted === "polling" || wanted === "websocket") return [wanted];
  return ["polling", "websocket"];
}

export function openSocket(): ChatSocket {
  return io({
    autoConnect: false,
    transports: transports(),
    reconnectionDelay: 500,
    reconnectionDelayMax: 4000,
    auth: { session: sessionKey() },
  });
}
