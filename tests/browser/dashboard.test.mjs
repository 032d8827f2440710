// SPDX-License-Identifier: MIT
// The dashboard's page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Watcher extends Visitor {
  /** What the page says of a figure now. */
  value(key) {
    return this.page.locator(`[data-value=${key}]`);
  }

  /** The page has so many samples or more. */
  hasSamples(count) {
    return this.page.waitForFunction(
      (least) => Number(document.querySelector("[data-samples]")?.dataset.samples) >= least,
      count,
    );
  }
}

const openDashboard = ({ open }, options) => open("/dashboard", options, Watcher);

describe("the dashboard", () => {
  for (const look of looks) {
    it(`looks right: ${look.name}`, async (test) => {
      const watcher = await openDashboard(await stage(test, browser), look);
      await watcher.hasSamples(2);
      const charts = watcher.page.locator("figure .recharts-area");
      await charts.nth(4).waitFor({ state: "attached" });
      assert.equal(await charts.count(), 5);
      await watcher.looksRight(`dashboard-${look.name}`);
    });
  }

  it("says in words what its charts show", async (test) => {
    const watcher = await openDashboard(await stage(test, browser));
    await watcher.hasSamples(2);
    const memory = watcher.page.getByRole("figure", { name: "Memory" });
    assert.match(await memory.locator("figcaption").innerText(), /\d MiB/);
    assert.match(await memory.textContent(), /In the last \d+ seconds between \d+ MiB and \d+ MiB/);
  });

  it("sees others come and go", async (test) => {
    const here = await stage(test, browser);
    const watcher = await openDashboard(here);
    await watcher.value("activeConnections").filter({ hasText: /^1$/ }).waitFor();
    const other = await openDashboard(here);
    await watcher.value("activeConnections").filter({ hasText: /^2$/ }).waitFor();
    // In the middle of its upgrade the server would notice its end by the missing pong only.
    await other.seesTransport("websocket");
    await other.page.close();
    await watcher.value("activeConnections").filter({ hasText: /^1$/ }).waitFor();
  });

  it("begins with what was measured before it was opened", async (test) => {
    const here = await stage(test, browser);
    const first = await openDashboard(here);
    await first.hasSamples(4);
    const later = await openDashboard(here);
    await later.hasSamples(4);
  });
});
