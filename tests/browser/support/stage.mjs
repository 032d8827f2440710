// SPDX-License-Identifier: MIT
// What one test needs, and its end: a server of its own, so that no test meets the people or the
// messages of another, and the visitors who come to it.
import { Showcase } from "./showcase.mjs";
import { Visitor } from "./visitor.mjs";

export async function stage(test, browser) {
  const showcase = await Showcase.start();
  const visitors = [];
  test.after(async () => {
    await Promise.all(visitors.map((visitor) => visitor.close()));
    await showcase.stop();
  });

  /** Somebody who has opened the page and has not joined yet. */
  async function open(path = "/", options = {}) {
    const visitor = await Visitor.open(browser, showcase.url + path, options);
    visitors.push(visitor);
    return visitor;
  }

  /** Somebody who has joined. */
  async function visit(path, name, options) {
    const visitor = await open(path, options);
    await visitor.join(name);
    await visitor.inRoom();
    return visitor;
  }

  return { showcase, open, visit };
}
