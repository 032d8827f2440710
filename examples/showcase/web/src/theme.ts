// SPDX-License-Identifier: MIT
import { createTheme, type CSSVariablesResolver, type MantineTheme } from "@mantine/core";

const sans = '"Inter Variable", system-ui, sans-serif';

export const theme = createTheme({
  fontFamily: sans,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontFamily: sans, fontWeight: "650" },
  primaryColor: "teal",
  primaryShade: 9,
  defaultRadius: "md",
  cursorType: "pointer",
});

/** Mantine's buttons of the darkest shade get lighter under the pointer: too light for white. */
function darkerUnderThePointer(colours: MantineTheme["colors"]): Record<string, string> {
  return Object.fromEntries(
    Object.keys(colours).map((name) => [
      `--mantine-color-${name}-filled-hover`,
      `color-mix(in srgb, var(--mantine-color-${name}-9), black 15%)`,
    ]),
  );
}

/** Some of Mantine's colours for text are too faint to be read by everybody. */
export const readableColours: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    ...darkerUnderThePointer(colors),
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-anchor": "var(--mantine-color-teal-9)",
    "--mantine-color-orange-light": "#fff1e0",
    "--mantine-color-teal-light": "#e3f5ef",
    "--mantine-color-teal-light-hover": "#d3eee5",
    "--mantine-color-teal-light-color": "#05573e",
  },
  dark: {
    ...darkerUnderThePointer(colors),
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--mantine-color-anchor": "var(--mantine-color-teal-4)",
  },
});
