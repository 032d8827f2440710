// SPDX-License-Identifier: MIT
import { Alert, Button, Paper, PasswordInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { alertText } from "../../components/alertText";
import { account, type AccountState } from "./account";

const kinds = [
  { value: "sign-in", label: "Sign in" },
  { value: "sign-up", label: "Create an account" },
];

export function SignInForm({ state }: { state: AccountState }) {
  const [kind, setKind] = useState("sign-in");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const isNew = kind === "sign-up";

  function submit(event: FormEvent) {
    event.preventDefault();
    const credentials = { email, password };
    void (isNew ? account.signUp(credentials) : account.signIn(credentials));
  }

  return (
    <Paper component="form" withBorder p="lg" onSubmit={submit} noValidate>
      <Stack gap="md" maw={420}>
        {state.refusal && (
          <Alert role="status" color="gray" p="sm">
            {state.refusal}
          </Alert>
        )}
        <SegmentedControl
          aria-label="Sign in or create an account"
          data={kinds}
          value={kind}
          onChange={setKind}
        />
        <TextInput
          label="Email"
          type="email"
          autoComplete="username"
          placeholder="ada@example.org"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description={isNew ? "At least 8 characters." : undefined}
          autoComplete={isNew ? "new-password" : "current-password"}
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={alertText(state.error)}
        />
        <Button type="submit" loading={state.phase === "busy"}>
          {isNew ? "Create the account" : "Sign in"}
        </Button>
      </Stack>
    </Paper>
  );
}
