// SPDX-License-Identifier: MIT
// The showcase as two people use it, over each transport.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chatters } from "./support/chatter.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

for (const transport of ["websocket", "polling"]) {
  describe(`two people over ${transport} only`, () => {
    const path = `/chat?transport=${transport}`;

    it("see each other's messages", async (test) => {
      const { visit } = chatters(await stage(test, browser));
      const ada = await visit(path, "Ada");
      const grace = await visit(path, "Grace");
      await ada.seesTransport(transport);
      await grace.seesTransport(transport);
      await ada.say(`hello over ${transport}`);
      await grace.sees(`hello over ${transport}`);
      await grace.say(`and back over ${transport}: <b>äö</b> 🎉`);
      await ada.sees(`and back over ${transport}: <b>äö</b> 🎉`);
      await grace.sees(`and back over ${transport}`);
    });

    it("see each other arrive and leave", async (test) => {
      const { visit } = chatters(await stage(test, browser));
      const ada = await visit(path, "Ada");
      const grace = await visit(path, "Grace");
      await ada.seesNotice("Grace joined");
      await ada.seesOnline(["Ada", "Grace"]);
      await grace.seesOnline(["Ada", "Grace"]);
      await grace.page.getByRole("button", { name: "Leave" }).click();
      await grace.page.getByLabel("Your name").waitFor();
      await ada.seesNotice("Grace left");
      await ada.seesOnline(["Ada"]);
    });

    it("see that a page was closed", async (test) => {
      const { visit } = chatters(await stage(test, browser));
      const ada = await visit(path, "Ada");
      const grace = await visit(path, "Grace");
      await ada.seesOnline(["Ada", "Grace"]);
      await grace.seesOnline(["Ada", "Grace"]);
      await grace.page.close();
      // Of a page that ends between two polls the server hears nothing: a ping and its timeout are 45 s.
      await ada.seesNotice("Grace left", { timeout: 60_000 });
      await ada.seesOnline(["Ada"]);
    });

    it("see each other typing, and stop typing", async (test) => {
      const { visit } = chatters(await stage(test, browser));
      const ada = await visit(path, "Ada");
      const grace = await visit(path, "Grace");
      await ada.composer.pressSequentially("thinking");
      await grace.seesTyping("Ada is typing…");
      await ada.composer.fill("");
      await grace.seesNoTyping();
      await grace.composer.pressSequentially("me too");
      await ada.seesTyping("Grace is typing…");
      await grace.composer.press("Enter");
      await ada.sees("me too");
      await ada.seesNoTyping();
    });
  });
}

describe("with every transport allowed", () => {
  it("starts with long-polling and upgrades to WebSocket", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada");
    await ada.seesTransport("websocket");
    await ada.say("after the upgrade");
    await ada.sees("after the upgrade");
  });

  it("refuses a name that is taken, in any case of its letters", async (test) => {
    const { open, visit } = chatters(await stage(test, browser));
    await visit("/chat", "Ada");
    const other = await open();
    await other.join("aDA");
    await other.seesAlert("taken");
    await other.join("Bob");
    await other.inRoom();
    await other.seesOnline(["Ada", "Bob"]);
  });

  it("refuses names that are empty or too long", async (test) => {
    const { open } = chatters(await stage(test, browser));
    const other = await open();
    await other.join("   ");
    await other.seesAlert("enter a name");
    await other.join("x".repeat(25));
    await other.seesAlert("at most 24");
    await other.join("x".repeat(24));
    await other.inRoom();
  });

  it("refuses empty and oversized messages", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada");
    const before = await ada.messages();
    await ada.say("   ");
    await ada.seesAlert("Write something");
    await ada.say("x".repeat(2001));
    await ada.seesAlert("at most 2000");
    assert.deepEqual(await ada.messages(), before);
    const longest = `${"y".repeat(1999)}!`;
    await ada.say(longest);
    await ada.sees(longest);
  });

  it("shows the history after a reload, and keeps the name", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada");
    await ada.say("remember this");
    await ada.sees("remember this");
    await ada.page.reload();
    await ada.inRoom();
    await ada.sees("remember this");
    await ada.seesOnline(["Ada"]);
    const texts = await ada.messages();
    assert.equal(texts.filter((text) => text === "remember this").length, 1);
  });

  it("tells a tab that the same person now uses another one", async (test) => {
    const { open, visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada");
    const memory = await ada.page.evaluate(() => ({ ...sessionStorage }));
    const twin = await open();
    // The form has asked for a remembered name. Before that it would take Ada's, with a key of its own.
    await twin.page.getByLabel("Your name").waitFor();
    await twin.page.evaluate((items) => {
      for (const [key, value] of Object.entries(items)) sessionStorage.setItem(key, value);
    }, memory);
    await twin.page.reload();
    await twin.inRoom();
    await ada.page.getByText("You joined from another tab").waitFor();
    await ada.seesTransport("websocket");
    await twin.seesOnline(["Ada"]);
    await ada.page.getByRole("button", { name: "Use this tab" }).click();
    await twin.page.getByText("You joined from another tab").waitFor();
    await ada.say("here again");
    await ada.sees("here again");
  });

  it("goes on while another page is shown", async (test) => {
    const { visit } = chatters(await stage(test, browser));
    const ada = await visit("/chat", "Ada");
    const grace = await visit("/chat", "Grace");
    await ada.page.getByRole("link", { name: "What this is" }).click();
    await ada.page.getByRole("heading", { level: 1, name: /What people build/ }).waitFor();
    await grace.say("Are you still here?");
    await grace.sees("Are you still here?");
    await grace.seesOnline(["Ada", "Grace"]);
    await ada.page.getByRole("link", { name: "Chat", exact: true }).click();
    await ada.sees("Are you still here?");
  });
});
