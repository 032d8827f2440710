// SPDX-License-Identifier: MIT
//
// Events and acknowledgements with every kind of argument, over every transport of the official
// client. Where the exact text matters, the cases work packet by packet.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { TRANSPORTS, call, connectClient, settled } from "./support/client.mjs";
import { until } from "./support/deadline.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { openSocket } from "./support/websocket.mjs";

const server = useServer();
const bytes = (...values) => Buffer.from(values);

for (const [what, options] of Object.entries(TRANSPORTS)) {
  describe(`events: ${what}`, () => {
    const connect = (t) => connectClient(t, server(), options);

    scenario("any arguments come back", async (t) => {
      const socket = await connect(t);
      const values = [
        [],
        [1],
        ["", "text"],
        [null, true, false],
        [[], {}, [[]], [{}]],
        [{ a: { b: [1, { c: null }] } }],
        [0, -0.5, 1e21, 1e-7, 123456789012, -2147483649],
        ["line\nbreak", "tab\t", '"quoted"', "back\\slash", "\u0000\u001f\u007f"],
        ["€ ä 日本語 \u{1F680} \u2028 \u2029"],
        [{ "key with \u{1F600}": 1, "": 2 }],
      ];
      for (const args of values) {
        socket.emit("message", ...args);
        assert.deepEqual(await socket.events.next(), ["message-back", ...args]);
      }
    });

    scenario("they are acknowledged with the same", async (t) => {
      const socket = await connect(t);
      for (const args of [
        [],
        [1, "two", { three: [3] }],
        [null],
        [bytes(1, 2), { deep: bytes(3) }],
      ]) {
        const answer = await new Promise((resolve) =>
          socket.emit("message-with-ack", ...args, (...got) => resolve(got)),
        );
        assert.deepEqual(answer, args);
      }
    });

    scenario("a catch-all handler acknowledges", async (t) => {
      const socket = await connect(t);
      assert.deepEqual(await call(socket, "any-ack", 1, "two"), [1, "two"]);
      assert.deepEqual(await call(socket, "any-ack-first", 3), [3]);
    });

    scenario("binary comes back, wherever it is nested", async (t) => {
      const socket = await connect(t);
      for (const args of [
        [bytes(1, 2, 3)],
        [bytes()],
        [bytes(0, 255, 128)],
        [{ a: bytes(1) }],
        [[bytes(1), [bytes(2)]], bytes(3)],
        [{ deep: { deeper: [{ deepest: bytes(9) }] } }, "text", bytes(4)],
        Array.from({ length: 10 }, (_, i) => bytes(i)),
      ]) {
        socket.emit("message", ...args);
        assert.deepEqual(await socket.events.next(), ["message-back", ...args]);
      }
    });

    scenario("typed arrays and array buffers are binary too", async (t) => {
      const socket = await connect(t);
      socket.emit(
        "message",
        new Uint8Array([1, 2]),
        new Uint8Array([3]).buffer,
        new DataView(new ArrayBuffer(1)),
      );
      assert.deepEqual(await socket.events.next(), [
        "message-back",
        bytes(1, 2),
        bytes(3),
        bytes(0),
      ]);
    });

    scenario("order is kept, binary among text", async (t) => {
      const socket = await connect(t);
      const args = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? bytes(i) : `text ${i}`));
      for (const arg of args) socket.emit("message", arg);
      for (const arg of args) assert.deepEqual(await socket.events.next(), ["message-back", arg]);
    });

    scenario("the server asks, the client answers", async (t) => {
      const socket = await connect(t);
      socket.on("question", (...args) => args.pop()({ got: args }));
      for (const args of [[], [1, "x"], [bytes(1, 2)]]) {
        const answer = await new Promise((resolve) =>
          socket.emit("ask", "question", 2000, ...args, (...got) => resolve(got)),
        );
        assert.deepEqual(answer, ["ok", { got: args }]);
      }
    });

    scenario("the server asks, the client says nothing", async (t) => {
      const socket = await connect(t);
      const answer = await new Promise((resolve) =>
        socket.emit("ask", "silence", 50, (...got) => resolve(got)),
      );
      assert.deepEqual(answer, ["error", "operation has timed out"]);
    });

    scenario("many questions at once get each its own answer", async (t) => {
      const socket = await connect(t);
      socket.on("question", (i, ack) => setTimeout(() => ack(i * 2), (i * 7) % 20));
      const answers = await Promise.all(
        Array.from(
          { length: 50 },
          (_, i) =>
            new Promise((resolve) =>
              socket.emit("ask", "question", 5000, i, (_ok, answer) => resolve(answer)),
            ),
        ),
      );
      assert.deepEqual(
        answers,
        Array.from({ length: 50 }, (_, i) => i * 2),
      );
    });

    scenario("what was emitted before the connection arrives once it stands", async (t) => {
      const socket = await connectClient(t, server(), { ...options, autoConnect: true });
      socket.disconnect();
      for (let i = 0; i < 3000; i++) socket.emit("unheard", i);
      const last = call(socket, "message-with-ack", "last");
      socket.connect();
      assert.equal(await last, "last");
      const seen = await call(socket, "seen-events");
      assert.equal(seen.filter((name) => name === "unheard").length, 3000);
    });

    scenario("half a megabyte comes back, as text and as binary", async (t) => {
      const socket = await connect(t);
      const text = "€".repeat(150_000);
      assert.equal(await call(socket, "message-with-ack", text), text);
      const blob = Buffer.alloc(500_000, 7);
      assert.deepEqual(await call(socket, "message-with-ack", blob), blob);
    });

    scenario("volatile events arrive while the connection is idle", async (t) => {
      const socket = await connect(t);
      await settled(socket);
      // A single promise, because each of them would take an event.
      const arrival = socket.events.next().then(() => true);
      await until(async () => {
        socket.emit("volatile", "flash", 1);
        return Promise.race([arrival, settled(socket).then(() => false)]);
      }, "a volatile event");
    });

    scenario("without compression they arrive all the same", async (t) => {
      const socket = await connect(t);
      socket.emit("compress", "note", "x".repeat(5000));
      assert.deepEqual(await socket.events.next(), ["note", "x".repeat(5000)]);
    });
  });
}

