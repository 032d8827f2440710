// SPDX-License-Identifier: MIT
// What is charted, and how it is written.
import type { Sample } from "./dashboard";

export interface Figure {
  name: string;
  key: keyof Sample;
  color: string;
  format: (value: number) => string;
}

const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const number = (value: number) => decimal.format(value);

export const figures: Figure[] = [
  { name: "CPU", key: "cpu", color: "teal.6", format: (value) => `${number(value)} %` },
  {
    name: "Memory",
    key: "memory",
    color: "indigo.6",
    format: (value) => `${number(value / 1024 / 1024)} MiB`,
  },
  { name: "Connections", key: "activeConnections", color: "orange.6", format: number },
  { name: "Requests a second", key: "requestsPerSecond", color: "grape.6", format: number },
  { name: "Messages a second", key: "messagesPerSecond", color: "blue.6", format: number },
];
