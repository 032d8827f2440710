// SPDX-License-Identifier: MIT
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function timeOfDay(at: number): string {
  return clock.format(at);
}
