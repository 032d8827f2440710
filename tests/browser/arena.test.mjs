// SPDX-License-Identifier: MIT
// The arena's page: playing, looking on, bots.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, NARROW, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Player extends Visitor {
  async play(name) {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Play" }).click();
    await this.page.getByText("Collect the coins").waitFor();
  }

  seesPlayers(count) {
    return this.page.locator(`[data-players='${count}']`).waitFor();
  }

  measures(name, pattern) {
    return this.page.locator(`[data-measurement='${name}']`).filter({ hasText: pattern }).waitFor();
  }

  get field() {
    return this.page.getByRole("application");
  }

  /** The arena as pixels. */
  pixels() {
    return this.field.evaluate((canvas) => canvas.toDataURL());
  }
}

const openArena = ({ open }, path = "/arena", options = {}) => open(path, options, Player);

describe("the arena", () => {
  for (const look of looks) {
    it(`looks right with twenty bots: ${look.name}`, async (test) => {
      const here = await stage(test, browser);
      const ada = await openArena(here, "/arena?bots=20", look);
      await ada.seesPlayers(20);
      await ada.play("Ada");
      await ada.seesPlayers(21);
      await ada.measures("Updates per second", /[12]\d|3\d/);
      await ada.measures("Received", /[1-9][.\d]* kB\/s/);
      await ada.measures("Round trip", /[.\d]+ ms/);
      await ada.looksRight(`arena-${look.name}`);
    });
  }

  it("is empty at first, and says so", async (test) => {
    const ada = await openArena(await stage(test, browser));
    await ada.page.getByText("Nobody plays yet").waitFor();
    await ada.seesPlayers(0);
  });

  it("asks for a name that can be seen", async (test) => {
    const ada = await openArena(await stage(test, browser));
    await ada.page.getByRole("button", { name: "Play" }).click();
    await ada.seesAlert("1 to 24 visible characters");
  });

  it("moves who steers, on every screen", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here);
    const bob = await openArena(here);
    await ada.play("Ada");
    await bob.seesPlayers(1);
    const still = await bob.pixels();
    assert.equal(await ada.field.evaluate((field) => field === document.activeElement), true);
    for (const key of ["ArrowLeft", "ArrowUp", "KeyD", "KeyS"]) {
      const from = await bob.pixels();
      await ada.page.keyboard.down(key);
      await bob.page.waitForFunction(
        (before) => document.querySelector("canvas").toDataURL() !== before,
        from,
      );
      await ada.page.keyboard.up(key);
    }
    assert.notEqual(await bob.pixels(), still);
  });

  it("is played with a finger on a small screen", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here, "/arena", { viewport: NARROW });
    await ada.play("Ada");
    const from = await ada.pixels();
    for (const name of ["Left", "Up", "Right", "Down"]) {
      await ada.page.getByRole("button", { name }).dispatchEvent("pointerdown");
      await ada.page.waitForFunction(
        (before) => document.querySelector("canvas").toDataURL() !== before,
        from,
      );
      await ada.page.getByRole("button", { name }).dispatchEvent("pointerup");
    }
  });

  it("lists players, who come and go", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here);
    const bob = await openArena(here);
    await ada.play("Ada");
    await bob.play("Bob");
    await ada.page.locator("[data-player=Bob]").waitFor();
    await bob.page.getByText("Ada").first().waitFor();
    await bob.page.getByRole("button", { name: "Watch" }).click();
    await ada.page.locator("[data-player=Bob]").waitFor({ state: "detached" });
    await ada.page.reload();
    await ada.page.getByText("Collect the coins").waitFor();
    await ada.page.goto(`${here.showcase.url}/errors`);
    await bob.seesPlayers(0);
  });

  it("takes bots in and sends them away", async (test) => {
    const ada = await openArena(await stage(test, browser));
    await ada.seesPlayers(0);
    await ada.page.getByLabel("Bots").fill("7");
    await ada.seesPlayers(7);
    await ada.page.locator("[data-player='Bot 1']").waitFor();
    await ada.page.getByLabel("Bots").fill("2");
    await ada.seesPlayers(2);
  });
});
