// SPDX-License-Identifier: MIT
//
// What went wrong on the way from senders to receivers, as a pure function of what was noted at both
// ends: every delivery is counted for every receiver.

/** Whether it is for somebody who is in these rooms. */
export const isFor = ({ room, except = [] }, rooms) =>
  (room === null || rooms.includes(room)) && !except.some((other) => rooms.includes(other));

/**
 * `sends`: [{id, sender, room, except}], those of one sender in their order; a room of null is everybody,
 * and `except` are rooms that are left out (none, if it is missing).
 * `receivers`: Map from a name to {rooms, got}, where `got` has the ids in the order of their arrival.
 *
 * The result has four lists of {send, receiver}. What nobody has sent is leaked, and its send has
 * only the id. A delivery is reordered if a later send of the same line had arrived before it: of the same
 * sender, unless `lineOf` says something else of a send.
 */
export function check({ sends, receivers }, lineOf = ({ sender }) => sender) {
  const verdict = { lost: [], duplicated: [], reordered: [], leaked: [] };
  const known = new Map(sends.map((send, position) => [send.id, { send, position }]));
  for (const [receiver, { rooms, got }] of receivers) {
    const seen = new Set();
    const latest = new Map();
    for (const id of got) {
      const { send, position } = known.get(id) ?? { send: { id } };
      const note = (fault) => verdict[fault].push({ send, receiver });
      if (position === undefined || !isFor(send, rooms)) {
        note("leaked");
      } else if (seen.has(id)) {
        note("duplicated");
      } else if (position < (latest.get(lineOf(send)) ?? -1)) {
        note("reordered");
      } else {
        latest.set(lineOf(send), position);
      }
      seen.add(id);
    }
    for (const send of sends) {
      if (isFor(send, rooms) && !seen.has(send.id)) verdict.lost.push({ send, receiver });
    }
  }
  return verdict;
}
