// SPDX-License-Identifier: MIT

const paths = {
  send: "M4.5 12h6M4.2 4.6 20 12 4.2 19.4 6.6 12z",
  people:
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.4-3.400 3-5.5 6.5-5.5s6.100 2.100 6.5 5.5M16 4.900a3.300 3.300 0 0 1 0 6.300M18 14.5c2 .8 3.200 2.5 3.5 5",
  leave: "M14 4.5H7a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h7M11 12h9.5M17 8.5l3.5 3.5-3.5 3.5",
  close: "M6 6l12 12M18 6 6 18",
  down: "M12 5v14M6 13l6 6 6-6",
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
