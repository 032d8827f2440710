// SPDX-License-Identifier: MIT
//
// RFC 6455 from a raw socket: what must be accepted, and what must be refused, with
// which close code.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { nextEvent } from "./support/deadline.mjs";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  PONG,
  TEXT,
  RawWebSocket,
  assertFramesRefused,
  frame,
} from "./support/raw_websocket.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("engine");
const open = () => RawWebSocket.open(server());

async function assertEchoes(socket, text = "4still here") {
  socket.send(TEXT, text);
  assert.equal(await socket.message(), text);
}

const assertRefuses = (...expectation) => assertFramesRefused(server(), ...expectation);

describe("messages", () => {
  scenario(
    "frames of the server are whole, unmasked, without reserved bits, with the shortest length",
    async () => {
      const socket = await open();
      for (const [length, lengthBytes] of [
        [1, 0],
        [125, 0],
        [126, 2],
        [65535, 2],
        [65536, 8],
      ]) {
        const text = "4" + "x".repeat(length - 1);
        socket.send(TEXT, text);
        const {
          fin,
          rsv,
          opcode,
          isMasked,
          lengthBytes: used,
          text: received,
        } = await socket.next();
        assert.deepEqual(
          { fin, rsv, opcode, isMasked, used },
          { fin: true, rsv: 0, opcode: TEXT, isMasked: false, used: lengthBytes },
        );
        assert.equal(received, text);
      }
      socket.destroy();
    },
  );

  scenario("text comes back as text, binary as binary without a type byte", async () => {
    const socket = await open();
    socket.send(TEXT, "4text");
    socket.send(BINARY, Buffer.from([4, 0, 255]));
    assert.equal(await socket.message(), "4text");
    const { opcode, payload } = await socket.next();
    assert.equal(opcode, BINARY);
    assert.deepEqual([...payload], [4, 0, 255]);
    socket.destroy();
  });

  scenario("an empty binary frame is an empty message", async () => {
    const socket = await open();
    socket.send(BINARY, "");
    socket.send(TEXT, "4after");
    const { payload, opcode } = await socket.next();
    if (opcode === BINARY) {
      assert.equal(payload.length, 0);
      assert.equal(await socket.message(), "4after");
    } else {
      assert.equal(payload.toString(), "4");
      assert.equal(await socket.message(), "4after");
    }
    socket.destroy();
  });

  scenario("base64 in a text frame is binary", async () => {
    const socket = await open();
    socket.send(TEXT, "bAQIDBA==");
    const { opcode, payload } = await socket.next();
    assert.equal(opcode, BINARY);
    assert.deepEqual([...payload], [1, 2, 3, 4]);
    socket.destroy();
  });

  scenario("a client that asks for base64 gets binary as text", async () => {
    const socket = await RawWebSocket.open(server(), { parameters: { b64: "1" } });
    socket.send(BINARY, Buffer.from([1, 2, 3, 4]));
    assert.equal(await socket.message(), "bAQIDBA==");
    socket.destroy();
  });

  scenario("any mask will do", async () => {
    const socket = await open();
    for (const mask of [
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [1, 0, 0, 0],
      [0, 0, 0, 9],
    ]) {
      for (let length = 1; length < 12; length++) {
        const text = "4" + "abcdefghijkl".slice(0, length);
        socket.send(TEXT, text, { mask: Buffer.from(mask) });
        assert.equal(await socket.message(), text);
      }
    }
    socket.destroy();
  });

  scenario("many frames in one segment are answered in order", async () => {
    const socket = await open();
    const texts = Array.from({ length: 500 }, (_, i) => `4${"x".repeat(i % 130)}${i}`);
    socket.write(Buffer.concat(texts.map((text) => frame(TEXT, text))));
    for (const text of texts) assert.equal(await socket.message(), text);
    socket.destroy();
  });

  scenario("a frame may arrive byte by byte, and the next one with its end", async () => {
    const socket = await open();
    for (const length of [1, 126, 300]) {
      const text = "4" + "€".repeat(length);
      const bytes = frame(TEXT, text);
      await socket.writeBytewise(bytes.subarray(0, -1));
      socket.write(Buffer.concat([bytes.subarray(-1), frame(TEXT, "4next")]));
      assert.equal(await socket.message(), text);
      assert.equal(await socket.message(), "4next");
    }
    socket.destroy();
  });

  scenario("a frame may come in the same segment as the handshake's end", async () => {
    const socket = await open();
    socket.write(
      Buffer.concat([frame(TEXT, "4a"), frame(PING, "p"), frame(BINARY, "b"), frame(TEXT, "4c")]),
    );
    assert.equal(await socket.message(), "4a");
    assert.equal((await socket.next()).opcode, PONG);
    assert.equal((await socket.next()).opcode, BINARY);
    assert.equal(await socket.message(), "4c");
    socket.destroy();
  });
});

