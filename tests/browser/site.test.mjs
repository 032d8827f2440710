// SPDX-License-Identifier: MIT
// The frame of all pages.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, NARROW } from "./support/visitor.mjs";

const sources = new URL("../../examples/showcase/server/", import.meta.url);

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

/** By a name that is no loopback address, so that the browser takes the page for insecure. */
function elsewhere({ url }, path) {
  return url.replace("127.0.0.1", "another.test") + path;
}

function links(visitor) {
  return visitor.page.getByLabel("Applications").getByRole("link");
}

describe("the first page", () => {
  for (const look of looks) {
    it(`has a card for each application: ${look.name}`, async (test) => {
      const { open } = await stage(test, browser);
      const visitor = await open("/", look);
      await visitor.seesTransport("websocket");
      const cards = visitor.page.getByRole("main").getByRole("link");
      assert.equal(await cards.count(), (await links(visitor).count()) - 1);
      await visitor.looksRight(`home-${look.name}`);
    });
  }
});

describe("every page", () => {
  it("is reached by the navigation and by its address, and shows the source that is running", async (test) => {
    const { showcase, open } = await stage(test, browser);
    const visitor = await open("/");
    const paths = await links(visitor).evaluateAll((all) => all.map((link) => link.pathname));
    const heading = visitor.page.getByRole("heading", { level: 1 });
    for (const path of paths.filter((each) => each !== "/")) {
      const link = visitor.page.locator(`nav a[href="${path}"]`);
      const title = await link.innerText();
      await link.click();
      await heading.filter({ hasText: title }).waitFor();
      const shown = await visitor.source();
      const name = await visitor.page.getByLabel("Server part").locator("code").first().innerText();
      assert.equal(shown.trim(), (await readFile(new URL(name, sources), "utf8")).trim());
      await visitor.page.goto(showcase.url + path);
      await heading.filter({ hasText: title }).waitFor();
    }
  });

  it("has its source at the clipboard at the press of a button", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/chat");
    await visitor.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const shown = await visitor.source();
    await visitor.page.getByRole("button", { name: "Copy" }).click();
    await visitor.page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await visitor.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied.trim(), shown.trim());
  });

  it("gives its source away over plain HTTP from another machine, too", async (test) => {
    const { showcase, open } = await stage(test, browser);
    const visitor = await open(elsewhere(showcase, "/chat"));
    assert.equal(await visitor.page.evaluate(() => isSecureContext), false);
    const shown = await visitor.source();
    await visitor.page.getByRole("button", { name: "Copy" }).click();
    const copied = visitor.page.getByRole("button", { name: "Copied" });
    await copied.waitFor();
    assert.equal(await copied.evaluate((button) => button === document.activeElement), true);
    const field = visitor.page.getByLabel("Your name");
    await field.press("Control+V");
    const [firstLine] = shown.split("\n");
    assert.ok((await field.inputValue()).startsWith(firstLine));
  });

  it("lets who uses the keyboard skip what all pages have", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/errors");
    await visitor.seesTransport("websocket");
    await visitor.page.keyboard.press("Tab");
    const skip = visitor.page.getByRole("link", { name: "Skip to the content" });
    assert.equal(await skip.evaluate((link) => link === document.activeElement), true);
    await visitor.looksRight("skip-link-wide-light");
    await visitor.page.keyboard.press("Enter");
    await visitor.page.keyboard.press("Tab");
    const first = visitor.page.getByRole("button", { name: "Succeed" });
    assert.equal(await first.evaluate((button) => button === document.activeElement), true);
  });

  it("says in words how it is connected", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/?transport=polling");
    const status = visitor.page.getByRole("banner").getByRole("status");
    await status.filter({ hasText: /^Connection: Long-polling$/ }).waitFor();
    assert.equal(await status.getAttribute("aria-label"), null);
  });

  it("is light or dark as its reader likes", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/", { colorScheme: "light" });
    await visitor.page.getByRole("button", { name: "Use the dark colours" }).click();
    await visitor.page.locator("html[data-mantine-color-scheme=dark]").waitFor();
    await visitor.page.reload();
    await visitor.page.getByRole("button", { name: "Use the light colours" }).waitFor();
  });
});

describe("a narrow window", () => {
  it("opens the navigation by keyboard, which goes away when a page is chosen", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/", { viewport: NARROW });
    const burger = visitor.page.getByRole("button", { name: "Navigation" });
    await burger.press("Enter");
    await visitor.page
      .getByLabel("Applications")
      .getByRole("link", { name: "Chat" })
      .press("Enter");
    await visitor.page.getByRole("heading", { level: 1, name: "Chat" }).waitFor();
    await visitor.page.locator("button[aria-expanded=false]").first().waitFor();
  });
});

describe("an address that names nothing", () => {
  it("is told to whoever opens it", async (test) => {
    const { open } = await stage(test, browser);
    const visitor = await open("/nothing");
    await visitor.page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await visitor.looksRight("nothing-wide-light");
    await visitor.page.getByRole("link", { name: "See what there is." }).click();
    await visitor.page.getByRole("heading", { level: 1, name: /What people build/ }).waitFor();
  });

  it("is not found by programs", async (test) => {
    const { showcase } = await stage(test, browser);
    const headers = { Accept: "application/json" };
    for (const path of ["/nothing", "/source/nothing.cpp", "/source/..%2Fmain.cpp", "/api/nothing"])
      assert.equal((await fetch(showcase.url + path, { headers })).status, 404, path);
  });
});
