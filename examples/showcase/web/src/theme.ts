// SPDX-License-Identifier: MIT
import { createTheme, type CSSVariablesResolver } from "@mantine/core";

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

/** Some of Mantine's colours for text are too faint to be read by everybody. */
export const readableColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-anchor": "var(--mantine-color-teal-9)",
    "--mantine-color-teal-light": "#e3f5ef",
    "--mantine-color-teal-light-hover": "#d3eee5",
    "--mantine-color-teal-light-color": "#05573e",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--mantine-color-anchor": "var(--mantine-color-teal-4)",
  },
});
