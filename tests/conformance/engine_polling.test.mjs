// SPDX-License-Identifier: MIT
//
// Engine.IO over long-polling: payloads, content types, limits, overlapping and aborted
// requests, closing.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { describe } from "node:test";
import { until } from "./support/deadline.mjs";
import { RawConnection, send } from "./support/http.mjs";
import { visits } from "./support/parking.mjs";
import { PollingSession, UNKNOWN_SESSION } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("engine");
const open = () => PollingSession.open(server());

async function assertUnknown(session) {
  const answer = await session.get();
  assert.equal(answer.status, 400);
  assert.deepEqual(JSON.parse(answer.body), UNKNOWN_SESSION);
}

describe("payloads", () => {
  scenario("a message comes back", async () => {
    const session = await open();
    await session.write("4hello");
    const answer = await session.get();
    assert.equal(answer.body, "4hello");
    assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(answer.headers["content-length"], "6");
    assert.equal(answer.headers["cache-control"], "no-store");
  });

  scenario("a POST is answered `ok` as text/html", async () => {
    const session = await open();
    const answer = await session.post("4hello");
    assert.equal(answer.body, "ok");
    assert.equal(answer.headers["content-type"], "text/html");
    assert.equal(answer.headers["content-length"], "2");
  });

  scenario("several packets travel in one payload, both ways, in order", async () => {
    const session = await open();
    await session.write("4one", "4two", "4", "4three");
    assert.deepEqual(await session.poll(), ["4one", "4two", "4", "4three"]);
  });

  scenario("an empty message is a message", async () => {
    const session = await open();
    await session.write("4");
    assert.deepEqual(await session.poll(), ["4"]);
  });

  scenario("binary travels as base64", async () => {
    const session = await open();
    await session.write("bAQIDBA==", "4text", "b/+8=");
    assert.deepEqual(await session.poll(), ["bAQIDBA==", "4text", "b/+8="]);
  });

  scenario("base64 may come in lines, as from the Java client", async () => {
    const session = await open();
    const bytes = Buffer.from(Array.from({ length: 100 }, (_, i) => (i * 7) % 256));
    const base64 = bytes.toString("base64");
    await session.write(`b${base64.slice(0, 76)}\n${base64.slice(76)}\n\x1e4behind`);
    assert.deepEqual(await session.poll(), [`b${base64}`, "4behind"]);
  });

  scenario("all byte values survive base64", async () => {
    const session = await open();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const length of [1, 2, 3, 255, 256]) {
      await session.write(`b${bytes.subarray(0, length).toString("base64")}`);
      assert.equal((await session.poll())[0], `b${bytes.subarray(0, length).toString("base64")}`);
    }
  });

  scenario("characters outside ASCII count in bytes", async () => {
    const session = await open();
    const text = "4€ ä 日本語 \u{1F680} \u0000 end";
    await session.write(text);
    const answer = await session.get();
    assert.equal(answer.body, text);
    assert.equal(Number(answer.headers["content-length"]), Buffer.byteLength(text));
  });

  scenario("a multi-byte character may be cut by the network", async () => {
    const session = await open();
    const body = Buffer.from("4\u{1F680}");
    const connection = await RawConnection.open(server());
    connection.write(
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    for (const byte of body) {
      connection.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.match(await connection.receive(/ok$/), /^HTTP\/1\.1 200/);
    connection.destroy();
    assert.equal(await session.next(), "4\u{1F680}");
  });

  scenario("a chunked body is as good as one with a length", async () => {
    const session = await open();
    const answer = await session.post(undefined, {
      headers: { "transfer-encoding": "chunked" },
      onRequest: (request) => {
        request.write("4he");
        request.write("llo\x1e4world");
      },
    });
    assert.equal(answer.body, "ok");
    assert.deepEqual(await session.poll(), ["4hello", "4world"]);
  });

  scenario("other text content types are accepted, none as well", async () => {
    const session = await open();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
      assert.equal((await session.post("4a", { headers: { "content-type": type } })).body, "ok");
      assert.equal(await session.next(), "4a");
    }
    assert.equal((await session.post("4a", { headers: {} })).body, "ok");
    assert.equal(await session.next(), "4a");
  });

  scenario(
    "thousands of small packets fit a payload, as the official client sends them",
    async () => {
      const session = await open();
      const packets = Array.from({ length: 5000 }, (_, i) => `4${i}`);
      await session.write(...packets);
      const received = [];
      while (received.length < packets.length) received.push(await session.next());
      assert.deepEqual(received, packets);
    },
  );

  scenario("a message waits for the next poll", async () => {
    const session = await open();
    await session.write("4one");
    await session.write("4two");
    assert.deepEqual(await session.poll(), ["4one", "4two"]);
  });

  scenario("a poll waits for the next message", async () => {
    const session = await open();
    const poll = await session.park();
    await session.write("4late");
    assert.equal((await poll.answer).body, "4late");
  });

  scenario("a large body is compressed for who accepts it, a small one never", async () => {
    const session = await open();
    const large = "4" + "x".repeat(5000);
    await session.write(large);
    const compressed = await session.get({ headers: { "accept-encoding": "gzip" } });
    assert.ok([undefined, "gzip"].includes(compressed.headers["content-encoding"]));
    await session.write(large);
    assert.equal((await session.get()).body, large);
    await session.write("4small");
    const small = await session.get({ headers: { "accept-encoding": "gzip" } });
    assert.equal(small.headers["content-encoding"], undefined);
    assert.equal(small.body, "4small");
  });
});

