// SPDX-License-Identifier: MIT
//
// Text and numbers as they are written in packets: what is sent in one notation comes back with the
// same meaning.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient } from "./support/client.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { openSocket } from "./support/websocket.mjs";

const server = useServer();

/** Sends the text of an event and expects the text of the answer. */
async function exchange(sent, expected) {
  const session = await openSocket(server());
  session.send(sent);
  assert.equal(await session.next(), expected);
  session.close();
}

describe("text on the wire", () => {
  scenario("unicode is sent as it is or escaped, and means the same", async () => {
    const session = await openSocket(server());
    for (const text of ["€", "\u{1F680}", "\u2028", "\u007f", "\ufeff", "\uffff"]) {
      session.send(`42["message","${text}"]`);
      assert.deepEqual(JSON.parse((await session.next()).slice(2)), ["message-back", text]);
      const escaped = [...Array(text.length).keys()].map(
        (i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`,
      );
      session.send(`42["message","${escaped.join("")}"]`);
      assert.deepEqual(JSON.parse((await session.next()).slice(2)), ["message-back", text]);
    }
    session.close();
  });

  scenario("an escaped NUL is a character as any other", () =>
    exchange('42["message","a\\u0000b"]', '42["message-back","a\\u0000b"]'),
  );

  for (const [what, text, replaced] of [
    ["a lone high one", "\\ud800", "\ufffd"],
    ["a lone low one", "\\udc00", "\ufffd"],
    ["one between letters", "a\\ud83dz", "a\ufffdz"],
    ["two in the wrong order", "\\ude80\\ud83d", "\ufffd\ufffd"],
    ["one before another escape", "\\ud800\\n", "\ufffd\\n"],
  ]) {
    scenario(
      `a lone surrogate, ${what}, becomes U+FFFD`,
      { differs: "it keeps lone surrogates, which no UTF-8 text can hold" },
      () => exchange(`42["message","${text}"]`, `42["message-back","${replaced}"]`),
    );
  }

  scenario("a lone surrogate does not end the session", async (t) => {
    const socket = await connectClient(t, server());
    socket.emit("message", "\ud800", { "\udc00": "a\ud83d" });
    const [, text] = await socket.events.next();
    assert.equal(text.length, 1);
    assert.equal(await call(socket, "message-with-ack", 1), 1);
  });

  scenario("pairs of escaped surrogates are one character", () =>
    exchange('42["message","\\ud83d\\ude80"]', '42["message-back","\u{1F680}"]'),
  );
});

describe("numbers on the wire", () => {
  for (const number of [
    "0",
    "1",
    "-1",
    "9007199254740991",
    "-9007199254740991",
    "0.1",
    "1.5",
    "-2.25",
    "123456789.125",
    "1e100",
    "5e-324",
    "1.7976931348623157e308",
  ]) {
    scenario(`${number} means the same afterwards`, async () => {
      const session = await openSocket(server());
      session.send(`42["message",${number}]`);
      const answer = await session.next();
      assert.deepEqual(JSON.parse(answer.slice(2)), ["message-back", Number(number)]);
      session.close();
    });
  }

  for (const number of [
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
  ]) {
    scenario(`${number} is exact`, { differs: "all its numbers are doubles" }, () =>
      exchange(`42["message",${number}]`, `42["message-back",${number}]`),
    );
  }
});
