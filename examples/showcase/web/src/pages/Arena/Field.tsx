// SPDX-License-Identifier: MIT
// Where one sees everything move, and steers.
import { ActionIcon, Box, Paper, SimpleGrid, useComputedColorScheme } from "@mantine/core";
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, type LucideIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { arena, type ArenaState } from "./arena";
import { DOWN, LEFT, RIGHT, UP, useHeldKeys } from "./keys";
import { paint } from "./painter";

function usePainting(state: ArenaState) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useComputedColorScheme("light") === "dark";
  const latest = useRef({ state, dark });
  latest.current = { state, dark };
  useEffect(() => {
    let frame = 0;
    function show() {
      frame = requestAnimationFrame(show);
      const snapshot = arena.interpolation.at(performance.now());
      if (!canvas.current || !snapshot) return;
      const { players, id } = latest.current.state;
      const names = new Map(players.map((player) => [player.id, player]));
      paint(canvas.current, { snapshot, names, own: id, dark: latest.current.dark });
    }
    show();
    return () => cancelAnimationFrame(frame);
  }, []);
  return canvas;
}

const arrows: { key: number; name: string; icon: LucideIcon; column: number }[] = [
  { key: UP, name: "Up", icon: ArrowUp, column: 2 },
  { key: LEFT, name: "Left", icon: ArrowLeft, column: 1 },
  { key: DOWN, name: "Down", icon: ArrowDown, column: 2 },
  { key: RIGHT, name: "Right", icon: ArrowRight, column: 3 },
];

/** For fingers; whoever has a keyboard uses that. */
function Arrows({ steer }: { steer: (keys: number) => void }) {
  return (
    <SimpleGrid cols={3} spacing={6} w={156} mx="auto" mt="sm" hiddenFrom="sm">
      {arrows.map(({ key, name, icon: Icon, column }) => (
        <ActionIcon
          key={key}
          size={48}
          variant="default"
          aria-label={name}
          style={{ gridColumn: column, touchAction: "none" }}
          onPointerDown={() => steer(key)}
          onPointerUp={() => steer(0)}
          onPointerLeave={() => steer(0)}
          onPointerCancel={() => steer(0)}
        >
          <Icon size={22} aria-hidden />
        </ActionIcon>
      ))}
    </SimpleGrid>
  );
}

export function Field({ state }: { state: ArenaState }) {
  const canvas = usePainting(state);
  const { set, handlers } = useHeldKeys((keys) => arena.steer(keys));
  const playing = state.id !== undefined;
  useEffect(() => {
    if (playing) canvas.current?.focus({ preventScroll: true });
  }, [playing, canvas]);
  return (
    <div>
      <Paper withBorder style={{ overflow: "hidden" }}>
        <Box
          component="canvas"
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label="Arena. Steer with the arrow keys, or with W, A, S and D."
          display="block"
          w="100%"
          style={{ aspectRatio: "16 / 9" }}
          {...handlers}
        />
      </Paper>
      {playing && <Arrows steer={set} />}
    </div>
  );
}