describe("limits", () => {
  scenario("a body of exactly the limit passes and comes back", async () => {
    const session = await open();
    const body = "4" + "x".repeat(999_999);
    assert.equal((await session.post(body)).body, "ok");
    assert.equal(await session.next(), body);
  });

  scenario("a body one byte past the limit is answered 413", async () => {
    const session = await open();
    assert.equal((await session.post("4" + "x".repeat(1_000_000))).status, 413);
  });

  scenario("the limit counts bytes", async () => {
    const session = await open();
    assert.equal((await session.post("4" + "€".repeat(333_334))).status, 413);
  });

  scenario("the limit holds for chunked bodies", async () => {
    const session = await open();
    const answer = await session.post(undefined, {
      headers: { "transfer-encoding": "chunked" },
      onRequest: (request) => {
        for (let i = 0; i < 11; i++) request.write("4".repeat(100_000));
      },
    });
    assert.equal(answer.status, 413);
  });

  scenario(
    "an announced length past the limit is refused before the body",
    { differs: "it reads as much as the limit first" },
    async () => {
      const session = await open();
      const connection = await RawConnection.open(server());
      connection.write(
        `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n`,
      );
      assert.match(await connection.receive(/\r\n\r\n/, "413"), /^HTTP\/1\.1 413 /);
      connection.destroy();
    },
  );

  scenario(
    "a compressed request body is refused, never inflated",
    { differs: "it takes the compressed bytes for text" },
    async () => {
      const session = await open();
      const body = gzipSync("4hello");
      const answer = await session.post(body, { headers: { "content-encoding": "gzip" } });
      assert.equal(answer.status, 415);
    },
  );
});

