// SPDX-License-Identifier: MIT
// The accounts' page: sign up, sign in, renew, sign out everywhere.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { PASSWORD, signUp } from "./support/people.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

/** Somebody in front of the accounts' page. */
class Person extends Visitor {
  async fill(email, password = PASSWORD) {
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
  }

  async signIn(email, password) {
    await this.fill(email, password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async createAccount(email, password) {
    await this.page.getByText("Create an account").click();
    await this.fill(email, password);
    await this.page.getByRole("button", { name: "Create the account" }).click();
  }

  isSignedInAs(email) {
    return this.page.getByRole("heading", { name: email }).waitFor();
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor();
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }
}

const openAccount = ({ open }, options) => open("/account", options, Person);

/** Ada has made her account in the first, and signed in in the second. */
async function inTwoWindows(test) {
  const here = await stage(test, browser);
  const ada = await openAccount(here);
  await ada.createAccount("ada@example.org");
  await ada.sees("Only this one");
  const again = await openAccount(here);
  await again.signIn("ada@example.org");
  return [ada, again];
}

describe("the accounts' page", () => {
  for (const look of looks) {
    it(`looks right: ${look.name}`, async (test) => {
      const here = await stage(test, browser);
      const ada = await openAccount(here, look);
      await ada.sees("Authentication required");
      await ada.looksRight(`account-form-${look.name}`);
      await ada.createAccount("ada@example.org");
      await ada.isSignedInAs("ada@example.org");
      await ada.sees("Only this one");
      await ada.looksRight(`account-${look.name}`);
    });
  }

  it("says what is wrong with an account or a sign-in", async (test) => {
    const here = await stage(test, browser);
    await signUp(here.showcase.url, "ada@example.org");
    const ada = await openAccount(here);
    ada.expectAnswer(401, "/api/login");
    for (const status of [400, 409]) ada.expectAnswer(status, "/api/signup");
    await ada.signIn("ada@example.org", "wrong");
    await ada.seesAlert("Wrong email or password.");
    await ada.createAccount("ada", PASSWORD);
    await ada.seesAlert("Please enter an email address.");
    await ada.fill("ada@example.org", "short");
    await ada.page.keyboard.press("Enter");
    await ada.seesAlert("at least 8 characters");
    await ada.fill("ada@example.org");
    await ada.page.keyboard.press("Enter");
    await ada.seesAlert("has an account already");
    await ada.page.getByText("Sign in", { exact: true }).first().click();
    await ada.signIn("ada@example.org");
    await ada.isSignedInAs("ada@example.org");
  });

  it("renews the token over the same connection", async (test) => {
    const here = await stage(test, browser);
    const ada = await openAccount(here);
    await ada.createAccount("ada@example.org");
    await ada.isSignedInAs("ada@example.org");
    const socket = await ada.page.locator("td code").innerText();
    await ada.press("Renew the token now");
    await ada.page.locator("[data-renewals='1']").waitFor();
    assert.equal(await ada.page.locator("td code").innerText(), socket);
    await ada.page.reload();
    await ada.isSignedInAs("ada@example.org");
  });

  it("renews it by itself before it ends", async (test) => {
    const here = await stage(test, browser, { TOKEN_LIFETIME: "3" });
    const ada = await openAccount(here);
    await ada.createAccount("ada@example.org");
    await ada.isSignedInAs("ada@example.org");
    await ada.page.locator("[data-renewals='2']").waitFor();
    await ada.isSignedInAs("ada@example.org");
  });

  it("signs out in one window, and the other stays", async (test) => {
    const [ada, again] = await inTwoWindows(test);
    await ada.sees("2, this one included");
    await again.press("Sign out");
    await again.page.getByLabel("Email").waitFor();
    await ada.sees("Only this one");
    await again.page.reload();
    await again.sees("Authentication required");
    await ada.press("Renew the token now");
    await ada.page.locator("[data-renewals='1']").waitFor();
  });

  it("counts one's connections, and signs out everywhere", async (test) => {
    const [ada, again] = await inTwoWindows(test);
    await again.sees("2, this one included");
    await ada.sees("2, this one included");
    await ada.press("Sign out everywhere");
    for (const tab of [ada, again]) await tab.sees("You were signed out everywhere.");
    await ada.signIn("ada@example.org");
    await ada.sees("Only this one");
  });
});