describe("sizes", () => {
  scenario("a packet of exactly the limit is handled", async () => {
    const session = await openSocket(server());
    const text = "x".repeat(1_000_000 - '42["message-with-ack",""]'.length - 1);
    session.send(`421["message-with-ack","${text}"]`);
    assert.equal(await session.next(), `431["${text}"]`);
    session.close();
  });

  scenario("one byte more ends the session with 1009", async () => {
    const session = await openSocket(server());
    const text = "x".repeat(1_000_000 - '42["message-with-ack",""]'.length);
    session.send(`421["message-with-ack","${text}"]`);
    assert.equal((await session.closed()).code, 1009);
  });

  scenario("an attachment of exactly the limit is handled, one byte more is not", async () => {
    const session = await openSocket(server());
    session.send('451-["message",{"_placeholder":true,"num":0}]', Buffer.alloc(999_000, 1));
    assert.equal(await session.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
    assert.deepEqual(await session.next(), Buffer.alloc(999_000, 1));
    session.send('451-["message",{"_placeholder":true,"num":0}]', Buffer.alloc(1_000_001, 1));
    assert.equal((await session.closed()).code, 1009);
  });

  scenario(
    "a packet may not outgrow the limit by its attachments",
    { differs: "it limits each message alone: ten of them hold ten times as much" },
    async () => {
      const session = await openSocket(server());
      const slots = [0, 1].map((num) => `{"_placeholder":true,"num":${num}}`);
      session.send(`452-["message",${slots}]`, Buffer.alloc(600_000), Buffer.alloc(600_000));
      await session.closed();
    },
  );

  scenario("over polling one byte more is answered 413", async () => {
    const session = await PollingSession.open(server());
    await session.write("40");
    const answer = await session.post(`42["message","${"x".repeat(1_000_000)}"]`);
    assert.equal(answer.status, 413);
  });

  scenario("the official client learns that it sent too much", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["websocket"] });
    const reason = new Promise((resolve) => socket.once("disconnect", resolve));
    socket.emit("message", "x".repeat(1_000_001));
    assert.equal(await reason, "transport close");
  });

  scenario("the official client sends large events in a row, packed by the limit", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["polling"] });
    const parts = Array.from({ length: 6 }, (_, i) => String(i).repeat(400_000));
    for (const part of parts) socket.emit("message", part);
    for (const part of parts) assert.deepEqual(await socket.events.next(), ["message-back", part]);
  });
});

