// SPDX-License-Identifier: MIT

const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});

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
