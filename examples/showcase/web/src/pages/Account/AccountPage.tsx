// SPDX-License-Identifier: MIT
import { Code, Stack, Text } from "@mantine/core";
import { useStore } from "../../store";
import { account } from "./account";
import { SignedIn } from "./SignedIn";
import { SignInForm } from "./SignInForm";

export default function AccountPage() {
  const state = useStore(account);
  return (
    <Stack gap="md">
      {state.phase === "in" ? <SignedIn state={state} /> : <SignInForm state={state} />}
      <Text size="sm" c="dimmed">
        The first account created is the administrator’s, unless the server was started with{" "}
        <Code>ADMIN_EMAIL</Code>: then it is the one with that address. No mail is ever sent.
      </Text>
    </Stack>
  );
}