describe("acknowledgements", () => {
  scenario("the id comes back, of any size", async () => {
    const session = await openSocket(server());
    for (const id of ["0", "1", "10", "123456789"]) {
      session.send(`42${id}["message-with-ack",${id}]`);
      assert.equal(await session.next(), `43${id}[${id}]`);
    }
    session.close();
  });

  scenario("with binary they are binary acknowledgements", async () => {
    const session = await openSocket(server());
    session.send('451-7["message-with-ack",{"_placeholder":true,"num":0},"x"]', bytes(1, 2));
    assert.equal(await session.next(), '461-7[{"_placeholder":true,"num":0},"x"]');
    assert.deepEqual(await session.next(), bytes(1, 2));
    session.close();
  });

  scenario("a binary answer to the server's question arrives", async () => {
    const session = await openSocket(server());
    session.send('420["ask","question",2000]');
    const id = /^42(\d+)\["question"\]$/.exec(await session.next())[1];
    session.send(`461-${id}[{"a":{"_placeholder":true,"num":0}}]`, bytes(5));
    assert.equal(await session.next(), '461-0["ok",{"a":{"_placeholder":true,"num":0}}]');
    assert.deepEqual(await session.next(), bytes(5));
    session.close();
  });

  scenario("only the first one of a handler counts", async () => {
    const session = await openSocket(server());
    session.send('423["ack-twice"]', '42["message"]');
    assert.equal(await session.next(), "433[1]");
    assert.equal(await session.next(), '42["message-back"]');
    session.close();
  });

  scenario("one that comes after the socket is gone is dropped", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["websocket"] });
    const session = await openSocket(server());
    session.send('421["ack-later",50,"x"]', '42["message"]');
    await session.next();
    session.close();
    assert.equal(await call(socket, "ack-later", 100, "later"), "later");
  });

  scenario(
    "one that comes after DISCONNECT is not sent",
    { differs: "it answers for a socket that has left" },
    async () => {
      const session = await openSocket(server());
      session.send('421["ack-later",300,"x"]', '42["message"]');
      assert.equal(await session.next(), '42["message-back"]');
      session.send("41");
      await session.packets.silence(450);
      session.close();
    },
  );

  scenario("the client's own timeout", async (t) => {
    const socket = await connectClient(t, server());
    await assert.rejects(socket.timeout(30).emitWithAck("unheard"), /operation has timed out/);
    assert.equal(await call(socket, "ack-later", 20, "in time"), "in time");
  });

  scenario("the client's retries deliver in order, one at a time", async (t) => {
    const socket = await connectClient(t, server(), { retries: 3, ackTimeout: 2000 });
    const answers = await Promise.all(
      [1, 2, 3, 4].map((i) => socket.emitWithAck("message-with-ack", i)),
    );
    assert.deepEqual(answers, [1, 2, 3, 4]);
  });
});

