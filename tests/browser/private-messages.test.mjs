// SPDX-License-Identifier: MIT
// Private messages as people write them.
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Writer extends Visitor {
  async register(name) {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Start" }).click();
    await this.page.getByText(`You are ${name}.`).waitFor();
  }

  person(name) {
    return this.page.getByRole("group", { name: "People" }).getByRole("button", { name });
  }

  async say(other, text) {
    const field = this.page.getByLabel(`Message to ${other}`);
    await field.fill(text);
    await field.press("Enter");
  }

  message(text) {
    return this.page.locator("[data-message]", { hasText: text });
  }
}

async function writers(test) {
  const { showcase, open } = await stage(test, browser);
  async function visit(name, options) {
    const writer = await open("/private-messages", options, Writer);
    if (name) await writer.register(name);
    return writer;
  }
  return { showcase, visit };
}

describe("private messages", () => {
  it("reach one person in every tab, and say when they were read", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit("Ada");
    await ada.page.getByText("Nobody else has been here yet.").waitFor();
    const grace = await visit("Grace");
    const graceToo = await visit("Grace");
    const eve = await visit("Eve");
    await ada.person("Grace online").click();
    await ada.page.getByText("You have not written to each other yet.").waitFor();
    await ada.say("Grace", "Only for you.");
    await ada.message("Only for you.").getByText("Sent").waitFor();
    await grace.person(/^Ada online.*1 unread/).click();
    await grace.message("Only for you.").waitFor();
    await ada.message("Only for you.").getByText("Read").waitFor();
    await graceToo.person(/^Ada online$/).click();
    await graceToo.message("Only for you.").waitFor();
    await grace.say("Ada", "Got it.");
    await graceToo.message("Got it.").getByText("Read").waitFor();
    await ada.message("Got it.").waitFor();
    await eve.person(/^Ada online$/).click();
    await eve.page.getByText("You have not written to each other yet.").waitFor();
  });

  it("wait for who is away", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit("Ada");
    const grace = await visit("Grace");
    await grace.page.goto("about:blank");
    await ada.person("Grace away").click();
    await ada.page.getByText("Grace is away.").waitFor();
    await ada.say("Grace", "For later.");
    await ada.message("For later.").getByText("Sent").waitFor();
    await grace.page.goBack();
    await grace.person(/^Ada online.*1 unread/).click();
    await grace.message("For later.").waitFor();
    await ada.message("For later.").getByText("Read").waitFor();
  });

  it("are unread while another page is shown", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit("Ada");
    const grace = await visit("Grace");
    await grace.person("Ada").click();
    await grace.page.getByRole("link", { name: "Chat", exact: true }).click();
    await grace.page.getByLabel("Your name").waitFor();
    await ada.person("Grace").click();
    await ada.say("Grace", "Look here.");
    await ada.message("Look here.").getByText("Sent").waitFor();
    await grace.page.getByRole("link", { name: "Private messages" }).click();
    await grace.message("Look here.").waitFor();
    await ada.message("Look here.").getByText("Read").waitFor();
  });

  it("to somebody unknown come back to their writer", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit("Ada");
    await ada.page.getByLabel("Write to").fill("Nobody");
    await ada.page.getByLabel("Write to").press("Enter");
    await ada.say("Nobody", "Are you there?");
    await ada.seesAlert("User not found");
    await ada.page.locator("input[value='Are you there?']").waitFor();
  });

  it("refuse a name that is empty or too long", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit();
    await ada.page.getByRole("button", { name: "Start" }).click();
    await ada.seesAlert("Please enter a name.");
    await ada.page.getByLabel("Your name").fill("x".repeat(25));
    await ada.page.getByRole("button", { name: "Start" }).click();
    await ada.seesAlert("A name has 1 to 24 visible characters.");
  });

  it("are written under another name as easily", async (test) => {
    const { visit } = await writers(test);
    const ada = await visit("Ada");
    const grace = await visit("Grace");
    await grace.person("Ada online").waitFor();
    await ada.page.getByRole("button", { name: "Be somebody else" }).click();
    await ada.register("Linus");
    await grace.person("Ada away").waitFor();
    await grace.person("Linus online").waitFor();
    await ada.page.reload();
    await ada.page.getByText("You are Linus.").waitFor();
  });

  it("go on after the server was away", async (test) => {
    const { showcase, visit } = await writers(test);
    const ada = await visit("Ada");
    const grace = await visit("Grace");
    await ada.person("Grace").click();
    await ada.say("Grace", "Before.");
    await ada.message("Before.").getByText("Sent").waitFor();
    await showcase.halt();
    await ada.seesLink("reconnecting");
    await ada.say("Grace", "Offline.");
    await ada.seesAlert("You are offline.");
    await showcase.resume();
    await grace.person(/^Ada online.*1 unread/).click();
    await ada.message("Before.").getByText("Read").waitFor();
    ada.forgiveALostServer();
    grace.forgiveALostServer();
  });
});

for (const look of looks) {
  it(`the page looks right: ${look.name}`, async (test) => {
    const { visit } = await writers(test);
    const grace = await visit("Grace Hopper");
    const linus = await visit("Linus");
    // In the middle of its upgrade the server would notice its end by the missing pong only.
    await linus.seesTransport("websocket");
    await linus.page.close();
    const ada = await visit(undefined, look);
    await ada.source();
    await ada.looksRight(`private-messages-${look.name}-form`);
    await ada.register("Ada Lovelace");
    await ada.person("Grace Hopper").click();
    await ada.say("Grace Hopper", "Did you find the moth?");
    await grace.person(/^Ada Lovelace.*1 unread/).click();
    await grace.say("Ada Lovelace", "It was in relay 70, panel F. I taped it into the log book.");
    await ada.message("relay 70").waitFor();
    await ada.say("Grace Hopper", "The first bug that was ever caught!");
    await ada.message("first bug").getByText("Read").waitFor();
    await ada.looksRight(`private-messages-${look.name}`);
    await ada.person("Linus away").click();
    await ada.page.getByText("Linus is away.").waitFor();
    await ada.looksRight(`private-messages-${look.name}-away`);
  });
}
