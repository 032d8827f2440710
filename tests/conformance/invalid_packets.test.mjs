// SPDX-License-Identifier: MIT
//
// Invalid Socket.IO packets: each ends its session, and another client, which is connected all
// the time, is not affected. Packets that look odd but are valid are here too, to show where
// the limit is.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { io } from "socket.io-client";
import { call } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession, joinNamespace, openSocket } from "./support/websocket.mjs";

let control;
let controlId;
const server = useServer("socketio", {
  started: async ({ url }) => {
    control = io(url, { transports: ["websocket"], reconnection: false, forceNew: true });
    await nextEvent(control, "connect");
    controlId = control.id;
  },
});

after(() => control?.disconnect());

async function assertControlLives() {
  assert.deepEqual(await call(control, "message-with-ack", "control"), "control");
  assert.equal(control.id, controlId);
}

/**
 * The session ends without an answer to the packets. Heartbeats are answered throughout, so they
 * are not the reason.
 */
async function assertClosed(session) {
  await session.closed();
  assert.equal(session.packets.size, 0);
  await assertControlLives();
}

const show = (packet) =>
  typeof packet === "string" ? JSON.stringify(packet).slice(0, 60) : "binary";

/** These packets end the session of a connected socket, over polling as well. */
function refused(what, packets, options = {}) {
  const list = [packets].flat();
  scenario(`${what} ${list.slice(0, 3).map(show).join(" then ")}`, options, async (t) => {
    const session = await openSocket(server());
    t.after(() => session.close());
    session.send(...list.map((packet) => (typeof packet === "string" ? `4${packet}` : packet)));
    await assertClosed(session);

    const polling = await PollingSession.open(server());
    t.after(() => polling.post("1"));
    await polling.write("40");
    await polling.next();
    await polling.next();
    const encode = (packet) =>
      typeof packet === "string" ? `4${packet}` : `b${packet.toString("base64")}`;
    await polling.post(list.map(encode).join("\x1e"));
    await polling.assertClosed();
  });
}

/** This event is valid: it is answered. */
function accepted(what, packets, answers) {
  scenario(`${what} ${show([packets].flat()[0])}`, async () => {
    const session = await openSocket(server());
    session.send(
      ...[packets].flat().map((packet) => (typeof packet === "string" ? `4${packet}` : packet)),
    );
    for (const answer of [answers].flat()) {
      assert.deepEqual(await session.next(), typeof answer === "string" ? `4${answer}` : answer);
    }
    session.send('42["message","after"]');
    assert.equal(await session.next(), '42["message-back","after"]');
    session.close();
  });
}

const blob = Buffer.from([1, 2, 3]);
const slot = (num) => `{"_placeholder":true,"num":${num}}`;

describe("packet types that do not exist", () => {
  for (const packet of ["7", "9", "x", "-1", "7[]", 'a["message"]', "\u0000", "é"])
    refused("type", packet);
  refused("no type", "");
  refused("a blank for a type", ' ["message"]');
  refused("a byte order mark before the type", '\ufeff2["message"]');
});

describe("CONNECT", () => {
  for (const packet of [
    "0,",
    "0[]",
    '0"x"',
    "0null",
    "0{",
    "0/custom,[]",
    '0/custom,"x"',
    '0/custom,{"a":}',
  ]) {
    scenario(`payload ${packet}`, async () => {
      const session = await WebSocketSession.open(server());
      session.send(`4${packet}`);
      await assertClosed(session);
    });
  }
});

describe("before CONNECT", () => {
  for (const packet of [
    '2["message"]',
    "1",
    '31["x"]',
    '2/custom,["message"]',
    "4",
    '4{"message":"x"}',
    '51-["message",{"_placeholder":true,"num":0}]',
  ]) {
    scenario(`packet ${packet}`, async () => {
      const session = await WebSocketSession.open(server());
      session.send(`4${packet}`);
      if (packet[0] === "5") session.send(blob);
      await assertClosed(session);
    });
  }

  scenario("binary", async () => {
    const session = await WebSocketSession.open(server());
    session.send(blob);
    await assertClosed(session);
  });
});

