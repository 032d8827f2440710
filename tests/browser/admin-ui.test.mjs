// SPDX-License-Identifier: MIT
// The official Admin UI as it comes from npm, at work on clients of this server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { Server } from "../conformance/support/server.mjs";
import { launchChromium } from "./support/chromium.mjs";

const files = fileURLToPath(new URL("node_modules/@socket.io/admin-ui/ui/dist", import.meta.url));

let browser;
let server;

before(async () => {
  const flags = ["--ping-timeout", "20000", "--admin", "development", "--admin-auth"];
  server = await Server.start("socketio", { flags });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The page, as if the server served it below /ui/. Nothing comes from elsewhere: it would like to have fonts. */
async function openPage(test) {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  test.after(() => page.close());
  page.exceptions = [];
  page.on("pageerror", (error) => page.exceptions.push(error));
  await page.route("**/*", (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin !== server.url) return route.abort();
    if (!pathname.startsWith("/ui/")) return route.continue();
    return route.fulfill({ path: join(files, pathname.slice("/ui/".length)) });
  });
  await page.goto(`${server.url}/ui/index.html`);
  return page;
}

async function logIn(page, password) {
  await page.getByLabel("Server URL").fill(server.url);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Connect" }).click();
}

async function connectClient(test) {
  const client = io(server.url, { forceNew: true, reconnection: false, transports: ["websocket"] });
  test.after(() => client.disconnect());
  await once(client, "connect");
  return client;
}

async function picture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `admin-ui-${name}.png`) });
}

describe("the Admin UI", () => {
  it("shows a client that appears, makes it join a room, and disconnects it", async (test) => {
    // The page begins with the namespace "/" if somebody is in it.
    const first = await connectClient(test);
    const page = await openPage(test);
    await logIn(page, "wrong");
    await page.getByText("Invalid credentials").waitFor();
    await logIn(page, "changeit");
    await page.getByLabel("Password").waitFor({ state: "hidden" });

    await page.goto(`${server.url}/ui/index.html#/sockets/`);
    await page.getByRole("row").filter({ hasText: first.id }).waitFor();
    const client = await connectClient(test);
    const { id } = client;
    const row = page.getByRole("row").filter({ hasText: id }).filter({ hasText: "WebSocket" });
    await row.waitFor();
    await picture(page, "sockets");

    await row.getByText(id).click();
    await page.getByLabel("Join a room").fill("kitchen");
    await page.locator("form button[type=submit]:visible").click();
    await page.getByRole("row").filter({ hasText: "kitchen" }).waitFor();
    assert.deepEqual(await client.emitWithAck("rooms"), [id, "kitchen"].sort());
    await picture(page, "room");

    await page.goto(`${server.url}/ui/index.html#/sockets/`);
    const gone = once(client, "disconnect");
    await row.getByRole("button").click();
    assert.deepEqual((await gone)[0], "io server disconnect");
    await row.waitFor({ state: "detached" });

    await page.goto(`${server.url}/ui/index.html#/events/`);
    await page.getByText("disconnection").first().waitFor();
    await picture(page, "events");
    assert.deepEqual(page.exceptions, []);
  });

  it("comes back with its session, without the password", async (test) => {
    const page = await openPage(test);
    await logIn(page, "changeit");
    await page.getByLabel("Password").waitFor({ state: "hidden" });
    await page.reload();
    await page.getByText(/^\s*connected\s*$/i).first().waitFor();
    await page.getByText("/admin").first().waitFor();
    await picture(page, "dashboard");
  });
});
