// SPDX-License-Identifier: MIT
// Rooms as people use them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Member extends Visitor {
  async join(room, name) {
    if (name) await this.page.getByLabel("Your name").fill(name);
    await this.page.getByLabel("Room", { exact: true }).fill(room);
    await this.page.getByRole("button", { name: "Join or create" }).click();
    await this.page.getByRole("log", { name: `Messages in ${room}` }).waitFor();
  }

  async say(room, text) {
    const field = this.page.getByLabel(`Message to ${room}`);
    await field.fill(text);
    await field.press("Enter");
  }

  sees(room, text) {
    return this.page
      .getByRole("log", { name: `Messages in ${room}` })
      .getByText(text)
      .first()
      .waitFor();
  }

  seesMembers(names) {
    const list = this.page.getByRole("list", { name: "In this room" });
    return list.filter({ hasText: new RegExp(`^${names.join("")}$`) }).waitFor();
  }

  tab(name) {
    return this.page.getByRole("tab", { name });
  }
}

async function members(test) {
  const { showcase, open } = await stage(test, browser);
  return { showcase, open: (options) => open("/rooms", options, Member) };
}

describe("rooms", () => {
  it("carry messages to who is in them, and tell who comes and goes", async (test) => {
    const { open } = await members(test);
    const ada = await open();
    const grace = await open();
    await ada.page.getByText("There is no other room.").waitFor();
    await ada.join("Kitchen", "Ada");
    await ada.seesMembers(["Ada"]);
    await grace.page.getByLabel("Your name").fill("Grace");
    await grace.page.getByRole("button", { name: "Join Kitchen, 1 person" }).click();
    await ada.sees("Kitchen", "Grace joined");
    await ada.seesMembers(["Ada", "Grace"]);
    await grace.seesMembers(["Ada", "Grace"]);
    await ada.say("Kitchen", "Soup is ready.");
    await ada.sees("Kitchen", "Soup is ready.");
    await grace.sees("Kitchen", "Soup is ready.");
    await grace.page.getByRole("button", { name: "Leave" }).click();
    await ada.sees("Kitchen", "Grace left");
    await ada.seesMembers(["Ada"]);
    await grace.page.getByRole("button", { name: "Join Kitchen, 1 person" }).waitFor();
  });

  it("are several at once, each with its own messages", async (test) => {
    const { open } = await members(test);
    const ada = await open();
    const grace = await open();
    await ada.join("Kitchen", "Ada");
    await ada.join("Garden");
    await grace.join("Kitchen", "Grace");
    await grace.say("Kitchen", "Who wants tea?");
    await ada.tab("Kitchen 1 unread").click();
    await ada.sees("Kitchen", "Who wants tea?");
    await ada.tab("Kitchen").press("ArrowRight");
    await ada.page
      .getByRole("log", { name: "Messages in Garden" })
      .getByText("Nothing has been said")
      .waitFor();
  });

  it("say what is wrong with a name", async (test) => {
    const { open } = await members(test);
    const ada = await open();
    const join = ada.page.getByRole("button", { name: "Join or create" });
    await join.click();
    await ada.seesAlert("Enter your name first.");
    await ada.page.getByLabel("Your name").fill("Ada");
    await join.click();
    await ada.seesAlert("A room's name has 1 to 40 visible characters.");
    await ada.join("Kitchen");
    await ada.say("Kitchen", " ");
    await ada.seesAlert("Write something first.");
  });

  it("are entered again after a reload", async (test) => {
    const { open } = await members(test);
    const ada = await open();
    const grace = await open();
    await ada.join("Kitchen", "Ada");
    await ada.join("Garden");
    await ada.page.getByRole("button", { name: "Leave" }).click();
    await grace.join("Kitchen", "Grace");
    await ada.page.reload();
    await ada.seesMembers(["Ada", "Grace"]);
    await grace.sees("Kitchen", "Ada joined");
    await grace.say("Kitchen", "Welcome back.");
    await ada.sees("Kitchen", "Welcome back.");
    assert.equal(await ada.tab("Garden").count(), 0);
  });

  it("say when one cannot be entered again", async (test) => {
    const { open } = await members(test);
    const ada = await open();
    await ada.join("Kitchen", "Ada");
    await ada.page.evaluate(() => {
      const remembered = JSON.stringify(["x".repeat(41), "Kitchen"]);
      sessionStorage.setItem("showcase.rooms.joined", remembered);
    });
    await ada.page.reload();
    await ada.seesAlert(/You are no longer in x+: A room's name has 1 to 40 visible characters\./);
    await ada.seesMembers(["Ada"]);
    assert.deepEqual(await ada.page.getByRole("tab").allInnerTexts(), ["Kitchen"]);
  });

  it("are entered again after the server was away", async (test) => {
    const { showcase, open } = await members(test);
    const ada = await open();
    const grace = await open();
    await ada.join("Kitchen", "Ada");
    await grace.join("Kitchen", "Grace");
    await showcase.halt();
    await Promise.all([ada.seesLink("reconnecting"), grace.seesLink("reconnecting")]);
    await showcase.resume();
    await ada.seesMembers(["Ada", "Grace"]);
    await grace.seesMembers(["Ada", "Grace"]);
    await grace.say("Kitchen", "Back again.");
    await ada.sees("Kitchen", "Back again.");
    ada.forgiveALostServer();
    grace.forgiveALostServer();
  });
});

for (const look of looks) {
  it(`the page looks right: ${look.name}`, async (test) => {
    const { open } = await members(test);
    const grace = await open();
    await grace.join("Kitchen", "Grace Hopper");
    await grace.join("Garden");
    const ada = await open(look);
    await ada.source();
    await ada.looksRight(`rooms-${look.name}-outside`);
    await ada.join("Kitchen", "Ada Lovelace");
    await grace.tab("Kitchen").click();
    await grace.say("Kitchen", "The kettle is on.");
    await ada.sees("Kitchen", "The kettle is on.");
    await ada.say("Kitchen", "Lovely, I will be there in a minute. Is there any cake left?");
    await grace.say("Kitchen", "Two pieces, but hurry!");
    await ada.sees("Kitchen", "Two pieces");
    await ada.looksRight(`rooms-${look.name}-inside`);
  });
}
