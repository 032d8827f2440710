// SPDX-License-Identifier: MIT
// Rooms by plain clients.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, hears, hearsWhen, refused, slowsDown } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

let rooms = 0;

function freshRoom() {
  return `room ${++rooms}`;
}

/** A client of the guides: it has no name, and asks for no acknowledgement. */
async function inRoom(test, roomId) {
  const socket = connect(test, showcase.url);
  socket.emit("join-room", roomId);
  socket.emit("get-room-users", roomId);
  await hears(socket, "room-users");
  return socket;
}

describe("a room", () => {
  it("carries messages to who is in it, the sender too, and to nobody else", async (test) => {
    const roomId = freshRoom();
    const ada = await inRoom(test, roomId);
    const grace = await inRoom(test, roomId);
    const outside = await inRoom(test, freshRoom());
    outside.on("room-message", () => assert.fail("heard what was said in another room"));
    const heard = [hears(ada, "room-message"), hears(grace, "room-message")];
    ada.emit("room-message", { roomId, message: "hello" });
    for (const message of await Promise.all(heard))
      assert.deepEqual(message, { roomId, sender: ada.id, message: "hello" });
    await outside.emitWithAck("get-rooms");
  });

  it("tells its members who joins and who leaves, in any way", async (test) => {
    const roomId = freshRoom();
    const ada = await inRoom(test, roomId);
    const arrival = hears(ada, "room-user-joined");
    const grace = await inRoom(test, roomId);
    const user = grace.id;
    assert.deepEqual(await arrival, { roomId, user });
    const departure = hears(ada, "room-user-left");
    grace.emit("leave-room", roomId);
    assert.deepEqual(await departure, { roomId, user });
    const again = hears(ada, "room-user-joined");
    grace.emit("join-room", roomId);
    await again;
    const lost = hears(ada, "room-user-left");
    grace.disconnect();
    assert.deepEqual(await lost, { roomId, user });
  });

  it("lists its members by name, or by id where there is none", async (test) => {
    const roomId = freshRoom();
    const ada = await inRoom(test, roomId);
    const grace = connect(test, showcase.url);
    const answer = await grace.emitWithAck("join-room", ` ${roomId} `, " Grace ");
    assert.deepEqual(answer, { ok: true, roomId, user: "Grace" });
    const listed = hears(ada, "room-users");
    ada.emit("get-room-users", roomId);
    assert.deepEqual(await listed, [ada.id, "Grace"].sort());
    assert.deepEqual(await ada.emitWithAck("get-room-users", "nobody is here"), []);
  });

  it("is joined once, however often it is asked for", async (test) => {
    const roomId = freshRoom();
    const ada = await inRoom(test, roomId);
    await ada.emitWithAck("join-room", roomId);
    const listed = await ada.emitWithAck("get-rooms");
    assert.deepEqual(
      listed.find((room) => room.roomId === roomId),
      { roomId, users: 1 },
    );
  });

  it("is known while somebody is in it", async (test) => {
    const roomId = freshRoom();
    const watcher = connect(test, showcase.url);
    await watcher.emitWithAck("get-rooms");
    // The rooms of earlier cases may still be ending.
    const has = (rooms) => rooms.some((room) => room.roomId === roomId);
    const opened = hearsWhen(watcher, "rooms", has);
    const ada = await inRoom(test, roomId);
    await opened;
    const closed = hearsWhen(watcher, "rooms", (rooms) => !has(rooms));
    ada.disconnect();
    await closed;
  });
});

describe("what is refused", () => {
  it("is a message to a room that one is not in, an empty one, one too long", async (test) => {
    const roomId = freshRoom();
    const ada = await inRoom(test, roomId);
    const say = (message, room = roomId) =>
      ada.emitWithAck("room-message", { roomId: room, message });
    await refused(say("hello", "another room"), /Join the room first/);
    await refused(say("  "), /1 to 2000/);
    await refused(say("x".repeat(2001)), /1 to 2000/);
    assert.deepEqual(await say("x".repeat(2000)), { ok: true });
    await ada.emitWithAck("leave-room", roomId);
    await refused(say("hello"), /Join the room first/);
  });

  it("is a room or a name that nobody could read", async (test) => {
    const ada = connect(test, showcase.url);
    for (const roomId of ["", "  ", "x".repeat(41), "a\u200bb"])
      await refused(ada.emitWithAck("join-room", roomId), /room's name/);
    for (const name of ["", "x".repeat(25), "A\u200bda"])
      await refused(ada.emitWithAck("join-room", freshRoom(), name), /Your name/);
  });

  it("is told to who asks for no acknowledgement", async (test) => {
    const ada = connect(test, showcase.url);
    for (const [event, argument, words] of [
      ["join-room", "", /room's name/],
      ["room-message", { roomId: freshRoom(), message: "hello" }, /Join the room first/],
    ]) {
      const error = hears(ada, "error");
      ada.emit(event, argument);
      assert.match((await error).message, words);
    }
  });

  it("is to join, or to ask for the list, without end", async (test) => {
    const roomId = freshRoom();
    const ada = connect(test, showcase.url);
    await slowsDown(() => ada.emitWithAck("join-room", roomId));
    const grace = connect(test, showcase.url);
    await slowsDown(() => grace.emitWithAck("get-rooms"));
  });

  it("is one room too many", async (test) => {
    const socket = connect(test, showcase.url);
    const join = () => socket.emitWithAck("join-room", freshRoom());
    let answer = await join();
    for (let joined = 1; answer.ok && joined < 100; ++joined) answer = await join();
    assert.match(answer.error, /too many rooms/);
  });

  it("is left as it was joined, whatever stands around its name", async (test) => {
    const roomId = freshRoom();
    const socket = connect(test, showcase.url);
    assert.equal((await socket.emitWithAck("join-room", ` ${roomId} `)).roomId, roomId);
    assert.deepEqual(await socket.emitWithAck("get-room-users", ` ${roomId} `), [socket.id]);
    await socket.emitWithAck("leave-room", ` ${roomId} `);
    assert.deepEqual(await socket.emitWithAck("get-room-users", roomId), []);
  });

  it("is to join a room of another application by its name", async (test) => {
    const spy = connect(test, showcase.url);
    await spy.emitWithAck("join-room", "chat:lobby");
    spy.on("chat-message", () => assert.fail("heard the chat without having joined it"));
    const ada = connect(test, showcase.url);
    await ada.emitWithAck("join", "Ada");
    await ada.emitWithAck("chat-message", "for who has joined");
    await spy.emitWithAck("get-rooms");
  });

  it("is what has another shape, which does no harm", async (test) => {
    const ada = connect(test, showcase.url);
    for (const wrong of [null, 7, {}, ["x"], Buffer.from("x")]) {
      ada.emit("join-room", wrong);
      ada.emit("room-message", wrong);
      ada.emit("get-room-users", wrong);
    }
    ada.emit("join-room");
    ada.emit("room-message");
    assert.equal((await ada.emitWithAck("join-room", freshRoom())).ok, true);
  });
});
