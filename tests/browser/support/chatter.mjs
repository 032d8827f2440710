// SPDX-License-Identifier: MIT
// One person in front of the chat.
import { Visitor } from "./visitor.mjs";

export class Chatter extends Visitor {
  async join(name) {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Join the chat" }).click();
  }

  inRoom() {
    return this.page.getByRole("log").waitFor();
  }

  get composer() {
    return this.page.getByLabel("Message", { exact: true });
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** A message that the server has confirmed. */
  sees(text) {
    return this.page
      .locator('[data-message="message"] [data-text]', { hasText: text })
      .first()
      .waitFor();
  }

  seesNotice(text, options) {
    return this.page.locator("[data-notice]", { hasText: text }).first().waitFor(options);
  }

  seesTyping(text) {
    return this.page.getByLabel("Typing").filter({ hasText: text }).waitFor();
  }

  seesNoTyping() {
    return this.page.getByLabel("Typing").filter({ hasText: /^$/ }).waitFor();
  }

  seesOnline(names) {
    const wanted = [...names].sort();
    return this.page.waitForFunction((expected) => {
      const items = document.querySelectorAll("[aria-label='Online'] li");
      const shown = [...new Set([...items].map((item) => item.dataset.name))].sort();
      return JSON.stringify(shown) === JSON.stringify(expected);
    }, wanted);
  }

  messages() {
    return this.page.locator("[data-message] [data-text]").allTextContents();
  }
}

/** For stage(): somebody who opens the chat, and somebody who has joined it as well. */
export function chatters(stage) {
  const open = (path = "/chat", options = {}) => stage.open(path, options, Chatter);
  async function visit(path, name, options) {
    const chatter = await open(path, options);
    await chatter.join(name);
    await chatter.inRoom();
    return chatter;
  }
  return { ...stage, open, visit };
}
