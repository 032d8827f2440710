// SPDX-License-Identifier: MIT
// What is charted, and how it is written.
import type { Sample } from "./dashboard";

export interface Series {
  key: keyof Sample;
  /** What the values count, beside them. */
  unit: string;
  color: string;
}

export interface Figure {
  name: string;
  series: Series[];
  format: (value: number) => string;
}

const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const figures: Figure[] = [
  {
    name: "CPU",
    series: [{ key: "cpu", unit: "", color: "teal.6" }],
    format: (value) => `${decimal.format(value)} %`,
  },
  {
    name: "Memory",
    series: [{ key: "memory", unit: "", color: "indigo.6" }],
    format: (value) => `${whole.format(value / 1024 / 1024)} MiB`,
  },
  {
    name: "Connections",
    series: [{ key: "activeConnections", unit: "", color: "orange.6" }],
    format: (value) => whole.format(value),
  },
  {
    name: "Per second",
    series: [
      { key: "messagesPerSecond", unit: "messages", color: "blue.6" },
      { key: "requestsPerSecond", unit: "requests", color: "grape.6" },
    ],
    format: (value) => whole.format(value),
  },
];
