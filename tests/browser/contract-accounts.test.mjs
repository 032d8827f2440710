// SPDX-License-Identifier: MIT
// Accounts, as a plain client meets them: HTTP, and the namespace /account.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { createConnection } from "node:net";
import { after, before, describe, it } from "node:test";
import { post, PASSWORD, signIn, signUp } from "./support/people.mjs";
import { connect, connected, hears, hearsWhen } from "./support/client.mjs";
import { Showcase } from "./support/showcase.mjs";

const SECRET = "a secret that only this test and the server know";

let showcase;

before(async () => (showcase = await Showcase.start({ JWT_SECRET: SECRET })));
after(() => showcase?.stop());

let people = 0;

/** Tests share one server: each has people of its own. */
async function somebody() {
  const email = `person${++people}@example.org`;
  await signUp(showcase.url, email);
  return { email, token: await signIn(showcase.url, email) };
}

const account = (test, token, options) =>
  connected(test, `${showcase.url}/account`, { auth: { token }, ...options });

/** What a client that is refused is told. */
const refusal = async (test, auth) =>
  (await hears(connect(test, `${showcase.url}/account`, { auth }), "connect_error")).message;

const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

function tokenMadeBy(secret, header, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

describe("POST /api/signup", () => {
  it("makes an account", async () => {
    const { status, body } = await post(showcase.url, "/api/signup", {
      email: "new@example.org",
      password: PASSWORD,
    });
    assert.deepEqual({ status, body }, { status: 201, body: { success: true } });
  });

  it("refuses an address that has one, however it is written", async () => {
    const { email } = await somebody();
    const again = { email: ` ${email.toUpperCase()} `, password: PASSWORD };
    const { status, body } = await post(showcase.url, "/api/signup", again);
    assert.equal(status, 409);
    assert.match(body.error, /has an account already/);
  });

  it("refuses what cannot be an account", async () => {
    const refused = async (body, words) => {
      const answer = await post(showcase.url, "/api/signup", body);
      assert.equal(answer.status, 400);
      assert.match(answer.body.error, words);
    };
    await refused({ email: "nobody", password: PASSWORD }, /email address/);
    await refused({ email: "short@example.org", password: "short" }, /at least 8/);
    await refused({ email: "short@example.org" }, /JSON/);
    await refused([], /JSON/);
  });
});

/** Sends the request, and goes without its answer. */
async function leaveBehind(url, path, body) {
  const { hostname, port } = new URL(url);
  const socket = createConnection(Number(port), hostname);
  const text = JSON.stringify(body);
  const request =
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  await new Promise((resolve) => socket.write(request, resolve));
  socket.destroy();
}

describe("a client that goes before it is answered", () => {
  it("costs no hash and gets no account", async () => {
    const busy = Array.from({ length: 10 }, (_, i) =>
      signUp(showcase.url, `busy${i}@example.org`),
    );
    const gone = { email: "gone@example.org", password: PASSWORD };
    await leaveBehind(showcase.url, "/api/signup", gone);
    await Promise.all(busy);
    await signUp(showcase.url, "after@example.org");
    assert.equal((await post(showcase.url, "/api/login", gone)).status, 401);
  });
});

/** From another address of this machine. */
async function statusOfLogin(url, localAddress, body) {
  const headers = { "Content-Type": "application/json" };
  const login = request(`${url}/api/login`, { method: "POST", localAddress, headers });
  login.end(JSON.stringify(body));
  const [response] = await once(login, "response");
  response.resume();
  return response.statusCode;
}

describe("POST /api/login", () => {
  it("answers with a token of HS256 that expires", async () => {
    const { email, token } = await somebody();
    const header = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
    assert.equal(header.alg, "HS256");
    assert.equal(claimsOf(token).email, email);
    assert.ok(claimsOf(token).exp > Date.now() / 1000);
  });

  it("refuses a wrong password and an unknown address alike", async () => {
    const { email } = await somebody();
    for (const who of [
      { email, password: "wrong" },
      { email, password: `${PASSWORD}!` },
      { email: "nobody@example.org", password: PASSWORD },
    ]) {
      const { status, body } = await post(showcase.url, "/api/login", who);
      assert.equal(status, 401);
      assert.deepEqual(body, { error: "Wrong email or password." });
    }
  });

  it("says what is missing", async () => {
    assert.equal((await post(showcase.url, "/api/login", { email: "a@b.c" })).status, 400);
  });

  it("is refused after ten failures in a minute, even with the right password", async (test) => {
    const own = await Showcase.start();
    test.after(() => own.stop());
    await signUp(own.url, "ada@example.org");
    await signUp(own.url, "grace@example.org");
    // Who succeeds may do so as often as they like.
    for (let i = 0; i < 12; ++i) await signIn(own.url, "ada@example.org");
    const wrong = { email: "ada@example.org", password: "wrong password" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(own.url, "/api/login", wrong)),
    );
    assert.equal(answers.filter(({ status }) => status === 401).length, 10);
    assert.equal(answers.filter(({ status }) => status === 429).length, 10);
    const right = { email: "grace@example.org", password: PASSWORD };
    const { status, body } = await post(own.url, "/api/login", right);
    assert.equal(status, 429, "all come from one address");
    assert.match(body.error, /Too many attempts/);
    const elsewhere = (who) => statusOfLogin(own.url, "127.0.0.2", who);
    assert.equal(await elsewhere({ email: " ADA@example.org", password: PASSWORD }), 429);
    assert.equal(await elsewhere(right), 200);
  });
});

