// SPDX-License-Identifier: MIT
//
// HTTP/1.1 that no well-behaved client writes: what is refused, and that the connection ends
// after a refusal.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { RawConnection, rawStatus, send, target } from "./support/http.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("engine");
const handshake = () => target(server(), { transport: "polling" });

/** A handshake with these header lines instead of the usual ones. */
const get = (...lines) =>
  `GET ${handshake()} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
const HOST = "Host: localhost";

// Matters only for the reference, which runs on the same Node.js as the cases.
const lenient =
  Number(process.versions.node.split(".")[0]) < 20 ? "Node.js 18 lets it pass" : undefined;

async function assertStatus(expected, bytes, what) {
  const allowed = [expected].flat();
  const status = await rawStatus(server(), Buffer.from(bytes, "latin1"));
  assert.ok(
    allowed.includes(status),
    `${what ?? JSON.stringify(bytes.slice(0, 200))} was answered ${status}`,
  );
}

/**
 * The request is refused with 400 (or one of `expected`) and the connection ends: nothing that
 * follows on it counts as a request.
 */
async function assertRefused(bytes, expected = [400]) {
  const connection = await RawConnection.open(server());
  connection.write(Buffer.from(bytes, "latin1"));
  const text = await connection.closed(
    `the end of the connection after ${JSON.stringify(bytes.slice(0, 200))}`,
  );
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  assert.equal(statuses.length, 1, `${JSON.stringify(bytes.slice(0, 200))} got ${statuses}`);
  assert.ok(
    expected.includes(statuses[0]),
    `${JSON.stringify(bytes.slice(0, 200))} got ${statuses}`,
  );
}

async function assertRefusedPost(headers, body = "4a", expected) {
  const session = await PollingSession.open(server());
  await assertRefused(
    `POST ${session.path()} HTTP/1.1\r\n${HOST}\r\n${headers}\r\n${body}`,
    expected,
  );
}

describe("requests in pieces", () => {
  scenario("a request may arrive byte by byte", async () => {
    const connection = await RawConnection.open(server());
    for (const byte of Buffer.from(get(HOST))) {
      connection.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.match(await connection.receive(/"sid"/), /^HTTP\/1\.1 200 /);
    connection.destroy();
  });

  scenario("a request may be cut anywhere", async () => {
    const bytes = Buffer.from(get(HOST, "Accept: */*"));
    await Promise.all(
      Array.from({ length: bytes.length - 1 }, async (_, i) => {
        const connection = await RawConnection.open(server());
        connection.write(bytes.subarray(0, i + 1));
        await new Promise(setImmediate);
        connection.write(bytes.subarray(i + 1));
        assert.match(await connection.receive(/"sid"/), /^HTTP\/1\.1 200 /);
        connection.destroy();
      }),
    );
  });

  scenario("half a request and the end of TCP harm nobody", async () => {
    for (const end of ["end", "resetAndDestroy"]) {
      const connection = await RawConnection.open(server());
      connection.write(get(HOST).slice(0, 30));
      connection.socket[end]();
    }
    await assertStatus(200, get(HOST));
  });

  scenario("blank lines before a request are skipped", async () => {
    await assertStatus(200, `\r\n${get(HOST)}`);
    await assertStatus(200, `\r\n\r\n\r\n${get(HOST)}`);
  });

  scenario("tokens and cookies may be large", async () => {
    const large = "c".repeat(15_000);
    await assertStatus(200, get(HOST, `Cookie: token=${large}`));
    await assertStatus(200, get(HOST).replace(handshake(), `${handshake()}&token=${large}`));
  });

  scenario("a response says what time it is", async () => {
    const connection = await RawConnection.open(server());
    connection.write(get(HOST));
    const text = await connection.receive(/"sid"/);
    const [, date] = /\r\nDate: (.*)\r\n/.exec(text);
    assert.equal(new Date(date).toUTCString(), date);
    assert.ok(Math.abs(Date.now() - Date.parse(date)) < 60_000, `it is not ${date}`);
    connection.destroy();
  });

  scenario("a client that closes gets its answer and the end", async () => {
    const connection = await RawConnection.open(server());
    connection.write(get(HOST, "Connection: close"));
    const text = await connection.closed();
    assert.match(text, /^HTTP\/1\.1 200 .*"sid"/s);
  });

  scenario("HTTP/1.0 is served, and its connection ends", async () => {
    const connection = await RawConnection.open(server());
    connection.write(get(HOST).replace("HTTP/1.1", "HTTP/1.0"));
    const text = await connection.closed();
    assert.match(text, /^HTTP\/1\.[01] 200 .*"sid"/s);
  });

  scenario("answers to pipelined requests come in order", async () => {
    const connection = await RawConnection.open(server());
    const unknown = get(HOST).replace(
      handshake(),
      target(server(), { transport: "polling", sid: "x" }),
    );
    connection.write(get(HOST) + unknown + get(HOST));
    const text = await connection.receive(/"sid".*"code".*"sid"/s, "three answers in order");
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), [
      "HTTP/1.1 200",
      "HTTP/1.1 400",
      "HTTP/1.1 200",
    ]);
    connection.destroy();
  });

  scenario("Expect: 100-continue is answered before the body", async () => {
    const session = await PollingSession.open(server());
    const connection = await RawConnection.open(server());
    connection.write(
      `POST ${session.path()} HTTP/1.1\r\n${HOST}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
    );
    assert.match(await connection.receive(/\r\n\r\n/), /^HTTP\/1\.1 100 /);
    connection.write("4a");
    assert.match(await connection.receive(/ok$/), /HTTP\/1\.1 200 /);
    connection.destroy();
    assert.equal(await session.next(), "4a");
  });

  scenario("any other expectation is refused with 417", () =>
    assertStatus(417, get(HOST, "Expect: 200-ok")),
  );
});

