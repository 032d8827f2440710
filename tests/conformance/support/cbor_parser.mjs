// SPDX-License-Identifier: MIT
//
// A parser whose packets are CBOR, one binary message each: the counterpart of
// examples/cbor_parser.hpp.

import { EventEmitter } from "node:events";

/** The server's CONNECT may have a member `pid` that is undefined, which JSON has no word for. */
const withoutUndefined = (data) =>
  typeof data === "object"
    ? Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
    : data;

/** The parser, with the functions of a package for CBOR. */
export function cborParser({ encode, decode }) {
  class Encoder {
    encode({ type, nsp, data, id }) {
      const packet = { type, nsp };
      if (data !== undefined) packet.data = Array.isArray(data) ? data : withoutUndefined(data);
      if (id !== undefined) packet.id = id;
      return [Buffer.from(encode(packet))];
    }
  }

  class Decoder extends EventEmitter {
    add(message) {
      if (typeof message === "string") throw new Error("text is no CBOR");
      const packet = decode(new Uint8Array(message));
      const needsData = packet.type === 2 || packet.type === 3;
      const isPacket = packet.type >= 0 && packet.type <= 4 && packet.nsp?.startsWith("/");
      if (!isPacket || (needsData && !Array.isArray(packet.data))) throw new Error("no packet");
      this.emit("decoded", packet);
    }

    destroy() {}
  }

  return { Encoder, Decoder };
}
