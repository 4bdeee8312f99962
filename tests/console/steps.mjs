// Steps that several stories take, as people take them: by clicking and typing.
import { visit } from './browser.mjs';

// A word that no other run has used. Of letters alone, which a search takes whole, and unlike that of the run before from
// its first letter on.
export const unheard = () => {
  const letters = [];
  for (let left = Date.now(); left > 0; left = Math.floor(left / 26)) letters.push(String.fromCharCode(97 + (left % 26)));
  return letters.join('');
};

// Has the administrator enrol somebody at a station, a district or an organization; their login and password.
export async function enrolled(browser, { name, role, place, field = 'station' }) {
  const admin = await visit(browser, { role: 'ADMINISTRATOR' });
  await admin.goto('/administration/members');
  const login = `sample-${unheard()}`;
  await admin.fill('#new-login', login);
  await admin.fill('#new-name', name);
  await admin.selectOption('#new-role', role);
  const chosen = admin.locator(`#new-${field} option`, { hasText: place }).first();
  await admin.selectOption(`#new-${field}`, await chosen.getAttribute('value'));
  await admin.fill('#new-undertaking', new Date().toISOString().slice(0, 10));
  await admin.click("form[method='post'][action='/administration/members'] button");
  const password = await admin.locator('.done code').innerText();
  const activation = admin.locator("form[action$='/activation'] button");
  if (await activation.count()) {
    await activation.click();
    await activation.waitFor({ state: 'detached' });
  }
  await admin.context().close();
  return { login, password };
}

// The form of a step of a case or of a draft, unfolded.
export async function step(page, slug) {
  const box = page.locator(`#step-${slug}`);
  if ((await box.getAttribute('open')) === null) await box.locator('summary').first().click();
  return box.locator('form');
}

// The same where only its heading is known.
export async function unfold(page, heading) {
  const box = page.locator('main details', { has: page.locator('> summary', { hasText: heading }) });
  if ((await box.getAttribute('open')) === null) await box.locator('> summary').click();
  return box.locator('form');
}

export const press = (form) => form.locator('button').click();

// Waits until the page says how its subject stands.
export const stands = (page, state) => page.locator('main header .state', { hasText: state }).waitFor();

// What others do is seen a moment later: looks again until something is there.
export async function appears(page, locator, again = () => page.reload()) {
  const last = Date.now() + 20_000;
  while ((await locator.count()) === 0 && Date.now() < last) {
    await page.waitForTimeout(200);
    await again();
  }
  await locator.first().waitFor();
}

// Searches from the first page.
export async function search(page, words) {
  await page.goto('/');
  await page.fill('#q', words);
  await page.click('form.search button');
  await page.locator('#total').waitFor();
}

// Finds the draft of a question among what waits for a second person; its entry in the list.
export async function waiting(page, question) {
  await page.goto('/');
  await page.getByRole('link', { name: '起草与审核' }).click();
  return page.locator("[aria-labelledby='reviewing'] li", { hasText: question });
}

// Passes a draft, of which nothing is left to be said, and publishes it for the network.
export async function published(page) {
  await page.getByRole('button', { name: '完成出站检查' }).click();
  await page.locator('.cleared', { hasText: '已通过出站检查' }).waitFor();
  const form = await step(page, 'publish');
  await form.getByLabel('可见范围').selectOption({ label: '站网内部' });
  await press(form);
  await stands(page, '已发布');
}
