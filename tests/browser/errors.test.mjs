// SPDX-License-Identifier: MIT
// The errors' page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Tester extends Visitor {
  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  /** A line of one of the page's logs. */
  reads(label, text) {
    return this.page.getByRole("log", { name: label }).getByText(text).first().waitFor();
  }

  async broadcast(text) {
    await this.page.getByLabel("Broadcast", { exact: true }).fill(text);
    await this.page.getByLabel("Broadcast", { exact: true }).press("Enter");
  }

  async useAnOldProtocol() {
    this.expectAnswer(400, "/socket.io/");
    await this.press("Connect with an old protocol");
  }
}

const openErrors = ({ open }, options) => open("/errors", options, Tester);

describe("the errors' page", () => {
  for (const look of looks) {
    it(`looks right: ${look.name}`, async (test) => {
      const ada = await openErrors(await stage(test, browser), look);
      await ada.seesTransport("websocket");
      await ada.looksRight(`errors-empty-${look.name}`);
      for (const name of ["Succeed", "Fail", "Never answer"]) await ada.press(name);
      await ada.reads("Outcomes", "No answer: operation has timed out");
      await ada.useAnOldProtocol();
      await ada.page.getByText("Unsupported protocol version").waitFor();
      await ada.press("Cut the connection");
      await ada.reads("Reconnections", "Reconnected at attempt 1");
      await ada.looksRight(`errors-${look.name}`);
    });
  }

  it("tells an action's success from its failure and from silence", async (test) => {
    const ada = await openErrors(await stage(test, browser));
    await ada.press("Succeed");
    await ada.reads("Outcomes", "Action 1 is done");
    await ada.press("Fail");
    await ada.reads("Outcomes", "The server said: You asked me to fail");
    await ada.press("Never answer");
    await ada.reads("Outcomes", "No answer: operation has timed out");
  });

  it("counts attempts until the server is back", async (test) => {
    const here = await stage(test, browser);
    const ada = await openErrors(here);
    await ada.seesTransport("websocket");
    await here.showcase.halt();
    await ada.reads("Reconnections", "Attempt 2 to reconnect");
    const successes = ada.page.getByRole("log", { name: "Reconnections" }).getByLabel("Success");
    assert.equal(await successes.count(), 0);
    await here.showcase.resume();
    await ada.reads("Reconnections", /Reconnected at attempt \d+/);
    await ada.page.getByText("Reconnected: 1").waitFor();
    assert.equal(await successes.count(), 1);
    ada.forgiveALostServer();
  });

  it("says when there is no server that could refuse", async (test) => {
    const here = await stage(test, browser);
    const ada = await openErrors(here);
    await ada.seesTransport("websocket");
    await here.showcase.halt();
    await ada.seesLink("reconnecting");
    await ada.press("Connect with an old protocol");
    await ada.seesAlert("The server cannot be reached.");
    ada.forgiveALostServer();
  });

  it("hears of handshakes that the server refuses", async (test) => {
    const here = await stage(test, browser);
    const ada = await openErrors(here);
    const bob = await openErrors(here);
    await ada.seesTransport("websocket");
    await bob.useAnOldProtocol();
    for (const tester of [ada, bob]) {
      const table = tester.page.getByRole("table", { name: "Refused handshakes" });
      await table.getByText("Unsupported protocol version").waitFor();
      assert.equal(await table.locator("code").innerText(), "5");
    }
  });

  it("broadcasts to everybody", async (test) => {
    const here = await stage(test, browser);
    const ada = await openErrors(here);
    const bob = await openErrors(here);
    await ada.seesTransport("websocket");
    await bob.seesTransport("websocket");
    await ada.broadcast("hello everybody");
    await ada.reads("Broadcasts", "hello everybody");
    await bob.reads("Broadcasts", "hello everybody");
  });
});
