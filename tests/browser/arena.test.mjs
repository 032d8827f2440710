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

  get bots() {
    return this.page.getByLabel("Bots");
  }

  /** Where the only player is shown: parts of the field's width and height. */
  async position() {
    return (await this.page.waitForFunction(discOfFirstPlayer)).jsonValue();
  }

  /** The four ways; of two that are opposite, the one with more room comes first. */
  async roomFirst() {
    const { x, y } = await this.position();
    return [
      ...(x > 0.5 ? ["left", "right"] : ["right", "left"]),
      ...(y > 0.5 ? ["up", "down"] : ["down", "up"]),
    ];
  }

  /** The only player is further that way than it was. */
  async seesMove(way, from) {
    const [axis, sign] = { left: ["x", -1], right: ["x", 1], up: ["y", -1], down: ["y", 1] }[way];
    const deadline = Date.now() + 30_000;
    for (let at = from; sign * (at[axis] - from[axis]) < STEP; at = await this.position())
      assert.ok(Date.now() < deadline, `never moved ${way}`);
  }
}

/** Further than a player drifts whose keys were let go. */
const STEP = 0.03;

/** In the page: the middle of the only disc with the first player's colour, which is red. */
function discOfFirstPlayer() {
  const canvas = document.querySelector("canvas");
  const { width, height } = canvas;
  // A copy, because reading from the canvas itself makes the browser complain that it is slow.
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const sum = { x: 0, y: 0, count: 0 };
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = [data[i], data[i + 1], data[i + 2]];
    if (red < 120 || green > 80 || blue > 80) continue;
    sum.x += (i / 4) % width;
    sum.y += Math.floor(i / 4 / width);
    ++sum.count;
  }
  return sum.count > 0 && { x: sum.x / sum.count / width, y: sum.y / sum.count / height };
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

  it("moves who steers where they want, on every screen", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here);
    const bob = await openArena(here);
    await ada.play("Ada");
    await bob.seesPlayers(1);
    assert.equal(await ada.field.evaluate((field) => field === document.activeElement), true);
    const { keyboard } = ada.page;
    for (const keys of [
      { left: "ArrowLeft", up: "ArrowUp", right: "ArrowRight", down: "ArrowDown" },
      { left: "KeyA", up: "KeyW", right: "KeyD", down: "KeyS" },
    ]) {
      for (const way of await bob.roomFirst()) {
        const from = await bob.position();
        await keyboard.down(keys[way]);
        await bob.seesMove(way, from);
        await keyboard.up(keys[way]);
      }
    }
  });

  it("is played with a finger on a small screen", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here, "/arena", { viewport: NARROW });
    await ada.play("Ada");
    for (const way of await ada.roomFirst()) {
      const from = await ada.position();
      const arrow = ada.page.getByRole("button", { name: way });
      await arrow.dispatchEvent("pointerdown");
      await ada.seesMove(way, from);
      await arrow.dispatchEvent("pointerup");
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
    await ada.bots.fill("7");
    await ada.seesPlayers(7);
    await ada.page.locator("[data-player='Bot 1']").waitFor();
    await ada.bots.fill("2");
    await ada.seesPlayers(2);
  });

  it("has as many bots as was last asked for, in whichever window", async (test) => {
    const here = await stage(test, browser);
    const ada = await openArena(here, "/arena?bots=5");
    const bob = await openArena(here);
    await ada.interceptWebSocket();
    await ada.bots.fill("7");
    await bob.seesPlayers(7);
    assert.equal(await bob.bots.inputValue(), "7");
    await bob.bots.fill("2");
    await ada.seesPlayers(2);
    assert.equal(await ada.bots.inputValue(), "2");
    await ada.cut();
    await ada.seesLink("back");
    await ada.measures("Round trip", /[.\d]+ ms/);
    assert.equal(await ada.bots.inputValue(), "2");
    await bob.seesPlayers(2);
  });
});
