// SPDX-License-Identifier: MIT
// One person in front of the page: finds things as a person would (labels, roles, words), and
// every wait is for a condition. Each visitor has a browser context, hence a storage, of its own.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };

const allLooks = [
  { name: "wide-light", viewport: WIDE, colorScheme: "light" },
  { name: "narrow-dark", viewport: NARROW, colorScheme: "dark" },
  { name: "wide-dark", viewport: WIDE, colorScheme: "dark" },
  { name: "narrow-light", viewport: NARROW, colorScheme: "light" },
];

/** Every page is looked at in each of these: both widths and both schemes. For pictures, in all four. */
export const looks = process.env.SCREENSHOTS ? allLooks : allLooks.slice(0, 2);

const PATIENCE = 30_000;

/**
 * Nobody listens, who listens again does not know the session of before, or the page still sends, or upgrades: the
 * official client closes its probe with the session.
 */
const lostServer =
  /WebSocket is (already in CLOSING or CLOSED state|closed before the connection is established)|ERR_(CONNECTION_REFUSED|EMPTY_RESPONSE|CONNECTION_RESET)|(^|status of |response code: )400\b.*\/socket\.io\/\S*[?&]sid=/;

export class Visitor {
  #context;
  #problems = [];
  /** Answers with an error that a test is about. */
  #expected = [];
  page;
  /** Whether a message passes, once interceptWebSocket() is called. */
  toServer = () => true;
  fromServer = () => true;

  static async open(browser, url, { viewport = WIDE, colorScheme = "light" } = {}) {
    const visitor = new this();
    visitor.#context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
    visitor.page = await visitor.#context.newPage();
    visitor.page.setDefaultTimeout(PATIENCE);
    visitor.#watch();
    await visitor.page.goto(url);
    return visitor;
  }

  close() {
    return this.#context.close();
  }

  #watch() {
    const { page } = this;
    const note = (problem) => this.#problems.push(problem);
    page.on("pageerror", (error) => note(`exception: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()))
        note(`console: ${message.text()} for ${message.location().url}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) note(`${response.status()} for ${response.url()}`);
    });
    page.on("requestfailed", (request) => {
      // A page that reloads or closes gives up its polls.
      const failure = request.failure()?.errorText;
      if (failure !== "net::ERR_ABORTED") note(`${failure} for ${request.url()}`);
    });
  }

  /** Of such a path alone, the browser may note that it was answered with such a status. */
  expectAnswer(status, path) {
    this.#expected.push({ said: new RegExp(`(^|status of )${status}\\b`), path });
  }

  #isExpected(problem) {
    const url = / for (http\S+)$/.exec(problem)?.[1];
    return this.#expected.some(
      ({ said, path }) => url && new URL(url).pathname === path && said.test(problem),
    );
  }

  /** What the browser complained about, and no test expected, since it was last asked. */
  takeProblems() {
    return this.#problems.splice(0).filter((problem) => !this.#isExpected(problem));
  }

  /** The browser complains about every attempt to reach a server that is not there. */
  forgiveALostServer() {
    for (const problem of this.takeProblems()) assert.match(problem, lostServer);
  }

  /** Loads the page again, this time with somebody on the line, who decides what is passed on. */
  async interceptWebSocket() {
    await this.page.routeWebSocket(/\/socket\.io\//, (ours) => {
      const theirs = ours.connectToServer();
      ours.onMessage((message) => this.toServer(message) && theirs.send(message));
      theirs.onMessage((message) => this.fromServer(message) && ours.send(message));
      this.cut = () => Promise.all([ours.close(), theirs.close()]);
    });
    await this.page.reload();
    await this.seesTransport("websocket");
  }

  seesAlert(text) {
    return this.page.getByRole("alert").filter({ hasText: text }).waitFor();
  }

  /** What the page says about its connection: "lost", "back", … */
  seesLink(link) {
    return this.page.locator(`[data-link="${link}"]`).waitFor({ state: "attached" });
  }

  seesTransport(name) {
    return this.page.locator(`[data-transport="${name}"]`).waitFor();
  }

  /** The server's part has been loaded; its text. */
  async source() {
    const listing = this.page.getByLabel(/^Source of /);
    await listing.waitFor();
    return listing.innerText();
  }

  async isAccessible(where) {
    if (!(await this.page.evaluate(() => "axe" in globalThis)))
      await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate(async () => {
      // Nobody reads the details of the rules that were kept, which take most of the time.
      const results = await globalThis.axe.run({ resultTypes: ["violations"] });
      return results.violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n  ")}`,
      );
    });
    assert.deepEqual(violations, [], `accessibility: ${where}`);
  }

  async fitsItsWindow(where) {
    const overflow = await this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(overflow, 0, `horizontal overflow: ${where}`);
  }

  /** Fits, is accessible, and leaves a picture. */
  async looksRight(where) {
    await this.fitsItsWindow(where);
    await this.isAccessible(where);
    await this.picture(where);
  }

  /** Only when the environment names a folder for pictures. */
  async picture(name) {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
