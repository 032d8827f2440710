// SPDX-License-Identifier: MIT
import { Card, Code, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Link, useLocation } from "react-router-dom";
import { applications, type Application } from "../applications";

function ApplicationCard({ application }: { application: Application }) {
  const { search } = useLocation();
  const { path, title, sentence, source, icon: Icon } = application;
  return (
    <Card component={Link} to={{ pathname: path, search }} withBorder padding="lg">
      <Group gap="sm" mb="xs" wrap="nowrap">
        <ThemeIcon variant="light" size="lg">
          <Icon size={20} aria-hidden />
        </ThemeIcon>
        <Title order={2} size="h4">
          {title}
        </Title>
      </Group>
      <Text c="dimmed" size="sm" mb="md">
        {sentence}
      </Text>
      <Code mt="auto" style={{ alignSelf: "flex-start" }}>
        {source}
      </Code>
    </Card>
  );
}

export function Home() {
  return (
    <Stack gap="lg" maw={1100}>
      <div>
        <Title order={1} size="h2" mb="xs">
          What people build with Socket.IO, served by C++
        </Title>
        <Text maw={720}>
          One C++ server answers this page, its HTTP requests and every event. The browser speaks to
          it with the official JavaScript client. Each application comes with the source of its
          server part: one short file that you can copy.
        </Text>
      </div>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {applications.map((application) => (
          <ApplicationCard key={application.path} application={application} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