describe("fragments", () => {
  scenario("are put together again", async () => {
    const socket = await open();
    socket.send(TEXT, "4one ", { fin: false });
    socket.send(CONTINUATION, "two ", { fin: false });
    socket.send(CONTINUATION, "", { fin: false });
    socket.send(CONTINUATION, "three");
    assert.equal(await socket.message(), "4one two three");
    socket.destroy();
  });

  scenario("binary ones too", async () => {
    const socket = await open();
    socket.send(BINARY, "", { fin: false });
    socket.send(CONTINUATION, Buffer.from([1, 2]), { fin: false });
    socket.send(CONTINUATION, Buffer.from([3]));
    const { opcode, payload } = await socket.next();
    assert.equal(opcode, BINARY);
    assert.deepEqual([...payload], [1, 2, 3]);
    socket.destroy();
  });

  scenario("a character may be cut between them", async () => {
    const socket = await open();
    const text = Buffer.from("4\u{1F680}€ä");
    for (let at = 1; at < text.length; at++) {
      socket.send(TEXT, text.subarray(0, at), { fin: false });
      socket.send(CONTINUATION, text.subarray(at));
      assert.equal(await socket.message(), text.toString());
    }
    socket.destroy();
  });

  scenario("control frames may come between them", async () => {
    const socket = await open();
    socket.send(TEXT, "4one ", { fin: false });
    socket.send(PING, "between");
    socket.send(CONTINUATION, "two ", { fin: false });
    socket.send(PONG, "unasked");
    socket.send(CONTINUATION, "three");
    const pong = await socket.next();
    assert.deepEqual([pong.opcode, pong.text], [PONG, "between"]);
    assert.equal(await socket.message(), "4one two three");
    socket.destroy();
  });

  scenario("there may be thousands of them", async () => {
    const socket = await open();
    const piece = "x".repeat(100);
    socket.write(
      frame(TEXT, "4", { fin: false }),
      Buffer.concat(
        Array.from({ length: 9_000 }, () => frame(CONTINUATION, piece, { fin: false })),
      ),
      frame(CONTINUATION, ""),
    );
    assert.equal((await socket.message()).length, 900_001);
    socket.destroy();
  });

  scenario("their sum may be the limit, not more", async () => {
    const socket = await open();
    const half = "4" + "x".repeat(499_999);
    socket.send(TEXT, half, { fin: false });
    socket.send(CONTINUATION, "x".repeat(500_000));
    assert.equal((await socket.message()).length, 1_000_000);
    socket.send(TEXT, half, { fin: false });
    socket.send(CONTINUATION, "x".repeat(500_000), { fin: false });
    socket.send(CONTINUATION, "x");
    await socket.assertClosedWith(1009);
  });

  scenario("a continuation of nothing is refused", () =>
    assertRefuses(1002, frame(CONTINUATION, "4a")),
  );

  scenario("a new message inside a fragmented one is refused", () =>
    assertRefuses(1002, frame(TEXT, "4a", { fin: false }), frame(TEXT, "4b")),
  );

  scenario("a continuation after the last fragment is refused", async () => {
    const socket = await open();
    socket.write(
      frame(TEXT, "4a", { fin: false }),
      frame(CONTINUATION, "b"),
      frame(CONTINUATION, "c"),
    );
    assert.equal(await socket.message(), "4ab");
    await socket.assertClosedWith(1002);
  });

  scenario("without end they meet a limit", async () => {
    const socket = await open();
    socket.send(TEXT, "4", { fin: false });
    socket.write(
      Buffer.concat(Array.from({ length: 20_000 }, () => frame(CONTINUATION, "", { fin: false }))),
    );
    const closing = await socket.next("a close frame");
    assert.equal(closing.opcode, CLOSE);
    assert.ok([1008, 1009].includes(closing.payload.readUInt16BE(0)));
  });
});

describe("violations are answered with 1002", () => {
  scenario("a frame that is not masked", () =>
    assertRefuses(1002, frame(TEXT, "4a", { mask: null })),
  );

  for (const rsv of [1, 2, 4, 7]) {
    scenario(`reserved bits ${rsv.toString(2).padStart(3, "0")}`, () =>
      assertRefuses(1002, frame(TEXT, "4a", { rsv })),
    );
  }

  scenario("reserved bits on control frames and continuations", async () => {
    await assertRefuses(1002, frame(PING, "", { rsv: 4 }));
    await assertRefuses(
      1002,
      frame(TEXT, "4a", { fin: false }),
      frame(CONTINUATION, "b", { rsv: 4 }),
    );
  });

  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    scenario(`opcode ${opcode}`, () => assertRefuses(1002, frame(opcode, "")));
  }

  scenario("a control frame of more than 125 bytes", () =>
    assertRefuses(1002, frame(PING, "x".repeat(126))),
  );

  scenario("a control frame in fragments", () =>
    assertRefuses(1002, frame(PING, "", { fin: false })),
  );

  for (const [length, lengthBytes] of [
    [5, 2],
    [125, 2],
    [200, 8],
    [65535, 8],
    [5, 8],
  ]) {
    scenario(`a length of ${length} in ${lengthBytes} bytes`, { differs: "ws accepts it" }, () =>
      assertRefuses(1002, frame(TEXT, "4" + "x".repeat(length - 1), { lengthBytes })),
    );
  }
});