describe("start line", () => {
  scenario("junk is no request", async () => {
    for (const bytes of [
      "\x16\x03\x01\x02\x00\x01\x00",
      "hello\r\n\r\n",
      "\0\0\0\0",
      "GET\r\n\r\n",
    ]) {
      await assertRefused(bytes + "\r\n\r\n");
    }
  });

  scenario("the method has to be one", async () => {
    for (const method of ["get", "G@T", "GE T", "(GET)", "X".repeat(1000)]) {
      await assertRefused(get(HOST).replace(/^GET/, method), [400, 405, 501]);
    }
  });

  scenario("the version has to be one", async () => {
    for (const version of ["HTTP/1", "HTTP/1.12", "http/1.1", "HTTP/x.1", "HTTPS/1.1"]) {
      await assertRefused(get(HOST).replace("HTTP/1.1", version), [400, 505]);
    }
  });

  scenario("control characters in the target are refused", async () => {
    for (const character of ["\0", "\x01", "\x7f"])
      await assertRefused(get(HOST).replace("?", `?${character}`));
  });

  scenario("no spelling of a path reaches another handler", async () => {
    for (const path of [
      "//engine.io/",
      "/x/../engine.io/",
      "/%2e%2e/engine.io/",
      "/ENGINE.IO/",
      "/%65ngine.io/",
    ]) {
      await assertStatus([400, 404], get(HOST).replace(server().path, path), path);
    }
  });

  scenario("a broken escape in the query is no harm", async () => {
    for (const query of ["%", "%zz", "%00", "%ff", "a=%e2%82", "=", "&&&", "a[b]=c"]) {
      await assertStatus([200, 400], get(HOST).replace("?", `?${query}&`), query);
    }
  });
});

describe("header fields", () => {
  scenario("HTTP/1.1 wants a Host", { differs: lenient }, () => assertRefused(get("Accept: */*")));

  scenario("and one only", { differs: "Node.js takes the first" }, () =>
    assertRefused(get(HOST, "Host: other")),
  );

  for (const [what, line, differs] of [
    ["a blank before the colon", "Accept : */*", lenient],
    ["a blank in the name", "Acc ept: */*", lenient],
    ["no colon", "Accept"],
    ["an empty name", ": x", lenient],
    ["a NUL in the name", "Acc\0ept: x"],
    ["a NUL in the value", "Accept: a\0b"],
    ["a bare CR in the value", "Accept: a\rb"],
    ["a bracket in the name", "Acc(ept: x"],
    ["a byte past ASCII in the name", "Acc\xe4pt: x"],
    ["a folded value", "Accept: a\r\n b"],
    ["a blank before the first name", null, lenient],
  ]) {
    scenario(`${what} is refused`, { differs }, () =>
      assertRefused(line === null ? get(` ${HOST}`) : get(HOST, line)),
    );
  }

  scenario("lines that end without CR are refused", async () => {
    await assertRefused(get(HOST, "Accept: */*").replaceAll("\r\n", "\n"));
  });

  scenario("a header of 20 KB is refused with 431", async () => {
    await assertRefused(get(HOST, `X-Long: ${"x".repeat(20_000)}`), [431]);
  });

  scenario("a header of the usual size of cookies passes", async () => {
    await assertStatus(200, get(HOST, `Cookie: ${"x".repeat(4000)}`));
  });

  scenario("header names are not case sensitive, blanks around values do not count", async () => {
    const session = await PollingSession.open(server());
    await assertStatus(
      200,
      `POST ${session.path()} HTTP/1.1\r\nhOsT: localhost\r\ncOnTeNt-LeNgTh:   2  \r\n\r\n4a`,
    );
    assert.equal(await session.next(), "4a");
  });
});

