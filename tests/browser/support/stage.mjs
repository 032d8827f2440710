// SPDX-License-Identifier: MIT
// What one test needs, and its end: a server of its own, so that no test meets the people or the
// messages of another, and the visitors who come to it. A browser that complained fails the test.
import assert from "node:assert/strict";
import { Showcase } from "./showcase.mjs";
import { Visitor } from "./visitor.mjs";

export async function stage(test, browser, settings = {}) {
  const showcase = await Showcase.start(settings);
  const visitors = [];
  test.after(async () => {
    const problems = visitors.flatMap((visitor) => visitor.takeProblems());
    await Promise.all(visitors.map((visitor) => visitor.close()));
    await showcase.stop();
    assert.deepEqual(problems, []);
  });

  /** Somebody who has opened the page. */
  async function open(path = "/", options = {}, Kind = Visitor) {
    const visitor = await Kind.open(browser, new URL(path, showcase.url).href, options);
    visitors.push(visitor);
    return visitor;
  }

  return { showcase, open };
}
