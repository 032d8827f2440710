// SPDX-License-Identifier: MIT
import { Stack, Text } from "@mantine/core";
import { useStore } from "../../store";
import { account } from "./account";
import { SignedIn } from "./SignedIn";
import { SignInForm } from "./SignInForm";
import { WhoIsAdministrator } from "./WhoIsAdministrator";

export default function AccountPage() {
  const state = useStore(account);
  return (
    <Stack gap="md">
      {state.phase === "in" ? <SignedIn state={state} /> : <SignInForm state={state} />}
      <Text size="sm" c="dimmed">
        <WhoIsAdministrator /> No mail is ever sent.
      </Text>
    </Stack>
  );
}