describe("another namespace than those joined", () => {
  for (const packet of [
    '2/custom,["message"]',
    '2/unknown,["message"]',
    "1/custom,",
    '3/custom,1["x"]',
    '2/,custom["message"]',
  ])
    refused("packet", packet);
});

describe("DISCONNECT", () => {
  for (const packet of ["1{}", "1[]", '1"x"', "1null", "1,"]) refused("payload", packet);
});

describe("CONNECT_ERROR from a client", () => {
  for (const packet of ["4", '4{"message":"x"}', '4"x"', "4[]"]) refused("packet", packet);
});

describe("EVENT", () => {
  for (const packet of [
    "2[]",
    "2{}",
    '2"x"',
    "2null",
    "2true",
    "2[null]",
    "2[true]",
    "2[{}]",
    "2[[]]",
    '2[{"toString":"x"}]',
    '2["message"',
    '2["message",]',
    '2["message"]]',
    '2["message"] x',
    "2[",
    "2message",
    '2["message",undefined]',
    '2[,"message"]',
    "2['message']",
    '2["message",01]',
    '2["message",+1]',
    '2["message",.5]',
    '2["message",1.]',
    '2["message",NaN]',
    '2["message",Infinity]',
    '2["message",0x10]',
    '2["message",/*c*/1]',
    '2["message","\\x41"]',
    '2["message","\\u12"]',
    '2["message","a\nb"]',
    '2["message","a\tb"]',
    '2["message",{"a"}]',
    '2["message",{a:1}]',
    '2["message",{"a":1,}]',
    '2["message",tru]',
    '2["message","open]',
    '2/custom["message"]',
  ])
    refused("payload", packet);

  for (const name of [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
  ]) {
    refused("reserved name", `2["${name}"]`);
    refused("reserved name with an id", `21["${name}","x"]`);
  }

  accepted("no payload is an event of nobody", ["2", "21", "2/", "2/,1"], []);
  accepted("no arguments", '2["message"]', '2["message-back"]');
  accepted("blanks inside the payload", '2[ "message" , 1 ,\t[ ] ]', '2["message-back",1,[]]');
  accepted("a number for a name is nobody's event", "2[5,1]", []);
  accepted("names that mean something elsewhere", '2["error","x"]', []);
  accepted(
    "names of members of every object",
    ['2["__proto__"]', '2["constructor"]', '2["toString",1]', '2["hasOwnProperty"]'],
    [],
  );
  accepted("an empty name", '2["",1]', []);
  accepted("the main namespace named", '2/,["message",1]', '2["message-back",1]');
  accepted("an escaped name", '2["\\u006dessage",1]', '2["message-back",1]');
  accepted(
    "duplicate keys: the last one counts",
    '2["message",{"a":1,"a":2}]',
    '2["message-back",{"a":2}]',
  );
  accepted(
    "a placeholder in a packet without attachments is data",
    `2["message",${slot(0)}]`,
    `2["message-back",${slot(0)}]`,
  );
});

describe("acknowledgement ids", () => {
  accepted("zero", '20["message-with-ack",1]', "30[1]");
  accepted("many digits", '29007199254740991["message-with-ack",1]', "39007199254740991[1]");
  const lossy = { differs: "Number() takes it, and loses digits or the blank" };
  refused("one past 2^53 - 1", '29007199254740992["message-with-ack",1]', lossy);
  refused("30 digits", `2${"9".repeat(30)}["message-with-ack",1]`, lossy);
  refused("400 digits", `2${"9".repeat(400)}["message-with-ack",1]`, lossy);
  refused("a blank in it", '2 1["message-with-ack",1]', lossy);
  for (const id of ["-1", "+1", "1e5", "1.0", "1-", "0x1", "१"])
    refused("not digits", `2${id}["message-with-ack",1]`);
});

