// SPDX-License-Identifier: MIT

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});

export function timeOfDay(at: number): string {
  return clock.format(at);
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

export function dayName(at: number): string {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (sameDay(at, Date.now())) return "Today";
  if (sameDay(at, yesterday.getTime())) return "Yesterday";
  return weekday.format(at);
}
