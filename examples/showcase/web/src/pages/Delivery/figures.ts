// SPDX-License-Identifier: MIT
// What has become of one column's numbers, and how that is said.

export interface Figures {
  /** `cut`: nothing passes, and nobody has noticed yet. */
  link: "connecting" | "online" | "cut" | "lost";
  sent: number;
  received: number;
  lost: number;
  duplicated: number;
  /** How often the client came back, and how often as the same socket. */
  returns: number;
  recovered: number;
}

export const nothingYet: Figures = {
  link: "connecting",
  sent: 0,
  received: 0,
  lost: 0,
  duplicated: 0,
  returns: 0,
  recovered: 0,
};

/** What became of numbers that the server sends one by one, once another of them is here. */
export class Sequence {
  private first = 0;
  private last = 0;

  add(number: number, { received, duplicated }: Figures): Partial<Figures> {
    if (!this.first) this.first = number;
    else if (number <= this.last) return { duplicated: duplicated + 1 };
    this.last = number;
    const sent = number - this.first + 1;
    return { sent, received: received + 1, lost: sent - received - 1 };
  }
}

function are(count: number, what: string): string {
  if (count === 0) return `none is ${what}`;
  return count === 1 ? `1 is ${what}` : `${count} are ${what}`;
}

/** The figures as a sentence. */
export function inWords({ sent, received, lost, duplicated }: Figures): string {
  if (sent === 0) return "Nothing has been sent yet.";
  const onTheWay = sent - received - lost;
  const waiting = onTheWay > 0 ? `${are(onTheWay, "on the way")}, ` : "";
  const twice = duplicated === 0 ? "none" : duplicated;
  return `Of ${sent} numbers, ${received} arrived, ${waiting}${are(lost, "lost")}, and ${twice} came twice.`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function asWhat({ returns, recovered }: Figures): string {
  if (recovered === 0) return "as a new socket";
  if (recovered === returns) return "as the same socket";
  return `${times(recovered)} as the same socket`;
}

/** What the client came back as. */
export function returnsInWords(figures: Figures): string {
  if (figures.returns === 0) return "The connection has held so far.";
  return `Came back ${times(figures.returns)}, ${asWhat(figures)}.`;
}
