// SPDX-License-Identifier: MIT
// One person in front of the page: finds things as a person would (labels, roles, words), and
// every wait is for a condition. Each visitor has a browser context, hence a storage, of its own.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };

const PATIENCE = 30_000;

export class Visitor {
  #context;
  page;

  static async open(browser, url, { viewport = WIDE, colorScheme = "light" } = {}) {
    const visitor = new Visitor();
    visitor.#context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
    visitor.page = await visitor.#context.newPage();
    visitor.page.setDefaultTimeout(PATIENCE);
    await visitor.page.goto(url);
    return visitor;
  }

  close() {
    return this.#context.close();
  }

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
      .locator('.message[data-pending="false"] .message-text', { hasText: text })
      .first()
      .waitFor();
  }

  seesNotice(text) {
    return this.page.locator(".notice", { hasText: text }).first().waitFor();
  }

  seesTyping(text) {
    return this.page.locator(".typing", { hasText: text }).waitFor();
  }

  seesNoTyping() {
    return this.page.locator('.typing[data-active="false"]').waitFor();
  }

  seesAlert(text) {
    return this.page.getByRole("alert").filter({ hasText: text }).waitFor();
  }

  seesBanner(kind) {
    return this.page.locator(`.banner[data-kind="${kind}"] .banner-body`).waitFor();
  }

  seesTransport(name) {
    return this.page.locator(`.status[data-transport="${name}"]`).waitFor();
  }

  seesOnline(names) {
    const wanted = [...names].sort();
    return this.page.waitForFunction((expected) => {
      const items = document.querySelectorAll(".people li");
      const shown = [...new Set([...items].map((item) => item.dataset.name))].sort();
      return JSON.stringify(shown) === JSON.stringify(expected);
    }, wanted);
  }

  messages() {
    return this.page.locator(".message .message-text").allTextContents();
  }

  overflow() {
    return this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
  }

  /** Only when the environment names a folder for pictures. */
  async picture(name) {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
  }
}
