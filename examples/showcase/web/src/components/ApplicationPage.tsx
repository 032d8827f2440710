// SPDX-License-Identifier: MIT
// The frame of every application: what it shows, the application itself, and its server part beside
// it, or below where the window is narrow.
import { Center, Grid, Loader, Stack, Text, Title } from "@mantine/core";
import { Suspense } from "react";
import type { Application } from "../applications";
import { ConnectionBanner } from "./ConnectionBanner";
import { SourcePanel } from "./SourcePanel";

export function ApplicationPage({ application }: { application: Application }) {
  const { title, sentence, source, Page } = application;
  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        <Text c="dimmed">{sentence}</Text>
      </div>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <ConnectionBanner />
          <Suspense
            fallback={
              <Center h={200}>
                <Loader aria-label="Loading" />
              </Center>
            }
          >
            <Page />
          </Suspense>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <SourcePanel key={source} file={source} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
