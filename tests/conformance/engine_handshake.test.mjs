// SPDX-License-Identifier: MIT
//
// Opening an Engine.IO session: both transports, what is refused and with which response, CORS.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { RawConnection, rawStatus, send, target } from "./support/http.mjs";
import { PollingSession, UNKNOWN_SESSION } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("engine");
const serverByDefault = useServer("engine", { pingTimeout: 200 });
const UNKNOWN_TRANSPORT = { code: 0, message: "Transport unknown" };
const BAD_METHOD = { code: 2, message: "Bad handshake method" };
const BAD_REQUEST = { code: 3, message: "Bad request" };
const UNSUPPORTED_VERSION = { code: 5, message: "Unsupported protocol version" };

async function assertRefused(path, expected, options) {
  const answer = await send(server(), path, options);
  assert.equal(answer.status, 400);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(answer.body), expected);
}

/**
 * Requests a WebSocket; resolves to the status line and all that follows, once the peer has closed.
 */
async function refusedUpgrade(parameters, headers = {}) {
  const lines = Object.entries({
    Host: "localhost",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const connection = await RawConnection.open(server());
  connection.write(`GET ${target(server(), parameters)} HTTP/1.1\r\n${lines.join("")}\r\n`);
  return connection.closed("the refused upgrade's end");
}

describe("handshake over polling", () => {
  scenario("the open packet has exactly the five keys", async () => {
    const { handshake } = await PollingSession.open(serverByDefault());
    const { sid, ...rest } = handshake;
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, {
      upgrades: ["websocket"],
      pingInterval: 300,
      pingTimeout: 200,
      maxPayload: 1000000,
    });
  });

  scenario("the answer is text, has a length and is not to be stored", async () => {
    const answer = await send(server(), target(server(), { transport: "polling" }));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(Number(answer.headers["content-length"]), answer.bytes.length);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["set-cookie"], undefined);
  });

  scenario("every session gets an id of its own", async () => {
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => PollingSession.open(server())),
    );
    assert.equal(new Set(sessions.map(({ sid }) => sid)).size, 20);
  });

  scenario("an empty sid counts as none", async () => {
    const session = await PollingSession.open(server(), { parameters: { sid: "" } });
    assert.ok(session.sid);
  });

  scenario("parameters that mean nothing are ignored, whatever their order", async () => {
    for (const query of [
      "t=abc&transport=polling&x=1&EIO=4",
      "EIO=4&transport=polling&t=1&t=2&j",
      "x=%20&EIO=4&transport=polling",
    ]) {
      const answer = await send(server(), `${server().path}?${query}`);
      assert.equal(answer.status, 200, query);
    }
  });

  scenario("what follows the path's prefix does not matter", async () => {
    const answer = await send(server(), `${server().path}anything/else?EIO=4&transport=polling`);
    assert.equal(answer.status, 200);
    assert.equal(answer.body[0], "0");
  });

  scenario("other paths are not Engine.IO", async () => {
    for (const path of [
      "/",
      "/other/?EIO=4&transport=polling",
      "/engine.iox/?EIO=4&transport=polling",
    ]) {
      assert.equal((await send(server(), path)).status, 404, path);
    }
  });

  scenario("old Internet Explorer is told not to filter", async () => {
    const path = target(server(), { transport: "polling" });
    const headers = {
      "user-agent": "Mozilla/5.0 (compatible;MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    };
    assert.equal((await send(server(), path, { headers })).headers["x-xss-protection"], "0");
    assert.equal((await send(server(), path)).headers["x-xss-protection"], undefined);
  });

  scenario("several sessions can be opened over one connection", async () => {
    const connection = await RawConnection.open(server());
    const request = `GET ${target(server(), { transport: "polling" })} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    connection.write(request + request + request);
    const text = await connection.receive(/("sid".*){3}/s, "three handshakes");
    assert.equal(text.match(/HTTP\/1.1 200/g).length, 3);
    connection.destroy();
  });
});

describe("handshake over WebSocket", () => {
  scenario("the open packet offers no upgrades", async () => {
    const session = await WebSocketSession.open(serverByDefault());
    const { sid, ...rest } = session.handshake;
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, {
      upgrades: [],
      pingInterval: 300,
      pingTimeout: 200,
      maxPayload: 1000000,
    });
    session.close();
  });

  scenario("compression is offered by the client and declined", async () => {
    const session = await WebSocketSession.open(server(), { perMessageDeflate: true });
    assert.equal(session.socket.extensions, "");
    session.send("4" + "compressible ".repeat(1000));
    assert.equal(await session.next(), "4" + "compressible ".repeat(1000));
    session.close();
  });

  scenario("the accept key is that of RFC 6455, tokens are not case sensitive", async () => {
    const connection = await RawConnection.open(server());
    connection.write(
      `GET ${target(server(), { transport: "websocket" })} HTTP/1.1\r\nHost: localhost\r\n` +
        "connection: keep-alive, UPGRADE\r\nupgrade: WebSocket\r\nsec-websocket-version: 13\r\n" +
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const text = await connection.receive(/\r\n\r\n/);
    assert.match(text, /^HTTP\/1\.1 101 /);
    assert.match(text, /sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
    connection.destroy();
  });

  scenario("refusals are plain HTTP: transport, session, malformed handshake", async () => {
    const cases = [
      [{ transport: "foo" }, {}],
      [{ transport: undefined }, {}],
      [{ transport: "websocket", sid: "unknown" }, {}],
      [{ transport: "websocket" }, { "Sec-WebSocket-Key": "short" }],
      [{ transport: "websocket" }, { "Sec-WebSocket-Key": "not+base64!not+base64!==" }],
    ];
    for (const [parameters, headers] of cases) {
      const text = await refusedUpgrade(parameters, headers);
      assert.match(text, /^HTTP\/1\.1 400 /, JSON.stringify([parameters, headers]));
    }
  });

  scenario("what is no WebSocket handshake never switches", async () => {
    const usual = {
      Host: "localhost",
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    for (const [method, version, changed] of [
      ["POST", "1.1", { "Content-Length": "0" }],
      ["GET", "1.1", { Connection: "keep-alive" }],
      ["GET", "1.1", { Connection: undefined }],
      ["GET", "1.1", { Upgrade: "h2c" }],
      ["GET", "1.1", { Upgrade: undefined }],
      ["GET", "1.1", { "Sec-WebSocket-Key": undefined }],
      ["GET", "1.1", { "Sec-WebSocket-Version": undefined }],
    ]) {
      const lines = Object.entries({ ...usual, ...changed })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}: ${value}\r\n`);
      const path = target(server(), { transport: "websocket" });
      const status = await rawStatus(
        server(),
        `${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n`,
      );
      assert.ok(
        [400, 405, 426].includes(status),
        `${method} ${version} ${JSON.stringify(changed)} got ${status}`,
      );
    }
  });

  scenario("HTTP/1.0 cannot switch", { differs: "it does" }, async () => {
    const status = await rawStatus(
      server(),
      `GET ${target(server(), { transport: "websocket" })} HTTP/1.0\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert.equal(status, 400);
  });

  scenario("extensions that are offered are never taken", async () => {
    for (const [name, value] of [
      ["Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=7"],
      [
        "Sec-WebSocket-Extensions",
        "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame",
      ],
      ["Sec-WebSocket-Extensions", 'constructor; a="unclosed'],
      ["Sec-WebSocket-Extensions", ",,,;;;"],
    ]) {
      const connection = await RawConnection.open(server());
      connection.write(
        `GET ${target(server(), { transport: "websocket" })} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
          `${name}: ${value}\r\n\r\n`,
      );
      const text = await connection.receive(/\r\n\r\n/);
      assert.match(text, /^HTTP\/1\.1 (101|400) /);
      assert.doesNotMatch(text, /sec-websocket-extensions/i);
      connection.destroy();
    }
  });

  scenario(
    "an unsupported protocol version is refused before the switch",
    { differs: "it answers 101 first, then HTTP inside the stream" },
    async () => {
      for (const EIO of [undefined, "3", "5", "abc"]) {
        assert.match(
          await refusedUpgrade({ transport: "websocket", EIO }),
          /^HTTP\/1\.1 400 /,
          EIO,
        );
      }
    },
  );

  scenario(
    "another WebSocket version gets 426 and is told the right one",
    { differs: "ws takes version 8, and answers 400 to others" },
    async () => {
      for (const version of ["8", "12", "99"]) {
        const text = await refusedUpgrade(
          { transport: "websocket" },
          { "Sec-WebSocket-Version": version },
        );
        assert.match(text, /^HTTP\/1\.1 426 /, version);
        assert.match(text, /sec-websocket-version: .*13/i);
      }
    },
  );

  scenario("a WebSocket that says transport=polling does not get a session", async () => {
    const outcome = await WebSocketSession.connect(server(), {
      parameters: { transport: "polling" },
    })
      .then((session) => session.next("a packet or the end"))
      .catch((error) => error);
    assert.ok(outcome instanceof Error, `it got ${outcome}`);
    assert.match(outcome.message, /closed|Unexpected server response: 400/);
  });
});

