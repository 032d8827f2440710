// SPDX-License-Identifier: MIT
//
// How WebSocket connections end: close frames, the end of TCP, and Engine.IO packets that
// end a session.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "./support/deadline.mjs";
import {
  CLOSE,
  TEXT,
  RawWebSocket,
  assertFramesRefused,
  closePayload,
  frame,
} from "./support/raw_websocket.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("engine");
const open = () => RawWebSocket.open(server());
const assertRefuses = (...expectation) => assertFramesRefused(server(), ...expectation);

async function assertEchoes(socket, text = "4still here") {
  socket.send(TEXT, text);
  assert.equal(await socket.message(), text);
}

describe("closing", () => {
  for (const [what, payload, answer] of [
    ["without a code", "", undefined],
    ["with 1000", closePayload(1000), 1000],
    ["with 1001 and a reason", closePayload(1001, "going"), 1001],
    ["with a code of an application", closePayload(4999, "€"), 4999],
    ["with the longest reason", closePayload(1000, "x".repeat(123)), 1000],
  ]) {
    scenario(`a close frame ${what} is answered, then TCP ends`, async () => {
      const socket = await open();
      socket.send(CLOSE, payload);
      const received = await socket.next();
      assert.equal(received.opcode, CLOSE);
      const code = received.payload.length === 0 ? undefined : received.payload.readUInt16BE(0);
      assert.ok(code === answer || code === undefined, `answered with ${code}`);
      await within(socket.tcpClosed, "the end of the TCP connection");
    });
  }

  for (const [what, payload] of [
    ["one byte", Buffer.from([3])],
    ["code 0", closePayload(0)],
    ["code 999", closePayload(999)],
    ["code 1004", closePayload(1004)],
    ["code 1005", closePayload(1005)],
    ["code 1006", closePayload(1006)],
    ["code 1015", closePayload(1015)],
    ["code 2999", closePayload(2999)],
    ["code 5000", closePayload(5000)],
  ]) {
    scenario(`a close frame with ${what} is a violation`, () =>
      assertRefuses(1002, frame(CLOSE, payload)),
    );
  }

  scenario("a reason that is not UTF-8 is answered with 1007", () =>
    assertRefuses(1007, frame(CLOSE, Buffer.from([0x03, 0xe8, 0xff, 0xfe]))),
  );

  scenario("what follows a close frame is ignored, a second one included", async () => {
    const socket = await open();
    socket.write(
      Buffer.concat([
        frame(CLOSE, closePayload(1000)),
        frame(TEXT, "4late"),
        frame(CLOSE, closePayload(1001)),
      ]),
    );
    assert.equal((await socket.next()).opcode, CLOSE);
    await within(socket.tcpClosed, "the end of the TCP connection");
    assert.equal(socket.frames.size, 0);
  });

  scenario("the end of TCP without a close frame ends the session", async () => {
    for (const end of ["end", "destroy", "resetAndDestroy"]) {
      const socket = await open();
      socket.tcp[end]();
      if (end === "end") await within(socket.tcpClosed, "the other half's end");
    }
  });

  scenario("the end of TCP in the middle of a frame or message ends the session", async () => {
    for (const bytes of [
      frame(TEXT, "4abc").subarray(0, 1),
      frame(TEXT, "4abc").subarray(0, 7),
      frame(TEXT, "4a", { fin: false }),
    ]) {
      const socket = await open();
      socket.write(bytes);
      socket.tcp.end();
      await within(socket.tcpClosed, "the other half's end");
    }
  });
});

describe("Engine.IO packets in frames", () => {
  for (const [what, text] of [
    ["an empty text frame", ""],
    ["an unknown packet type", "abc"],
    ["packet type 7", "7"],
    ["a ping in the wrong direction", "2"],
  ]) {
    scenario(`${what} closes the session`, async () => {
      const socket = await open();
      socket.send(TEXT, text);
      const received = await socket.next();
      assert.equal(received.opcode, CLOSE);
      socket.send(CLOSE, received.payload);
      await within(socket.tcpClosed, "the end of the TCP connection");
    });
  }

  scenario("a close packet closes at once", { differs: "it ignores the packet" }, async () => {
    const socket = await open();
    socket.send(TEXT, "1");
    assert.equal((await socket.frames.next("a close frame")).opcode, CLOSE);
  });

  scenario(
    "base64 that is none closes the session",
    { differs: "Node.js decodes what it can" },
    async () => {
      for (const text of ["b!!!!", "b=", "bA"]) {
        const socket = await open();
        socket.send(TEXT, text);
        assert.equal((await socket.next("a close frame")).opcode, CLOSE);
        socket.destroy();
      }
    },
  );

  scenario("open, upgrade, noop and pong packets are ignored", async () => {
    const socket = await open();
    for (const text of ["0", "0{}", "5", "6", "3", "3probe"]) socket.send(TEXT, text);
    await assertEchoes(socket);
    socket.destroy();
  });

  scenario("a separator inside a frame is data", async () => {
    const socket = await open();
    await assertEchoes(socket, "4a\x1e4b");
    socket.destroy();
  });
});