describe("sizes", () => {
  scenario("a message of exactly the limit comes back", async () => {
    const socket = await open();
    const text = "4" + "x".repeat(999_999);
    socket.send(TEXT, text);
    assert.equal(await socket.message(), text);
    socket.destroy();
  });

  scenario("one byte more is refused with 1009", async () => {
    const socket = await open();
    socket.send(TEXT, "4" + "x".repeat(1_000_000));
    await socket.assertClosedWith(1009);
  });

  scenario("the announced length suffices, the data need not come", async () => {
    for (const announced of [1_000_001, 2 ** 31, 2 ** 32 + 1, 2 ** 52]) {
      const socket = await open();
      socket.send(BINARY, "", { announced, lengthBytes: 8 });
      await socket.assertClosedWith(1009);
    }
  });

  scenario("a length with the highest bit set is refused", async () => {
    const socket = await open();
    socket.write(
      Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
    );
    const closing = await socket.next();
    assert.equal(closing.opcode, CLOSE);
    assert.ok([1002, 1009].includes(closing.payload.readUInt16BE(0)));
  });
});

describe("text that is not UTF-8 is answered with 1007", () => {
  const cases = {
    "a lone continuation byte": [0x80],
    "a start byte without the rest": [0xe2, 0x82],
    "a start byte followed by text": [0xe2, 0x28, 0xa1],
    "an overlong slash": [0xc0, 0xaf],
    "an overlong character of three bytes": [0xe0, 0x80, 0xaf],
    "a surrogate": [0xed, 0xa0, 0x80],
    "a character past U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
    "a byte that never occurs": [0xff],
    "five bytes": [0xf8, 0x88, 0x80, 0x80, 0x80],
  };
  for (const [what, bytes] of Object.entries(cases)) {
    scenario(what, () => assertRefuses(1007, frame(TEXT, Buffer.from([0x34, 0x61, ...bytes]))));
  }

  scenario("cut over fragments", () =>
    assertRefuses(
      1007,
      frame(TEXT, Buffer.from([0x34, 0xe2]), { fin: false }),
      frame(CONTINUATION, Buffer.from([0x28, 0xa1])),
    ),
  );

  scenario("binary may hold any bytes", async () => {
    const socket = await open();
    socket.send(BINARY, Buffer.from([0xff, 0xfe, 0x80]));
    assert.deepEqual([...(await socket.next()).payload], [0xff, 0xfe, 0x80]);
    socket.destroy();
  });
});

describe("ping and pong", () => {
  scenario("a pong has the ping's data, up to 125 bytes", async () => {
    const socket = await open();
    for (const data of ["", "x", "y".repeat(125), Buffer.from([0, 255, 254])]) {
      socket.send(PING, data);
      const { opcode, payload } = await socket.next();
      assert.equal(opcode, PONG);
      assert.deepEqual(payload, Buffer.from(data));
    }
    socket.destroy();
  });

  scenario("each of several that come at once is answered", async () => {
    const socket = await open();
    socket.write(Buffer.concat(Array.from({ length: 10 }, (_, i) => frame(PING, `${i}`))));
    for (let i = 0; i < 10; i++) {
      const { opcode, text } = await socket.next();
      assert.deepEqual([opcode, text], [PONG, `${i}`]);
    }
    socket.destroy();
  });

  scenario("a flood of pings does not drown the messages", async () => {
    const socket = await open();
    socket.write(
      Buffer.concat(Array.from({ length: 5000 }, () => frame(PING, "flood"))),
      frame(TEXT, "4after"),
    );
    let pongs = 0;
    for (let received; (received = await socket.next()).opcode !== TEXT; pongs++)
      assert.equal(received.opcode, PONG);
    assert.ok(pongs > 0);
    socket.destroy();
  });

  scenario("a pong that nobody asked for is ignored", async () => {
    const socket = await open();
    socket.send(PONG, "unasked");
    await assertEchoes(socket);
    socket.destroy();
  });
});

describe("a peer that does not read", () => {
  scenario("does not keep others from being served", async () => {
    const stuck = await open();
    stuck.tcp.pause();
    const other = await open();
    for (let i = 0; i < 20; i++) stuck.send(TEXT, "4" + "x".repeat(900_000));
    for (let i = 0; i < 5; i++) await assertEchoes(other, `4message ${i}`);
    stuck.destroy();
    other.destroy();
    await nextEvent(stuck.tcp, "close").catch(() => {});
  });
});