describe("body length", () => {
  for (const length of [
    "-1",
    "+2",
    "0x2",
    "2_0",
    "2 2",
    "",
    "2,3",
    "18446744073709551616",
    "9".repeat(26),
    "2.0",
    "two",
  ]) {
    scenario(`Content-Length ${JSON.stringify(length)} is refused`, () =>
      assertRefusedPost(`Content-Length: ${length}\r\n`, "4a", [400, 413]),
    );
  }

  scenario("two lengths are refused", async () => {
    await assertRefusedPost("Content-Length: 2\r\nContent-Length: 3\r\n");
  });

  scenario("the same length twice is refused too", async () => {
    await assertRefusedPost("Content-Length: 2\r\nContent-Length: 2\r\n");
  });

  scenario("a length and chunks together are refused", async () => {
    for (const name of ["Transfer-Encoding", "TRANSFER-ENCODING", "transfer-encoding"]) {
      await assertRefusedPost(`Content-Length: 2\r\n${name}: chunked\r\n`, "2\r\n4a\r\n0\r\n\r\n");
      await assertRefusedPost(`${name}: chunked\r\nContent-Length: 2\r\n`, "2\r\n4a\r\n0\r\n\r\n");
    }
  });

  for (const coding of ["xchunked", "chunked;a", "identity", "chunked, gzip", "chunked, chunked"]) {
    scenario(`Transfer-Encoding ${JSON.stringify(coding)} is refused`, () =>
      assertRefusedPost(`Transfer-Encoding: ${coding}\r\n`, "2\r\n4a\r\n0\r\n\r\n", [400, 501]),
    );
  }

  for (const coding of [",chunked", "gzip, chunked"]) {
    scenario(
      `Transfer-Encoding ${JSON.stringify(coding)} is refused as well`,
      { differs: "Node.js only looks at the last coding" },
      () =>
        assertRefusedPost(`Transfer-Encoding: ${coding}\r\n`, "2\r\n4a\r\n0\r\n\r\n", [400, 501]),
    );
  }
});

describe("chunks", () => {
  const headers = "Transfer-Encoding: chunked\r\n";

  scenario("are put together, extensions and trailers are dropped", async () => {
    const session = await PollingSession.open(server());
    await assertStatus(
      200,
      `POST ${session.path()} HTTP/1.1\r\n${HOST}\r\n${headers}\r\n1;x=y\r\n4\r\n00A\r\n0123456789\r\n0\r\nX-Trailer: x\r\n\r\n`,
    );
    assert.equal(await session.next(), "40123456789");
  });

  for (const [what, body] of [
    ["a size that is no number", "x\r\n4a\r\n0\r\n\r\n"],
    ["a negative size", "-1\r\n4a\r\n0\r\n\r\n"],
    ["a size with a prefix", "0x2\r\n4a\r\n0\r\n\r\n"],
    ["an empty size", "\r\n4a\r\n0\r\n\r\n"],
    ["data longer than its size", "2\r\n4abc\r\n0\r\n\r\n"],
    ["a size that overflows", `${"f".repeat(17)}\r\n4a\r\n0\r\n\r\n`],
    ["a line that ends without CR", "2\n4a\n0\n\n"],
  ]) {
    scenario(`${what} is refused`, () => assertRefusedPost(headers, body, [400, 413]));
  }
});

describe("many requests", () => {
  scenario("a thousand on one connection", async () => {
    const session = await PollingSession.open(server());
    const connection = await RawConnection.open(server());
    const unknown = `GET ${target(server(), { transport: "polling", sid: "x" })} HTTP/1.1\r\n${HOST}\r\n\r\n`;
    connection.write(unknown.repeat(1000));
    const answers = (text) => text.split('"code":1').length - 1;
    await connection.receive((text) => answers(text) === 1000, "a thousand answers");
    connection.destroy();
    await session.assertAlive();
  });

  scenario("many connections that say nothing keep nobody out", async () => {
    const idle = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(server())));
    assert.equal((await send(server(), handshake())).status, 200);
    for (const connection of idle) connection.destroy();
  });
});