describe("/account", () => {
  it("asks who does not show a token to sign in", async (test) => {
    assert.equal(await refusal(test, {}), "Authentication required");
    assert.equal(await refusal(test, { token: "" }), "Authentication required");
    assert.equal(await refusal(test, { token: { alg: "none" } }), "Authentication required");
  });

  it("refuses a token that is none of ours", async (test) => {
    const { token } = await somebody();
    const claims = claimsOf(token);
    const hs256 = { alg: "HS256", typ: "JWT" };
    assert.equal(tokenMadeBy(SECRET, hs256, claims).split(".").length, 3);
    for (const wrong of [
      "any text",
      `${token}x`,
      tokenMadeBy("another secret", hs256, claims),
      tokenMadeBy(SECRET, { alg: "none", typ: "JWT" }, claims),
      tokenMadeBy(SECRET, hs256, { ...claims, exp: Math.floor(Date.now() / 1000) - 1 }),
      tokenMadeBy(SECRET, hs256, { ...claims, exp: undefined }),
      tokenMadeBy(SECRET, hs256, { ...claims, sub: "999999" }),
    ]) {
      assert.equal(await refusal(test, { token: wrong }), "Invalid token");
    }
  });

  it("takes a token that anybody with the secret has signed", async (test) => {
    const { token } = await somebody();
    const made = tokenMadeBy(SECRET, { alg: "HS256", typ: "JWT" }, claimsOf(token));
    await account(test, made);
  });

  it("says who one is", async (test) => {
    const { email, token } = await somebody();
    const socket = connect(test, `${showcase.url}/account`, { auth: { token } });
    const told = await hears(socket, "account");
    assert.equal(told.email, email);
    assert.equal(told.role, "user");
    assert.equal(told.expiresAt, claimsOf(token).exp * 1000);
    const lifetime = 900_000;
    assert.ok(told.expiresIn > 0 && told.expiresIn <= lifetime, `${told.expiresIn} ms`);
  });

  it("tells all connections of one person, and nobody else, how many they are", async (test) => {
    const ada = await somebody();
    const one = await account(test, ada.token);
    const other = await account(test, (await somebody()).token);
    const strangers = [];
    other.on("connections", (count) => strangers.push(count));
    const both = hearsWhen(one, "connections", (count) => count === 2);
    const two = await account(test, ada.token);
    await both;
    const alone = hearsWhen(one, "connections", (count) => count === 1);
    two.disconnect();
    await alone;
    assert.ok(strangers.every((count) => count === 1));
  });

  it("renews a token without losing the connection", async (test) => {
    const { token } = await somebody();
    const socket = await account(test, token);
    const id = socket.id;
    const reply = await socket.emitWithAck("renew");
    assert.equal(reply.ok, true);
    assert.equal(socket.id, id);
    assert.equal(claimsOf(reply.token).sub, claimsOf(token).sub);
    assert.equal(reply.expiresAt, claimsOf(reply.token).exp * 1000);
    assert.ok(reply.expiresIn > 800_000 && reply.expiresIn <= 900_000, `${reply.expiresIn} ms`);
    await account(test, reply.token);
  });

  it("signs out everywhere, and takes no older token afterwards", async (test) => {
    const { email, token } = await somebody();
    const here = await account(test, token);
    const there = await account(test, token);
    const stranger = await account(test, (await somebody()).token);
    const told = Promise.all([hears(here, "signed-out"), hears(there, "signed-out")]);
    const ended = Promise.all([once(here, "disconnect"), once(there, "disconnect")]);
    here.emit("sign-out-everywhere");
    await told;
    for (const [reason] of await ended) assert.equal(reason, "io server disconnect");
    assert.equal(await refusal(test, { token }), "Invalid token");
    await account(test, await signIn(showcase.url, email));
    assert.equal(stranger.connected, true);
  });
});

