// SPDX-License-Identifier: MIT
// The namespaces' page: one connection for all, and what an administrator may do.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { PASSWORD, signUp } from "./support/people.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

/** Somebody in front of the namespaces' page. */
class Member extends Visitor {
  isIn(nsp) {
    return this.page.locator(`[data-namespace='${nsp}'][data-joined='true']`).waitFor();
  }

  isOut(nsp) {
    return this.page.locator(`[data-namespace='${nsp}'][data-joined='false']`).waitFor();
  }

  get adminRow() {
    return this.page.locator("[data-namespace='/admin']");
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  async write(label, text) {
    await this.page.getByLabel(label).fill(text);
    await this.page.getByLabel(label).press("Enter");
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor();
  }

  /**
   * Writes in /chat until everybody reads it. If page and server end /admin at the same moment, the
   * server closes the connection, as the reference does, and what is on its way is lost.
   */
  async isHeard(text) {
    const seen = this.page.getByText(text).first();
    for (let attempt = 0; attempt < 5 && !(await seen.isVisible()); ++attempt) {
      await this.write("Message to /chat", text);
      await seen.waitFor({ timeout: 5_000 }).catch(() => {});
    }
    await this.sees(text);
  }

  /** By way of the accounts' page, without loading the page again. */
  async signInAsAdministrator() {
    await this.page.getByRole("link", { name: "Sign in" }).click();
    await this.page.getByLabel("Email").fill("ada@example.org");
    await this.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await this.page.keyboard.press("Enter");
    await this.page.getByText("Administrator", { exact: true }).waitFor();
    await this.page.goBack();
    await this.isIn("/admin");
  }
}

async function withAdministrator(test, settings) {
  const here = await stage(test, browser, settings);
  await signUp(here.showcase.url, "ada@example.org");
  return { ...here, open: (options) => here.open("/namespaces", options, Member) };
}

describe("the namespaces' page", () => {
  for (const look of looks) {
    it(`looks right: ${look.name}`, async (test) => {
      const { open } = await withAdministrator(test);
      const ada = await open(look);
      await ada.isIn("/chat");
      await ada.adminRow.getByText("Admin access required").waitFor();
      await ada.looksRight(`namespaces-visitor-${look.name}`);
      await ada.signInAsAdministrator();
      await ada.write("Message to /chat", "Hello, everybody in /chat");
      await ada.write("Notice to everybody", "The server restarts at noon");
      await ada.sees("received on /, /chat, /admin");
      await ada.looksRight(`namespaces-${look.name}`);
    });
  }

  it("joins and leaves one namespace without the others", async (test) => {
    const { open } = await withAdministrator(test);
    const ada = await open();
    await ada.isIn("/chat");
    const session = await ada.page.locator("p code").first().innerText();
    await ada.press("Leave /chat");
    await ada.isOut("/chat");
    await ada.isIn("/");
    await ada.write("Message to /chat", "into the void");
    await ada.seesAlert("offline");
    await ada.press("Join /chat");
    await ada.isIn("/chat");
    assert.equal(await ada.page.locator("p code").first().innerText(), session);
  });

  it("carries words to everybody in /chat", async (test) => {
    const { open } = await withAdministrator(test);
    const ada = await open();
    const bob = await open();
    await ada.isIn("/chat");
    await bob.isIn("/chat");
    await ada.write("Message to /chat", "hello from Ada");
    await bob.sees("hello from Ada");
    await ada.sees("hello from Ada");
  });

  it("lets an administrator notify all, and disconnect one", async (test) => {
    const { open } = await withAdministrator(test);
    const bob = await open();
    await bob.isIn("/chat");
    await bob.sees("The server calls you Visitor 1.");
    const ada = await open();
    await ada.signInAsAdministrator();
    await ada.write("Notice to everybody", "Be back soon");
    await bob.sees("Be back soon");
    await bob.sees("received on /, /chat");
    await ada.press("Disconnect Visitor 1");
    await bob.isOut("/chat");
    await bob.isIn("/");
    await ada.page.getByRole("button", { name: "Disconnect Visitor 1" }).waitFor({ state: "detached" });
    await bob.press("Join /chat");
    await bob.isIn("/chat");
    await ada.page.getByRole("button", { name: "Disconnect Visitor 3" }).waitFor();
  });

  it("lets a renewed token into /admin again, and nobody who signs out meanwhile", async (test) => {
    const { open } = await withAdministrator(test, { TOKEN_LIFETIME: "5" });
    const ada = await open();
    let ends = 0;
    const secondEnd = new Promise((resolve) => {
      ada.fromServer = (message) => {
        if (message !== "41/admin,") return true;
        if (++ends === 2) resolve();
        return ends === 1;
      };
    });
    await ada.interceptWebSocket();
    await ada.signInAsAdministrator();
    await secondEnd;
    await ada.isIn("/admin");
    await ada.page.getByRole("link", { name: "Accounts" }).click();
    await ada.press("Sign out");
    await ada.page.goBack();
    await ada.isOut("/admin");
    // Had it asked to be let in again, that would have taken the place of these words.
    await ada.adminRow.getByText("io client disconnect").waitFor();
  });

  it("leaves /admin when the tokens of both end", async (test) => {
    const { open } = await withAdministrator(test, { TOKEN_LIFETIME: "3" });
    const ada = await open();
    ada.toServer = (message) => !message.includes('"renew"');
    await ada.interceptWebSocket();
    await ada.signInAsAdministrator();
    await ada.isOut("/admin");
    await ada.isHeard("Still here");
    assert.match(await ada.adminRow.innerText(), /io (client|server) disconnect/);
  });
});