describe("ACK", () => {
  accepted("of an id that was never given", '3999["x"]', []);
  accepted("twice, of nothing", ['30["x"]', '30["x"]'], []);
  for (const packet of ["30{}", '30"x"', "30null", "3[", '30["x"', '31{"length":1}'])
    refused("payload", packet);
  accepted("of no id", ["3", "3[]", '3["x"]'], []);

  scenario("without a payload is an answer without arguments", async () => {
    const session = await openSocket(server());
    session.send('420["ask","question",300]');
    const id = /^42(\d+)\["question"\]$/.exec(await session.next())[1];
    session.send(`43${id}`);
    assert.match(await session.next(), /^430\["ok"(,null)?\]$/);
    session.close();
  });

  scenario("of another socket's question is not its answer", async () => {
    const asked = await openSocket(server());
    const other = await openSocket(server());
    asked.send('420["ask","question",300,"x"]');
    const question = await asked.next();
    const id = /^42(\d+)\["question","x"\]$/.exec(question)[1];
    other.send(`43${id}["wrong"]`);
    other.send('42["message"]');
    assert.equal(await other.next(), '42["message-back"]');
    asked.send(`43${id}["right"]`);
    assert.equal(await asked.next(), '430["ok","right"]');
    asked.send(`43${id}["again"]`, '42["message"]');
    assert.equal(await asked.next(), '42["message-back"]');
    asked.close();
    other.close();
  });

  scenario("from another namespace of the same session is not its answer", async () => {
    const session = await openSocket(server());
    await joinNamespace(session, "/custom");
    session.send('420["ask","question",300]');
    const id = /^42(\d+)\["question"\]$/.exec(await session.next())[1];
    session.send(`43/custom,${id}["wrong"]`, `43${id}["right"]`);
    assert.equal(await session.next(), '430["ok","right"]');
    session.close();
  });

  scenario("after its time is ignored", async () => {
    const session = await openSocket(server());
    session.send('420["ask","question",50]');
    const id = /^42(\d+)\["question"\]$/.exec(await session.next())[1];
    assert.equal(await session.next(), '430["error","operation has timed out"]');
    session.send(`43${id}["late"]`, '42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    session.close();
  });
});

describe("attachments", () => {
  const event = `["message",${slot(0)}]`;
  for (const count of ["", "x", "50x", "-", "1.5-", "1,", "-1-", "NaN-", "Infinity-"]) {
    refused("their number", [`5${count}${count.endsWith("-") ? "" : "-"}${event}`, blob]);
  }
  const lenient = { differs: "it reads the number with Number()" };
  for (const count of ["1e0", "0x1", " 1", "+1", "1.0"])
    refused("their number", [`5${count}-${event}`, blob], lenient);
  refused("no number", [`5${event}`, blob]);
  refused("none", `50-["message"]`);
  refused("eleven", [`511-["message"]`, ...Array(11).fill(blob)]);
  refused("far too many", '5999999999999-["message"]');
  refused("in an acknowledgement, eleven", [`611-0["message"]`]);
  refused("in an acknowledgement, none", [`60-0["message"]`]);

  accepted(
    "ten",
    [
      "510-" + `["message",${Array.from({ length: 10 }, (_, i) => slot(i))}]`,
      ...Array(10).fill(blob),
    ],
    [
      "510-" + `["message-back",${Array.from({ length: 10 }, (_, i) => slot(i))}]`,
      ...Array(10).fill(blob),
    ],
  );
  accepted(
    "one that nobody refers to is dropped",
    ['51-["message","x"]', blob],
    '2["message-back","x"]',
  );
  accepted(
    "one that is used twice",
    [`51-["message",${slot(0)},${slot(0)}]`, blob],
    [`52-["message-back",${slot(0)},${slot(1)}]`, blob, blob],
  );
  accepted(
    "an object that only looks like a placeholder is data",
    ['51-["message",{"_placeholder":1,"num":0}]', blob],
    '2["message-back",{"_placeholder":1,"num":0}]',
  );

  for (const num of [
    "1",
    "-1",
    '"0"',
    '"splice"',
    "null",
    "true",
    "[0]",
    "{}",
    "1e1",
    "99999999999999999999",
  ]) {
    refused("a placeholder for", [`51-["message",${slot(num)}]`, blob]);
  }
  refused("a placeholder for", [`51-["message",${slot("0.5")}]`, blob], {
    differs: "0.5 passes its check of the range",
  });
  refused("a placeholder without number", ['51-["message",{"_placeholder":true}]', blob]);
  refused("text while they are due", [`51-${event}`, '2["message"]']);
  refused("CONNECT while they are due", [
    `52-["message",${slot(0)},${slot(1)}]`,
    blob,
    "0/custom,",
  ]);
  refused("one that nobody announced", blob);
  refused("one too many", [`51-["x",${slot(0)}]`, blob, blob]);
  refused("a reserved name", [`51-["disconnect",${slot(0)}]`, blob]);
  refused("no event name", [`51-[${slot(0)}]`, blob]);

  scenario("that never come die with their session", async () => {
    const session = await openSocket(server());
    session.send(`452-["message",${slot(0)},${slot(1)}]`, blob);
    session.close();
    await assertControlLives();
  });
});

describe("hostile JSON", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);

  accepted(
    "a hundred levels deep",
    `2["message",${nested(100)}]`,
    `2["message-back",${nested(100)}]`,
  );
  const unlimited = {
    differs: "JSON.parse has no limit, walking the value later overflows the stack",
  };
  refused("a hundred thousand levels deep", `2["message",${nested(100_000)}]`, unlimited);
  refused("half a million levels deep, never closed", `2["message",${"[".repeat(500_000)}`);
  refused(
    "as many objects",
    `2["message",${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}]`,
    unlimited,
  );

  scenario("a hundred thousand keys do not keep others waiting", async () => {
    const session = await openSocket(server());
    const object = `{${Array.from({ length: 50_000 }, (_, i) => `"key${i}":${i}`)}}`;
    session.send(`42["unheard",${object}]`, '42["message"]');
    assert.equal(await session.next(), '42["message-back"]');
    await assertControlLives();
    session.close();
  });

  const digits = "9".repeat(400);
  for (const number of ["1e999", "-1e999", digits, `-${digits}`]) {
    scenario(`a number too large for a double, ${number.slice(0, 10)}`, async () => {
      const session = await openSocket(server());
      session.send(`42["message",${number},1]`);
      // The number reads as infinite, which JSON.stringify() writes as null; a relay may also pass
      // it on unchanged.
      assert.match(await session.next(), /^42\["message-back",(null|-?1e999|-?9{400}),1\]$/);
      session.send('42["message","after"]');
      assert.equal(await session.next(), '42["message-back","after"]');
      session.close();
    });
  }

  refused("invalid escapes in the name", '2["\\uZZZZ"]');
});

