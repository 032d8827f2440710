// SPDX-License-Identifier: MIT
import { Button } from "@mantine/core";
import { Check, Copy, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";

const SHOWN = 2000;

/** The way of before: a page over plain HTTP from another machine is given no clipboard. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

async function copy(text: string): Promise<boolean> {
  // The browser's types promise a clipboard that is not always there.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return copyBySelection(text);
  return clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  );
}

const icons = { ready: Copy, copied: Check, failed: TriangleAlert };

interface CopyTextButtonProps {
  text: string;
  /** What is copied: "the command"; nothing if that is clear. */
  what?: string;
  compact?: boolean;
}

export function CopyTextButton({ text, what = "", compact = false }: CopyTextButtonProps) {
  const [state, setState] = useState<keyof typeof icons>("ready");
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function onClick() {
    const copied = await copy(text);
    setState(copied ? "copied" : "failed");
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setState("ready"), SHOWN);
  }

  const words = { ready: "Copy", copied: "Copied", failed: "Could not copy" }[state];
  const Icon = icons[state];
  return (
    <Button
      size={compact ? "compact-sm" : "sm"}
      variant="default"
      leftSection={<Icon size={compact ? 14 : 16} aria-hidden />}
      onClick={() => void onClick()}
    >
      {`${words} ${what}`.trim()}
    </Button>
  );
}
