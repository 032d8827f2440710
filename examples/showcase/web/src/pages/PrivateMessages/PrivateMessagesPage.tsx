// SPDX-License-Identifier: MIT
import { Grid, Paper, Text } from "@mantine/core";
import { useEffect } from "react";
import { NameForm } from "../../components/NameForm";
import { useStore } from "../../store";
import { Conversation } from "./Conversation";
import { mail } from "./mail";
import { People } from "./People";

export default function PrivateMessagesPage() {
  const state = useStore(mail);

  useEffect(() => {
    mail.setPageShown(true);
    return () => mail.setPageShown(false);
  }, []);

  if (!state.name) {
    return (
      <NameForm
        lead="Say who you are. Open a second tab under another name to write to yourself, or under the same name to see both receive."
        button="Start"
        take={(name) => mail.register(name)}
      />
    );
  }
  return (
    <Paper withBorder p="md">
      <Grid gap="md">
        <Grid.Col span={{ base: 12, xs: 4 }}>
          <People state={state} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, xs: 8 }}>
          {state.shown ? (
            <Conversation key={state.shown} state={state} />
          ) : (
            <Text c="dimmed" ta="center" mt="xl">
              Choose somebody to write to.
            </Text>
          )}
        </Grid.Col>
      </Grid>
    </Paper>
  );
}
