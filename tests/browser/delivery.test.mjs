// SPDX-License-Identifier: MIT
// The page about delivery: what arrives when connections are cut.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

const COLUMNS = ["Default", "Recovery", "Retries"];

class Watcher extends Visitor {
  column(name) {
    return this.page.getByRole("region", { name, exact: true });
  }

  /** What a column says, as numbers. */
  async figures(name) {
    const cells = this.column(name).locator("[data-figure]");
    return Object.fromEntries(
      await cells.evaluateAll((all) =>
        all.map((cell) => [cell.dataset.figure, Number(cell.textContent)]),
      ),
    );
  }

  async isOnline() {
    for (const name of COLUMNS) await this.column(name).locator("[data-state=online]").waitFor();
  }

  /** So many of a column's numbers have arrived, or more. */
  async hasReceived(name, least) {
    const cell = await this.column(name).locator("[data-figure=received]").elementHandle();
    await this.page.waitForFunction(([it, count]) => Number(it.textContent) >= count, [cell, least]);
  }

  /** Cuts the connections once numbers have come, and waits until every column goes on. */
  async cut() {
    for (const name of COLUMNS) await this.hasReceived(name, 5);
    await this.page.getByRole("button", { name: "Cut the connections" }).click();
    await this.goesOn();
  }

  /** Every column is back after a cut, and numbers come. */
  async goesOn() {
    for (const name of COLUMNS) {
      await this.column(name).locator('[data-returns]:not([data-returns="0"])').waitFor();
      const { received } = await this.figures(name);
      await this.hasReceived(name, received + 5);
    }
  }
}

const openDelivery = ({ open }, options, path = "/delivery") => open(path, options, Watcher);

/** Each column has kept its promise, and the first has lost what it does not promise. */
async function keepsItsPromises(ada) {
  const byDefault = await ada.figures("Default");
  assert.ok(byDefault.lost >= 5, `lost ${byDefault.lost}`);
  assert.equal(byDefault.duplicated, 0);
  assert.equal(byDefault.sent, byDefault.received + byDefault.lost);
  const recovery = await ada.figures("Recovery");
  assert.equal(recovery.lost, 0);
  assert.equal(recovery.duplicated, 0);
  assert.equal(recovery.sent, recovery.received);
  const retries = await ada.figures("Retries");
  assert.equal(retries.lost, 0);
  assert.ok(retries.duplicated >= 1, `duplicated ${retries.duplicated}`);
}

async function saysItInWords(ada) {
  const says = (name, words) => ada.column(name).getByText(words).waitFor();
  await says("Default", /^Of \d+ numbers, \d+ arrived, \d+ are lost, and none came twice\.$/);
  await says("Default", "Came back once, as a new socket.");
  await says("Recovery", /^Of (\d+) numbers, \1 arrived, none is lost, and none came twice\.$/);
  await says("Recovery", "Came back once, as the same socket.");
  await says("Retries", /, none is lost, and \d+ came twice\.$/);
  await says("Retries", "Came back once, as a new socket.");
}

// Beside each other: most of their time they wait for connections to come back.
describe("the page about delivery", { concurrency: 2 }, () => {
  for (const look of looks) {
    it(`looks right: ${look.name}`, async (test) => {
      const ada = await openDelivery(await stage(test, browser), look);
      await ada.cut();
      await keepsItsPromises(ada);
      await saysItInWords(ada);
      await ada.looksRight(`delivery-${look.name}`);
    });
  }

  it("cuts by itself until it is told to stop, over long-polling as well", async (test) => {
    const ada = await openDelivery(await stage(test, browser), {}, "/delivery?transport=polling");
    await ada.isOnline();
    for (const name of COLUMNS) await ada.hasReceived(name, 5);
    const often = ada.page.getByRole("switch", { name: "Cut them every 4 seconds" });
    await often.press("Space");
    await ada.goesOn();
    // A busy machine may see more of them before it has counted the numbers after the first one.
    await ada.page.getByText(/^Cuts: ([2-9]|\d{2})/).waitFor();
    await often.press("Space");
    assert.equal(await often.isChecked(), false);
    await keepsItsPromises(ada);
  });

  it("begins anew with a server that does", async (test) => {
    const here = await stage(test, browser);
    const ada = await openDelivery(here);
    for (const name of COLUMNS) await ada.hasReceived(name, 5);
    assert.equal(await here.showcase.halt(), 0);
    await ada.column("Default").locator("[data-state=lost]").waitFor();
    await here.showcase.resume();
    await ada.isOnline();
    await ada.column("Default").getByText("The connection has held so far.").waitFor();
    for (const name of COLUMNS) {
      await ada.hasReceived(name, 5);
      const { lost, duplicated } = await ada.figures(name);
      assert.equal(lost, 0, name);
      // A client that retries sends again what a busy machine has not acknowledged in half a second.
      if (name !== "Retries") assert.equal(duplicated, 0, name);
    }
    ada.forgiveALostServer();
  });
});