describe("one poll and one post at a time", () => {
  scenario("a second poll ends the session", async () => {
    const session = await open();
    const first = await session.park();
    const second = await session.get();
    assert.equal(second.status, 400);
    assert.equal(second.body, "");
    const answer = await first.answer;
    assert.equal(answer.status, 200);
    assert.equal(answer.body, "1");
    await assertUnknown(session);
  });

  scenario("a second post ends the session", async () => {
    const session = await open();
    const first = await RawConnection.open(server());
    // Its connection is at the session's loop before the second one is opened.
    first.write(
      `GET ${session.path({ transport: "websocket" })} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    await first.receive(/"code":3/);
    first.write(
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n4abc`,
    );
    await visits(session);
    const second = await session.post("4second");
    assert.equal(second.status, 400);
    assert.equal(second.body, "");
    await first.closed("the first POST's connection");
    await assertUnknown(session);
  });

  scenario("a poll that is aborted ends the session", async () => {
    const session = await open();
    const poll = await session.park();
    poll.abort();
    await until(async () => (await session.post("3")).status === 400, "the session's end");
    await assertUnknown(session);
  });

  scenario("a post that is aborted ends the session", async () => {
    const session = await open();
    const post = await RawConnection.open(server());
    post.write(
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n4abc`,
    );
    post.socket.end();
    post.socket.destroySoon();
    await session.assertClosed();
  });

  scenario("polls and posts may share a connection, pipelined", async () => {
    const session = await open();
    const connection = await RawConnection.open(server());
    const post = (body) =>
      `POST ${session.path()} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    connection.write(
      post("4one") + post("4two") + `GET ${session.path()} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    const text = await connection.receive(/4two/, "the echo");
    assert.match(text, /ok(?=HTTP).*ok(?=HTTP).*4one\x1e4two$/s);
    connection.destroy();
  });
});

describe("what ends a session", () => {
  scenario("the close packet: a waiting poll gets a noop, the session is gone", async () => {
    const session = await open();
    const poll = await session.park();
    await session.write("1");
    assert.equal((await poll.answer).body, "6");
    await assertUnknown(session);
  });

  scenario("packets after the close packet are not handled", async () => {
    const session = await open();
    await session.write("1", "4late");
    await assertUnknown(session);
  });

  for (const [what, body] of [
    ["an empty body", ""],
    ["an unknown packet type", "abc"],
    ["packet type 7", "7"],
    ["an empty packet between others", "4a\x1e\x1e4b"],
    ["an empty packet at the end", "4a\x1e"],
    ["nothing but separators", "\x1e".repeat(1000)],
    ["a ping from the client", "2"],
  ]) {
    scenario(`${what}: 200, and the session is closed`, async () => {
      const session = await open();
      const answer = await session.post(body);
      assert.equal(answer.status, 200);
      await session.assertClosed();
    });
  }

  scenario("a megabyte of separators is refused at once", async () => {
    const session = await open();
    const answer = await session.post("\x1e".repeat(1_000_000));
    assert.ok([200, 413].includes(answer.status));
    await session.assertClosed();
  });

  scenario(
    "base64 that is none",
    { differs: "Node.js decodes what it can and drops the rest" },
    async () => {
      for (const packet of ["b!!!!", "b=", "bA", "bAQ=I", "bAQ ID", "bA-_A"]) {
        const session = await open();
        await session.post(packet);
        await session.assertClosed();
      }
    },
  );

  scenario("text that is not UTF-8", { differs: "it replaces the bytes" }, async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const session = await open();
      await session.post(Buffer.from([0x34, ...bytes]));
      await session.assertClosed();
    }
  });

  scenario("content type application/octet-stream: 400, and the session is closed", async () => {
    const session = await open();
    const answer = await session.post("4a", {
      headers: { "content-type": "application/octet-stream" },
    });
    assert.equal(answer.status, 400);
    await assertUnknown(session);
  });
});

describe("what does not end a session", () => {
  scenario("open, upgrade and noop packets from the client are ignored", async () => {
    const session = await open();
    await session.write("0", '0{"sid":"x"}', "5", "6", "6probe", "3", "3probe");
    await session.assertAlive();
  });

  scenario(
    "another method than GET and POST is answered 405",
    { differs: "it answers 500" },
    async () => {
      const session = await open();
      for (const method of ["PUT", "DELETE", "PATCH", "HEAD"]) {
        assert.equal((await send(server(), session.path(), { method })).status, 405, method);
      }
      await session.assertAlive();
    },
  );

  scenario("another method than GET and POST leaves the session alone", async () => {
    const session = await open();
    for (const method of ["PUT", "DELETE", "PATCH", "HEAD"])
      await send(server(), session.path(), { method });
    await session.assertAlive();
  });

  scenario("JSONP and base64 parameters reflect nothing", async () => {
    const session = await open();
    await session.write("4x");
    const answer = await send(server(), session.path({ b64: "1", t: "<script>" }));
    assert.equal(answer.status, 200);
    assert.equal(answer.body, "4x");
  });
});
