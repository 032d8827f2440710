// SPDX-License-Identifier: MIT
import { Stack } from "@mantine/core";
import { useEffect } from "react";
import { useStore } from "../../store";
import { arena } from "./arena";
import { Controls } from "./Controls";
import { Field } from "./Field";
import { Measurements } from "./Measurements";
import { Scores } from "./Scores";

export default function ArenaPage() {
  const state = useStore(arena);
  useEffect(() => {
    arena.open();
    return () => arena.close();
  }, []);
  return (
    <Stack gap="md" data-players={state.players.length} data-scores={state.scores.size}>
      <Controls state={state} />
      <Field state={state} />
      <Measurements state={state} />
      <Scores state={state} />
    </Stack>
  );
}
