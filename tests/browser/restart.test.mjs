// SPDX-License-Identifier: MIT
// The page while its server is gone, and after it is back on the same port.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chatters } from "./support/chatter.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

for (const transport of ["websocket", "polling"]) {
  describe(`a server that restarts, over ${transport} only`, () => {
    it("is told by a banner, and the chat goes on", async (test) => {
      const { showcase, visit } = chatters(await stage(test, browser));
      const ada = await visit(`/chat?transport=${transport}`, "Ada");
      const grace = await visit(`/chat?transport=${transport}`, "Grace");
      await ada.say("before the restart");
      await grace.sees("before the restart");

      assert.equal(await showcase.halt(), 0);
      await ada.seesLink("reconnecting");
      await ada.page.getByText("Reconnecting…").waitFor();
      await ada.looksRight(`reconnecting-${transport}`);
      await showcase.resume();
      await Promise.all([ada.seesLink("back"), grace.seesLink("back")]);
      await ada.seesOnline(["Ada", "Grace"]);
      await ada.say("after the restart");
      await grace.sees("after the restart");
      assert.deepEqual(await grace.messages(), ["before the restart", "after the restart"]);
      ada.forgiveALostServer();
      grace.forgiveALostServer();
    });
  });
}