describe("errors", () => {
  scenario("an unknown transport is code 0", async () => {
    for (const transport of [
      undefined,
      "",
      "foo",
      "webtransport",
      "constructor",
      "__proto__",
      "Polling",
      "x".repeat(3000),
    ]) {
      await assertRefused(target(server(), { transport }), UNKNOWN_TRANSPORT);
    }
  });

  scenario("the transport is looked at first", async () => {
    await assertRefused(
      target(server(), { transport: "foo", sid: "unknown", EIO: "3" }),
      UNKNOWN_TRANSPORT,
    );
    await assertRefused(target(server(), { transport: "foo" }), UNKNOWN_TRANSPORT, {
      method: "POST",
      body: "x",
    });
  });

  scenario("an unknown session is code 1", async () => {
    for (const sid of [
      "unknown",
      "__proto__",
      "constructor",
      "toString",
      "\0",
      "%",
      "x".repeat(3000),
    ]) {
      const path = target(server(), { transport: "polling", sid });
      await assertRefused(path, UNKNOWN_SESSION);
      await assertRefused(path, UNKNOWN_SESSION, { method: "POST", body: "4x" });
    }
  });

  scenario("a handshake with another method than GET is code 2", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      await assertRefused(target(server(), { transport: "polling" }), BAD_METHOD, {
        method,
        body: "x",
      });
    }
    const head = await send(server(), target(server(), { transport: "polling" }), {
      method: "HEAD",
    });
    assert.equal(head.status, 400);
  });

  scenario("a handshake for WebSocket without an upgrade is code 3", async () => {
    await assertRefused(target(server(), { transport: "websocket" }), BAD_REQUEST);
  });

  scenario("another transport than the session's is code 3", async () => {
    const session = await PollingSession.open(server());
    await assertRefused(
      target(server(), { transport: "websocket", sid: session.sid }),
      BAD_REQUEST,
    );
    await session.assertAlive();
  });

  scenario("another protocol version than the session's is code 3", async () => {
    const session = await PollingSession.open(server());
    await assertRefused(session.path({ EIO: "3" }), BAD_REQUEST);
    await assertRefused(session.path({ EIO: undefined }), BAD_REQUEST, {
      method: "POST",
      body: "4x",
    });
    await session.assertAlive();
  });

  scenario("a protocol version that is not 4 is code 5", async () => {
    for (const EIO of [undefined, "", "3", "5", "abc", "44"]) {
      await assertRefused(target(server(), { transport: "polling", EIO }), UNSUPPORTED_VERSION);
    }
  });

  scenario("a control character in Origin is refused", async () => {
    const status = await rawStatus(
      server(),
      `GET ${target(server(), { transport: "polling" })} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\x01b\r\n\r\n`,
    );
    assert.equal(status, 400);
  });
});