describe("handlers", () => {
  scenario("an event that nobody handles is ignored, with and without an id", async () => {
    const session = await openSocket(server());
    session.send('42["unheard",1]', '425["unheard",1]', '42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    session.close();
  });

  scenario("registered once, it runs once", async (t) => {
    const socket = await connectClient(t, server());
    socket.emit("once-only");
    socket.emit("once-only");
    assert.deepEqual(await socket.events.next(), ["once-back"]);
    await settled(socket);
    assert.equal(socket.events.size, 0);
  });

  scenario("one may remove itself", async (t) => {
    const socket = await connectClient(t, server());
    socket.emit("off-me");
    socket.emit("off-me");
    assert.deepEqual(await socket.events.next(), ["off-back"]);
    await settled(socket);
    assert.equal(socket.events.size, 0);
  });

  scenario("a catch-all listener sees every event in order", async (t) => {
    const socket = await connectClient(t, server());
    for (const name of ["one", "two", "error", "__proto__"]) socket.emit(name, bytes(1));
    assert.deepEqual(await call(socket, "seen-events"), [
      "one",
      "two",
      "error",
      "__proto__",
      "seen-events",
    ]);
  });

  scenario("the server keeps the names of the last five thousand", async (t) => {
    const socket = await connectClient(t, server());
    for (let number = 1; number <= 5000; ++number) socket.emit(`event ${number}`);
    const seen = await call(socket, "seen-events");
    assert.equal(seen.length, 5000);
    assert.deepEqual([seen[0], seen.at(-2), seen.at(-1)], ["event 2", "event 5000", "seen-events"]);
  });

  scenario("an error thrown in one reaches the hook, the connection lives", async (t) => {
    const socket = await connectClient(t, server());
    const before = await call(socket, "errors-seen");
    socket.emit("throw");
    assert.equal(await call(socket, "errors-seen"), before + 1);
    assert.equal(await call(socket, "message-with-ack", "alive"), "alive");
  });

  scenario(
    "wrong types reach the hook, the connection lives and the right ones work",
    async (t) => {
      const socket = await connectClient(t, server());
      const before = await call(socket, "errors-seen");
      const wrong = [
        ["1", "abc"],
        [1, 2],
        [1.5, "abc"],
        [null, "abc"],
        [1, null],
        [[], {}],
        [{}, "abc"],
        [true, "abc"],
        [1, bytes(1)],
      ];
      for (const args of wrong) socket.emit("typed", ...args, () => assert.fail("it was answered"));
      assert.equal(await call(socket, "errors-seen"), before + wrong.length);
      assert.equal(await call(socket, "typed", 40, "ab"), 42);
      assert.equal(await call(socket, "typed", -3, ""), -3);
    },
  );

  scenario("a missing argument is a wrong one", async () => {
    const session = await openSocket(server());
    session.send('420["errors-seen"]');
    const before = JSON.parse((await session.next()).slice(3))[0];
    session.send('421["typed",1]', '422["typed"]', '423["errors-seen"]');
    assert.equal(await session.next(), `433[${before + 2}]`);
    session.close();
  });

  scenario("a packet middleware refuses one event and lets the others pass", async (t) => {
    const socket = await connectClient(t, server(), { namespace: "/packets" });
    socket.emit("forbidden", 1);
    assert.deepEqual(await socket.events.next(), ["error-seen", "forbidden event"]);
    socket.emit("message", "fine");
    assert.deepEqual(await socket.events.next(), ["message-back", "fine"]);
    assert.deepEqual(await call(socket, "seen-events"), ["forbidden", "message", "seen-events"]);
  });

  scenario("data of one socket is its own", async (t) => {
    const [one, two] = [await connectClient(t, server()), await connectClient(t, server())];
    assert.equal(await call(one, "get-data"), null);
    await call(one, "set-data", { name: "one", list: [1] });
    assert.deepEqual(await call(one, "get-data"), { name: "one", list: [1] });
    assert.equal(await call(two, "get-data"), null);
  });
});

describe("volatile events over polling", () => {
  scenario("are dropped while no poll waits, and others are not", async () => {
    const session = await PollingSession.open(server());
    await session.write("40");
    await session.next();
    await session.next();
    await session.write('42["volatile","flash"]', '42["message","kept"]');
    assert.equal(await session.next(), '42["message-back","kept"]');
    await session.write('42["volatile-all","flash"]', '42["message","kept"]');
    assert.equal(await session.next(), '42["message-back","kept"]');
  });

  scenario("arrive while one waits", async () => {
    const session = await PollingSession.open(server());
    await session.write("40");
    await session.next();
    await session.next();
    const { answer } = await session.park();
    await session.write('42["volatile","flash",1]');
    assert.equal((await answer).body, '42["flash",1]');
  });
});
