// The console as its readers use it: one page object, and a sandbox of its own for each test, its clock held.
import { test as base, expect } from "@playwright/test";
import { listened } from "../docs/reading.js";

const { SCREENSHOTS } = process.env;
const NOW = "2026-01-01T09:00:00Z";

export class Console {
  constructor(page, request, sandbox) {
    Object.assign(this, { page, request, sandbox, said: listened(page) });
  }

  /** Opens the page as one who was at the test's sandbox already. */
  async open(address = "/_execmock/") {
    await this.page.addInitScript((id) => {
      if (location.protocol === "http:" && !sessionStorage.getItem("execmock sandbox")) {
        sessionStorage.setItem("execmock sandbox", id);
      }
    }, this.sandbox.id);
    await this.page.goto(address);
    await this.ready();
  }

  async choose(sandbox) {
    await this.page.getByRole("combobox", { name: "Sandbox" }).selectOption(sandbox);
    await this.ready();
  }

  async ready() {
    await expect(this.page.getByText("Live", { exact: true })).toBeVisible();
    await expect(this.page.getByRole("group", { name: "Clock of the sandbox" }).getByRole("button", { name: "Freeze" })).toBeVisible();
  }

  part(name) {
    return this.page.getByRole("navigation", { name: "Parts" }).getByRole("link", { name, exact: true }).click();
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Creates an execution of a scenario by the page; returns its id. */
  async create(scenario) {
    await this.part("New");
    await this.page.getByLabel("Search scenarios").fill(scenario);
    await this.press(`Create ${scenario}`);
    const made = this.page.locator(".made b").first();
    await expect(made).toHaveText(/^exec_/);
    return made.innerText();
  }

  /** Has an execution made by the control API, and shows it. */
  async shown(scenario) {
    const { id } = await this.control("POST", "executions", { scenario, request: { workflowId: "wf_x", sourceSystem: "shop", sourceEntityType: "order" } });
    await this.page.goto(`/_execmock/#/executions/${id}`);
    await expect(this.page.getByRole("heading", { name: id })).toBeVisible();
    return id;
  }

  /** The status of the execution that is shown. */
  get status() {
    return this.page.locator("article > .head .status");
  }

  row(text) {
    return this.page.getByRole("row").filter({ hasText: text });
  }

  /** Calls the API as a client of the sandbox. */
  call(method, path, { headers = {}, ...more } = {}) {
    return this.request.fetch(path, { method, headers: { Authorization: `Bearer ${this.sandbox.keys[0].key}`, ...headers }, ...more });
  }

  /** Calls the control API. */
  async control(method, path, data) {
    const answer = await this.request.fetch(`/_execmock/${path}${path.includes("?") ? "&" : "?"}sandbox=${this.sandbox.id}`, { method, data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.status() === 204 ? null : answer.json();
  }
}

let made = 0;

export const test = base.extend({
  mock: async ({ page, request }, use) => {
    made += 1;
    const name = SCREENSHOTS ? `shop-${made}` : `test-${made}-${process.pid}`;
    const data = { name, seed: 7, clock: { now: NOW, frozen: true } };
    const answer = await request.post("/_execmock/sandboxes", { data });
    const mock = new Console(page, request, await answer.json());
    await mock.open();
    await use(mock);
    expect(mock.said).toEqual([]);
  },
});

export { expect };