describe("a token's time", () => {
  let hasty;
  before(async () => (hasty = await Showcase.start({ TOKEN_LIFETIME: "2" })));
  after(() => hasty?.stop());

  it("ends the connection that it opened, unless it was renewed", async (test) => {
    await signUp(hasty.url, "ada@example.org");
    const token = await signIn(hasty.url, "ada@example.org");
    const url = `${hasty.url}/account`;
    const renewed = await connected(test, url, { auth: { token } });
    const expired = await connected(test, url, { auth: { token } });
    let latest = token;
    const renewing = setInterval(async () => {
      ({ token: latest } = await renewed.emitWithAck("renew"));
    }, 300);
    test.after(() => clearInterval(renewing));
    await Promise.all([hears(expired, "token-expired"), once(expired, "disconnect")]);
    assert.equal(renewed.connected, true);
    const late = connect(test, url, { auth: { token } });
    assert.equal((await hears(late, "connect_error")).message, "Invalid token");
    await connected(test, url, { auth: { token: latest } });
  });
});

describe("who was told that the token has expired", () => {
  it("comes back with the same socket and a new token", async (test) => {
    const own = await Showcase.start({ TOKEN_LIFETIME: "3" });
    test.after(() => own.stop());
    await signUp(own.url, "ada@example.org");
    const token = await signIn(own.url, "ada@example.org");
    const socket = connect(test, `${own.url}/account`, { auth: { token } });
    const { expiresIn } = await hears(socket, "account");
    assert.ok(expiresIn > 0 && expiresIn <= 3000, `${expiresIn} ms`);
    await Promise.all([hears(socket, "token-expired"), once(socket, "disconnect")]);
    socket.auth = { token: await signIn(own.url, "ada@example.org") };
    const again = hears(socket, "account");
    const counted = hears(socket, "connections");
    socket.connect();
    assert.equal((await again).email, "ada@example.org");
    assert.equal(await counted, 1);
    assert.equal((await socket.emitWithAck("renew")).ok, true);
  });
});

describe("a restart", () => {
  it("keeps accounts and the secret of tokens, which only its owner can read", async (test) => {
    const own = await Showcase.start();
    test.after(() => own.stop());
    await signUp(own.url, "ada@example.org");
    const token = await signIn(own.url, "ada@example.org");
    await own.halt();
    assert.equal(await own.modeOf("jwt-secret"), 0o600);
    assert.equal(await own.modeOf("showcase.sqlite"), 0o600);
    await own.resume();
    await connected(test, `${own.url}/account`, { auth: { token } });
    await signIn(own.url, "ada@example.org");
  });
});
