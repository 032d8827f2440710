// SPDX-License-Identifier: MIT
// Notifications as people see them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stage } from "./support/stage.mjs";
import { looks, Visitor } from "./support/visitor.mjs";

let browser;

before(async () => (browser = await launchChromium()));
after(() => browser?.close());

class Customer extends Visitor {
  /** Of the order with that number. */
  seesStatus(id, status) {
    return this.page
      .getByRole("row", { name: id })
      .getByRole("cell", { name: status, exact: true })
      .waitFor();
  }

  toast(text) {
    return this.page.locator(".Toastify").getByText(text);
  }

  isTold(text) {
    return this.page.getByRole("list", { name: "Notifications" }).getByText(text).waitFor();
  }

  async run(order, status) {
    await this.page.getByLabel("Order", { exact: true }).selectOption(order);
    await this.page.getByLabel("New status").selectOption(status);
    await this.page.getByRole("button", { name: "Run it here" }).click();
  }
}

async function changeByHttp({ url }, id, status) {
  const path = `${url}/api/orders/${id}/status`;
  const response = await fetch(path, { method: "POST", body: JSON.stringify({ status }) });
  assert.equal(response.status, 200);
}

async function customers(test) {
  const { showcase, open } = await stage(test, browser);
  return { showcase, open: (options) => open("/notifications", options, Customer) };
}

describe("notifications", () => {
  it("arrive in every tab of the order's owner", async (test) => {
    const { open } = await customers(test);
    const ada = await open();
    const adaToo = await open();
    const grace = await open();
    await grace.page.getByLabel("I am").selectOption("grace");
    await grace.seesStatus("1003", "pending");
    await adaToo.seesStatus("1001", "pending");
    await ada.run("1001", "shipped");
    for (const tab of [ada, adaToo]) {
      await tab.toast("Order 1001 is shipped.").waitFor();
      await tab.isTold("Order 1001 is shipped.");
      await tab.seesStatus("1001", "shipped");
      await tab.seesStatus("1002", "pending");
    }
    await grace.run("1003", "cancelled");
    await grace.isTold("Order 1003 is cancelled.");
    assert.equal(await grace.page.getByText("Order 1001 is shipped.").count(), 0);
  });

  it("arrive on other pages, too", async (test) => {
    const { showcase, open } = await customers(test);
    const ada = await open();
    await ada.seesStatus("1001", "pending");
    await ada.page.getByRole("link", { name: "Chat", exact: true }).click();
    await ada.page.getByLabel("Your name").waitFor();
    await changeByHttp(showcase, "1001", "shipped");
    await ada.toast("Order 1001 is shipped.").waitFor();
  });

  it("come of the command that the page shows", async (test) => {
    const { open } = await customers(test);
    const ada = await open();
    await ada.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.page.getByLabel("New status").selectOption("processing");
    await ada.page.getByRole("button", { name: "Copy the command" }).click();
    await ada.page.getByRole("button", { name: "Copied the command" }).waitFor();
    const command = await ada.page.evaluate(() => navigator.clipboard.readText());
    assert.match(command, /^curl -X POST http:.*\/api\/orders\/1002\/status/);
    const [url, body] = [/http:\S+/.exec(command)[0], /-d '(.*)'/.exec(command)[1]];
    const response = await fetch(url, { method: "POST", body });
    assert.deepEqual(await response.json(), { success: true });
    await ada.isTold("Order 1002 is processing.");
  });

  it("are about new orders as well", async (test) => {
    const { open } = await customers(test);
    const ada = await open();
    await ada.page.getByLabel("Order something").fill("A loom");
    await ada.page.getByLabel("Order something").press("Enter");
    await ada.page.getByRole("cell", { name: "A loom" }).waitFor();
    await ada.run("1005", "delivered");
    await ada.isTold("Order 1005 is delivered.");
    await ada.page.reload();
    await ada.seesStatus("1005", "delivered");
  });

  it("say why an order cannot change", async (test) => {
    const { open } = await customers(test);
    const ada = await open();
    await ada.seesStatus("1001", "pending");
    await ada.run("1001", "delivered");
    await ada.isTold("Order 1001 is delivered.");
    ada.expectAnswer(409, "/api/orders/1001/status");
    await ada.run("1001", "cancelled");
    await ada.seesAlert("The order is delivered: it cannot become cancelled.");
  });

  it("say in a sentence that the server failed, whatever it answered", async (test) => {
    const { open } = await customers(test);
    const ada = await open();
    await ada.seesStatus("1001", "pending");
    const answers = [
      { status: 500, contentType: "text/plain", body: "out of memory" },
      { status: 502, json: {} },
      { status: 200, contentType: "text/html", body: "<p>hello" },
    ];
    for (const answer of answers) {
      ada.expectAnswer(answer.status, "/api/orders/1001/status");
      await ada.page.route("**/status", (route) => route.fulfill(answer), { times: 1 });
      await ada.run("1001", "shipped");
      await ada.seesAlert(`The server failed (status ${answer.status}). Please try again later.`);
    }
  });

  it("are a few at a time before the page, and all in the list", async (test) => {
    const { showcase, open } = await customers(test);
    const ada = await open();
    await ada.seesStatus("1001", "pending");
    const changes = ["1001", "1002"].flatMap((id) =>
      ["processing", "shipped", "delivered"].map((status) => ({ id, status })),
    );
    for (const { id, status } of changes) await changeByHttp(showcase, id, status);
    for (const { id, status } of changes) await ada.isTold(`Order ${id} is ${status}.`);
    const toasts = ada.page.locator(".Toastify__toast");
    await toasts.nth(3).waitFor();
    assert.equal(await toasts.count(), 4);
  });

  it("go on after the server was away", async (test) => {
    const { showcase, open } = await customers(test);
    const ada = await open();
    await ada.seesStatus("1001", "pending");
    await showcase.halt();
    await ada.seesLink("reconnecting");
    await ada.run("1001", "shipped");
    await ada.seesAlert("The server cannot be reached.");
    await showcase.resume();
    await ada.seesLink("back");
    await ada.run("1001", "shipped");
    await ada.isTold("Order 1001 is shipped.");
    ada.forgiveALostServer();
  });
});

for (const look of looks) {
  it(`the page looks right: ${look.name}`, async (test) => {
    const { open } = await customers(test);
    const ada = await open(look);
    await ada.source();
    await ada.seesStatus("1001", "pending");
    await ada.looksRight(`notifications-${look.name}`);
    await ada.run("1001", "shipped");
    await ada.isTold("Order 1001 is shipped.");
    await ada.seesStatus("1001", "shipped");
    await ada.looksRight(`notifications-${look.name}-toast`);
  });
}