describe("CORS", () => {
  const origin = "https://page.example";

  scenario("every answer allows all origins", async () => {
    const session = await PollingSession.open(server(), { headers: { origin } });
    const answers = [
      await send(server(), target(server(), { transport: "polling" }), { headers: { origin } }),
      await session.post("4a", { headers: { origin } }),
      await session.get({ headers: { origin } }),
      await send(server(), target(server(), { transport: "foo" }), { headers: { origin } }),
      await send(server(), target(server(), { transport: "polling", sid: "unknown" }), {
        headers: { origin },
      }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 400, 400],
    );
    for (const { headers } of answers) assert.equal(headers["access-control-allow-origin"], "*");
  });

  scenario("no credentials are allowed together with every origin", async () => {
    const path = target(server(), { transport: "polling" });
    const { headers } = await send(server(), path, { headers: { origin, cookie: "a=b" } });
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["access-control-allow-credentials"], undefined);
  });

  scenario("a preflight is answered with 204, the methods and the headers asked for", async () => {
    const answer = await send(server(), target(server(), { transport: "polling" }), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-token",
      },
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.body, "");
    assert.ok(["0", undefined].includes(answer.headers["content-length"]));
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.equal(answer.headers["access-control-allow-methods"], "GET,HEAD,PUT,PATCH,POST,DELETE");
    assert.equal(answer.headers["access-control-allow-headers"], "content-type,x-token");
    assert.match(answer.headers.vary ?? "", /access-control-request-headers/i);
  });

  scenario("a preflight for a session in use leaves it alone", async () => {
    const session = await PollingSession.open(server());
    const answer = await send(server(), session.path(), {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    assert.equal(answer.status, 204);
    await session.assertAlive();
  });

  scenario("the switch to WebSocket carries the header too", async () => {
    const connection = await RawConnection.open(server());
    connection.write(
      `GET ${target(server(), { transport: "websocket" })} HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n` +
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert.match(await connection.receive(/\r\n\r\n/), /access-control-allow-origin: \*\r\n/i);
    connection.destroy();
  });
});
