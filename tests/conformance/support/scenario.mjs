// SPDX-License-Identifier: MIT
//
// One case. `differs` marks an intended difference: there the reference is wrong (the text says
// why). Such a case also runs against the reference, where it must fail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { patience } from "./deadline.mjs";
import { againstReference } from "./server.mjs";

export function scenario(name, options, body) {
  if (typeof options === "function") return scenario(name, {}, options);
  const { differs, timeout = 45_000 } = options;
  if (!differs || !againstReference) return test(name, { timeout }, body);
  return test(`${name} (the reference differs: ${differs})`, { timeout }, async (t) => {
    const usual = patience.milliseconds;
    patience.milliseconds = 400;
    try {
      await assert.rejects(async () => body(t), "the reference does not differ any more");
    } finally {
      patience.milliseconds = usual;
    }
  });
}
