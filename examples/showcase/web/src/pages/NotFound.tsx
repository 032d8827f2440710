// SPDX-License-Identifier: MIT
import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router-dom";

export function NotFound() {
  return (
    <Stack gap="sm">
      <Title order={1} size="h2">
        There is no such page
      </Title>
      <Text>
        The address may be mistyped.{" "}
        <Anchor component={Link} to="/">
          See what there is.
        </Anchor>
      </Text>
    </Stack>
  );
}
