// SPDX-License-Identifier: MIT
// Wide and narrow windows, light and dark: nothing sticks out, everything can be reached. With
// SCREENSHOTS=folder in the environment it leaves pictures to look at.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chatters } from "./support/chatter.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, NARROW } from "./support/visitor.mjs";

const LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(4);

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

/** Some people have talked and gone: what a newcomer finds in the history. */
async function converse(visit) {
  const lines = [
    ["Grace Hopper", LONG_WORD],
    ["Grace Hopper", "Good morning! Is the new build out already?"],
    ["Linus", "It is. Every browser connected at the first attempt."],
    ["Linus", "Notes are at https://example.org/notes"],
    ["Margaret Hamilton", "Lovely, thank you!"],
    ["Margaret Hamilton", "I will try the landing sequence:\n1. connect\n2. join\n3. chat"],
  ];
  const people = new Map();
  for (const [name, text] of lines) {
    if (!people.has(name)) people.set(name, await visit("/chat", name));
    await people.get(name).say(text);
    await people.get(name).sees(text.split("\n")[0]);
  }
  return people;
}

for (const { name: shot, viewport, colorScheme } of looks) {
  describe(shot, () => {
    it("holds its content", async (test) => {
      const { open, visit } = chatters(await stage(test, browser));
      const people = await converse(visit);
      const grace = people.get("Grace Hopper");
      const ada = await open("/chat", { viewport, colorScheme });
      await ada.source();
      await ada.looksRight(`chat-${shot}-join`);
      await ada.join("Ada Lovelace");
      await ada.inRoom();
      await ada.say("Good morning everybody, this is the first message from my side.");
      await ada.sees("Good morning everybody");
      await grace.say("Welcome, Ada!");
      await ada.sees("Welcome, Ada!");
      await grace.composer.pressSequentially("and");
      await ada.seesTyping("Grace Hopper is typing…");
      await ada.seesTransport("websocket");
      await ada.looksRight(`chat-${shot}-room`);
      await ada.say("");
      await ada.seesAlert("Write something");
      await ada.looksRight(`chat-${shot}-refusal`);
    });
  });
}

describe("narrow window", () => {
  it("shows who is here in a list that the keyboard opens and closes", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada", { viewport: NARROW });
    await ada.page.getByRole("button", { name: /online/ }).press("Enter");
    const list = ada.page.getByRole("dialog", { name: "1 online" });
    await list.getByRole("listitem").filter({ hasText: "Ada" }).waitFor();
    await ada.looksRight("chat-narrow-light-people");
    await ada.page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
  });
});

describe("a long conversation", () => {
  it("follows the end, unless the reader has scrolled up", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada", { viewport: { width: 390, height: 420 } });
    const grace = await visit("/chat", "Grace");
    const say = async (text) => {
      await grace.say(text);
      await ada.sees(text);
    };
    const distanceToEnd = () =>
      ada.page
        .getByRole("log")
        .evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
    for (let line = 1; line <= 12; ++line) await say(`This is line ${line}.`);
    assert.ok((await distanceToEnd()) <= 1, "follows");

    const more = ada.page.getByRole("button", { name: "New messages" });
    await ada.page.getByRole("log").press("Home");
    await ada.page.waitForFunction(() => document.querySelector("[role=log]").scrollTop === 0);
    await say("Said while Ada reads older lines.");
    await more.waitFor();
    assert.ok((await distanceToEnd()) > 100, "stays where the reader is");
    await more.click();
    await more.waitFor({ state: "hidden" });
    assert.ok((await distanceToEnd()) <= 1, "is back at the end");
  });
});
