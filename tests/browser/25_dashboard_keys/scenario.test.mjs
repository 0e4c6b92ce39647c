// Keys: which there are, made and shown once, used, deleted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const rowOf = (page, name) => page.getByRole("listitem").filter({ hasText: name });
const tryKey = async (key, path) => (await stage.server.api("GET", path, undefined, { key })).status;

test("a key is made for one survey, shown once, does what it may and no more, and is refused once deleted", async () => {
  const page = await stage.visit("");
  await page.getByRole("link", { name: "Keys" }).click();
  await settled(page);
  await page.getByText("You are signed in with the first admin key").waitFor();
  await page.getByLabel(/^Name/).fill("Till at the door");
  await page.getByLabel(/^read /).check();
  await page.getByRole("radio", { name: "For these surveys only" }).check();
  await page.getByRole("checkbox", { name: /Nobody asked yet/ }).check();
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByRole("heading", { name: "The key “Till at the door” is made" }).waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /is made/, "the focus is where the key is");
  const key = await page.getByLabel("API key").inputValue();
  assert.match(key, /^cf_[0-9a-f]{16}_[\w-]{43}$/);
  await assertAccessible(page, "a key, shown once");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: /Copy.*API key/ }).click();
  await page.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);

  assert.equal(await tryKey(key, `${stage.quiet.path}/kpis`), 200);
  assert.equal(await tryKey(key, `${stage.survey.path}/kpis`), 403);
  assert.match(await rowOf(page, "Till at the door").innerText(), /read[\s\S]*For these surveys only: Nobody asked yet/);

  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.reload();
  await settled(page);
  assert.ok(!(await page.content()).includes(key), "it is not shown again");

  await page.getByRole("button", { name: /Delete.*Till at the door/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.equal(await rowOf(page, "Till at the door").count(), 1);
  await page.getByRole("button", { name: /Delete.*Till at the door/ }).click();
  await assertAccessible(page, "asked once more");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("The key “Till at the door” is deleted.").waitFor();
  await rowOf(page, "Till at the door").waitFor({ state: "detached" });
  assert.equal(await tryKey(key, `${stage.quiet.path}/kpis`), 401);
  await stage.leave(page);
});

test("what the service has against a key stands beside its field, and nothing that was entered is lost", async () => {
  const page = await stage.visit("#/keys");
  await settled(page);
  await page.getByRole("radio", { name: "For these surveys only" }).check();
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByText("Between 1 and 100 characters are allowed.").waitFor();
  const wrong = await page.locator("[aria-invalid=true]").evaluateAll((fields) => fields.map(({ name }) => name));
  assert.deepEqual(wrong, ["name", "scope", "bound"]);
  assert.equal(await page.evaluate(() => document.activeElement.name), "name");
  await assertAccessible(page, "a key, refused");
  await page.getByLabel(/^Name/).fill("Kept");
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.locator("#key-name[aria-invalid=false]").waitFor();
  assert.equal(await page.getByLabel(/^Name/).inputValue(), "Kept");
  await stage.leave(page);
});

test("the key that one is signed in with is marked, and deleting it signs one out", async () => {
  const { key } = await stage.ask("POST", "/v1/keys", { name: "My own", scopes: ["admin"] });
  const page = await stage.visit("#/keys", { key });
  await settled(page);
  assert.match(await rowOf(page, "My own").innerText(), /you are signed in with it/);
  assert.equal(await page.getByText("you are signed in with it").count(), 1);
  await page.getByRole("button", { name: /Delete.*My own/ }).click();
  await page.getByText("deleting it signs you out").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("The key that you had signed in with is deleted.").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await stage.leave(page, key);
});

test("a key that may only read is told which scope the page takes, and asks for nothing", async () => {
  for (const key of [stage.read, stage.bound]) {
    const page = await stage.visit("#/keys", { key });
    await page.getByText("This page takes a key with the scope admin").waitFor();
    assert.equal(await page.getByRole("link", { name: "Keys" }).count(), 0);
    assert.ok(!page.asked.some((request) => /\/v1\/keys(\?|$)/.test(request.url())));
    await assertAccessible(page, "keys, for a reader");
    await stage.leave(page, key);
  }
});

test("the keyboard alone makes a key and deletes it", async () => {
  const page = await stage.visit("#/keys");
  await settled(page);
  await page.getByLabel(/^Name/).focus();
  await page.keyboard.type("By hand");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The key “By hand” is made" }).waitFor();
  await page.getByRole("button", { name: /Delete.*By hand/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Delete: By hand$/, "the focus is back");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("The key “By hand” is deleted.").waitFor();
  await stage.leave(page);
});
