// SPDX-License-Identifier: MIT
import { Avatar } from "@mantine/core";

/** Those on which white can be read. */
const colours = ["blue", "cyan", "grape", "indigo", "pink", "red", "teal", "violet"];

/** The same name has the same colour on every screen. It says nothing that the name does not. */
export function PersonAvatar({ name, size = "sm" }: { name: string; size?: string }) {
  return (
    <Avatar
      name={name}
      color="initials"
      allowedInitialsColors={colours}
      variant="filled"
      size={size}
      aria-hidden
    />
  );
}
