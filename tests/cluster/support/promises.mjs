// SPDX-License-Identifier: MIT
//
// What docs/scaling.md and docs/adapters.md promise of deliveries, as a pure function of the log of a
// round: some time in trouble, and after it some time without.

import { check, isFor } from "./checker.mjs";

/** Of what is sent in trouble, it depends on the servers whether it has to arrive. */
function promiseFor(send, receiver, { killed, senders, receivers }) {
  if (receiver.hasEnded) return undefined;
  if (send.phase === "calm") return "calm";
  if (receiver.isNew || killed.has(send.server.index)) return undefined;
  if (send.server === receiver.server) return send.server.isOurs ? "own" : undefined;
  return senders.has(send.server.index) || receivers.has(receiver.server.index) ? undefined : "others";
}

/**
 * `sends` and `receivers` are those of the checker, with more: a send has a `server` and a `phase`
 * ("trouble" or "calm"), a receiver a `server`, and it may have ended, or be new, which it is if it came
 * during the trouble. `harm` has the indices of servers: those that were `killed`, those whose events may
 * not reach other servers (`senders`), and those that may miss such events (`receivers`).
 *
 * The result says for each promise how many deliveries were counted and which of them broke it; and how many
 * that were not promised were lost.
 */
export function judge({ sends, receivers, harm }) {
  const { lost, duplicated, reordered, leaked } = check({ sends, receivers });
  const result = {
    twice: { counted: 0, broken: duplicated },
    order: { counted: 0, broken: reordered },
    rooms: { counted: 0, broken: leaked },
    calm: { counted: 0, broken: [] },
    others: { counted: 0, broken: [] },
    own: { counted: 0, broken: [] },
    unpromised: { counted: 0, broken: [] },
  };
  const promise = (send, receiver) => result[promiseFor(send, receiver, harm) ?? "unpromised"];
  for (const receiver of receivers.values()) {
    for (const fault of ["twice", "order", "rooms"]) result[fault].counted += receiver.got.length;
    for (const send of sends) {
      if (isFor(send, receiver.rooms)) promise(send, receiver).counted += 1;
    }
  }
  for (const fault of lost) promise(fault.send, receivers.get(fault.receiver)).broken.push(fault);
  return result;
}
