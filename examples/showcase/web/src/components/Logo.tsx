// SPDX-License-Identifier: MIT
import { ThemeIcon } from "@mantine/core";
import { Zap } from "lucide-react";

export function Logo() {
  return (
    <ThemeIcon size="md" aria-hidden>
      <Zap size={17} />
    </ThemeIcon>
  );
}
