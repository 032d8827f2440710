// SPDX-License-Identifier: MIT
import { Code } from "@mantine/core";

export function WhoIsAdministrator() {
  return (
    <>
      The first account created is the administrator’s, unless the server was started with{" "}
      <Code>ADMIN_EMAIL</Code>: then it is the one with that address.
    </>
  );
}