describe("afterwards", () => {
  test("no session is left but the control client's", async () => {
    await until(
      async () => (await call(control, "clients-count")) === 1,
      "the other sessions' end",
    );
    assert.deepEqual(await call(control, "fetch-all"), [controlId]);
  });
});

describe("the socket's error handler", () => {
  for (const [packets, message] of [
    ["49", "unknown packet type 9"],
    ["4x", "unknown packet type NaN"],
    ['42/packets,["a"', "invalid payload"],
    ["42/packets,{}", "invalid payload"],
    ['42/packets,["connect"]', "invalid payload"],
    ['45-/packets,["a"]', "Illegal attachments"],
    ['450-/packets,["a"]', "Illegal attachments"],
    ['4511-/packets,["a"]', "too many attachments"],
    [['451-/packets,["a",{"_placeholder":true,"num":0}]', "42"], "got plaintext data when reconstructing a packet"],
    [Buffer.from([1]), "got binary data when not reconstructing a packet"],
    [['451-/packets,["a",{"_placeholder":true,"num":1}]', Buffer.from([1])], "illegal attachments"],
  ]) {
    scenario(`gets "${message}" for ${[packets].flat().map(show).join(" then ")}`, async (t) => {
      const session = await WebSocketSession.open(server());
      t.after(() => session.close());
      await joinNamespace(session, "/packets");
      session.send(...[packets].flat());
      assert.equal(await session.next(), `42/packets,["error-seen","${message}"]`);
      await session.closed();
      await assertControlLives();
    });
  }
});
