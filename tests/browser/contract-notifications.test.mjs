// SPDX-License-Identifier: MIT
// Orders by HTTP, notifications by plain clients.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, hears, refused } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

let showcase;

before(async () => (showcase = await Showcase.start()));
after(() => showcase?.stop());

/** The status and the JSON of an answer. */
async function answered(response) {
  assert.match(response.headers.get("content-type"), /^application\/json/);
  return [response.status, await response.json()];
}

async function get(path) {
  return answered(await fetch(showcase.url + path));
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return answered(await fetch(showcase.url + path, { method: "POST", headers, body: text }));
}

function setStatus(id, status) {
  return post(`/api/orders/${id}/status`, { status });
}

async function placed(userId = "ada") {
  const [status, order] = await post("/api/orders", { userId, item: "A teapot" });
  assert.equal(status, 201);
  assert.deepEqual(order, { id: order.id, userId, item: "A teapot", status: "pending" });
  return order;
}

async function authenticated(test, userId) {
  const socket = connect(test, showcase.url);
  assert.deepEqual(await socket.emitWithAck("authenticate", userId), {
    ok: true,
    userId: String(userId),
  });
  return socket;
}

describe("orders", () => {
  it("are listed, of one user or of all", async () => {
    const order = await placed();
    const [status, all] = await get("/api/orders");
    assert.equal(status, 200);
    assert.deepEqual(all[0], order);
    assert.ok(all.some(({ userId }) => userId === "grace"));
    const [, hers] = await get("/api/orders?userId=grace");
    assert.ok(hers.length > 0 && hers.every(({ userId }) => userId === "grace"));
    assert.deepEqual(await get("/api/orders?userId=nobody"), [200, []]);
  });

  it("change, and outlive the server", async () => {
    const { id } = await placed("bob");
    assert.deepEqual(await setStatus(id, "shipped"), [200, { success: true }]);
    await showcase.halt();
    await showcase.resume();
    const [, [order]] = await get("/api/orders?userId=bob");
    assert.deepEqual([order.id, order.status], [id, "shipped"]);
  });

  it("refuse what is no JSON with a status", async () => {
    const { id } = await placed();
    const path = `/api/orders/${id}/status`;
    for (const body of [
      "",
      "shipped",
      "{",
      "null",
      "[]",
      "{}",
      '{"status":7}',
      '{"status":"lost"}',
    ]) {
      const [status, { error }] = await post(path, body);
      assert.equal(status, 400, body);
      assert.match(error, /status/);
    }
    for (const body of [
      "",
      "{}",
      '{"userId":"ada"}',
      '{"userId":"ada","item":" "}',
      '{"userId":7}',
    ])
      assert.equal((await post("/api/orders", body))[0], 400, body);
  });

  it("that are unknown are not found", async () => {
    for (const id of ["1", "999999", "nothing", "1001x", "%27"])
      assert.deepEqual(await setStatus(id, "shipped"), [404, { error: "There is no such order." }]);
  });

  it("do not go back", async () => {
    const { id } = await placed();
    await setStatus(id, "shipped");
    for (const status of ["shipped", "pending", "cancelled"]) {
      const [code, { error }] = await setStatus(id, status);
      assert.equal(code, 409);
      assert.equal(error, `The order is shipped: it cannot become ${status}.`);
    }
    assert.deepEqual(await setStatus(id, "delivered"), [200, { success: true }]);
  });
});

describe("an unknown address below /api/", () => {
  it("is not found, as JSON, for programs and for browsers", async () => {
    const none = [404, { error: "There is nothing at this address." }];
    for (const Accept of ["*/*", "text/html,*/*;q=0.8", "application/json"]) {
      for (const path of ["/api/", "/api/nothing", "/api/orders/1001/nothing"]) {
        const response = await fetch(showcase.url + path, { headers: { Accept } });
        assert.deepEqual(await answered(response), none, `${path} for ${Accept}`);
      }
    }
    assert.deepEqual(await post("/api/nothing", {}), none);
    const page = await fetch(`${showcase.url}/chat`, { headers: { Accept: "text/html" } });
    assert.match(page.headers.get("content-type"), /^text\/html/);
    assert.equal((await fetch(`${showcase.url}/chat`)).status, 404);
  });
});

describe("a notification", () => {
  it("reaches every connection of the order's owner, and nobody else", async (test) => {
    const { id } = await placed("ada");
    const ada = [await authenticated(test, "ada"), await authenticated(test, "ada")];
    const grace = await authenticated(test, "grace");
    grace.on("notification", () => assert.fail("heard of an order of another"));
    const heard = ada.map((socket) => hears(socket, "notification"));
    await setStatus(id, "processing");
    for (const notification of await Promise.all(heard))
      assert.deepEqual(notification, {
        type: "order-status",
        orderId: id,
        status: "processing",
        message: `Order ${id} is processing.`,
      });
    await grace.emitWithAck("authenticate", "grace");
  });

  it("reaches a client of the guides, whose users are numbers", async (test) => {
    const { id } = await placed("7");
    const socket = connect(test, showcase.url);
    socket.emit("authenticate", 7);
    await socket.emitWithAck("get-rooms");
    const heard = hears(socket, "notification");
    await setStatus(id, "shipped");
    assert.equal((await heard).orderId, id);
  });

  it("is not heard by who has become somebody else, or joins the room by its name", async (test) => {
    const { id } = await placed("ada");
    const socket = await authenticated(test, "ada");
    socket.on("notification", () => assert.fail("heard of an order of another"));
    await socket.emitWithAck("authenticate", "grace");
    await socket.emitWithAck("join-room", "user:ada");
    await setStatus(id, "shipped");
    await socket.emitWithAck("authenticate", "grace");
  });

  it("is for users who can be named", async (test) => {
    const socket = connect(test, showcase.url);
    for (const user of ["", " ", "x".repeat(25), null, 1.5, {}, []])
      await refused(socket.emitWithAck("authenticate", user), /1 to 24/);
  });
});
