// SPDX-License-Identifier: MIT
import { Badge, Box, Button, Indicator, NavLink, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { PersonAvatar } from "../../components/PersonAvatar";
import { mail, unread, type MailState, type Person } from "./mail";

function PersonLink({ person, state }: { person: Person; state: MailState }) {
  const { name, online } = person;
  const news = unread(state, name);
  return (
    <NavLink
      component="button"
      type="button"
      label={name}
      description={online ? "online" : "away"}
      active={name === state.shown}
      aria-pressed={name === state.shown}
      onClick={() => mail.show(name)}
      leftSection={
        <Indicator color={online ? "green" : "gray.5"} size={10} offset={3} position="bottom-end">
          <PersonAvatar name={name} />
        </Indicator>
      }
      rightSection={
        news > 0 && (
          <Badge size="sm" aria-label={`${news} unread`}>
            {news}
          </Badge>
        )
      }
      styles={{ label: { overflow: "hidden", textOverflow: "ellipsis" } }}
    />
  );
}

/** Whoever is not in the list can be written to by name. */
function WriteTo() {
  const [name, setName] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return;
    mail.show(name.trim());
    setName("");
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label="Write to"
        placeholder="A name, then Enter"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
      />
    </form>
  );
}

export function People({ state }: { state: MailState }) {
  const others = state.people.filter(({ name }) => name !== state.name);
  return (
    <>
      <Text size="sm">
        You are <strong>{state.name}</strong>.
      </Text>
      <Button size="compact-sm" variant="default" mt={4} mb="sm" onClick={() => mail.changeName()}>
        Be somebody else
      </Button>
      <WriteTo />
      <Box
        role="group"
        aria-label="People"
        mt="sm"
        mah={{ base: 190, xs: 300 }}
        style={{ overflowY: "auto" }}
      >
        {others.map((person) => (
          <PersonLink key={person.name} person={person} state={state} />
        ))}
        {others.length === 0 && (
          <Text size="sm" c="dimmed">
            Nobody else has been here yet.
          </Text>
        )}
      </Box>
    </>
  );
}
