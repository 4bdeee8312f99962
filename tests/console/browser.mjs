// A browser at the pages of a running service, and what every page must hold.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import axe from 'axe-core';

const base = process.env.ZHANJIAN_URL;
assert.ok(base, 'ZHANJIAN_URL must name the address of the service');
const credentials = JSON.parse(readFileSync(process.env.ZHANJIAN_CREDENTIALS, 'utf8'));

// Where pictures of the pages are put: a folder that git ignores.
const pictures = process.env.ZHANJIAN_PICTURES ?? '../../target/pictures';
mkdirSync(pictures, { recursive: true });

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
assert.ok(executablePath, 'there is no Chromium');

export const launch = () =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });

// A page of somebody: of whom (by the role of a sample account, or by an account), in which language, how wide; what goes
// wrong in it is kept in `page.faults`.
export async function visit(browser, { role, account, language = 'zh-CN', width = 1280, scripts = true } = {}) {
  const context = await browser.newContext({
    baseURL: base, locale: language, viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.faults = [];
  if (!scripts) {
    page.engine = await context.newCDPSession(page);
    await allowScripts(page, false);
  }
  page.on('pageerror', (fault) => page.faults.push(`script: ${fault.message}`));
  // Browsers tell here whatever the content security policy has kept out.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) page.faults.push(message.text());
  });
  const who = account ?? credentials.find((known) => known.role === role);
  if (who) await signIn(page, who);
  return page;
}

// Of a page that was opened without scripts. What the page itself brings is passed over while it is read, for good.
const allowScripts = (page, value) => page.engine?.send('Emulation.setScriptExecutionDisabled', { value: !value });

async function signIn(page, { login, password }) {
  await page.goto('/sign-in');
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click("form[action='/sign-in'] button");
  await page.waitForSelector('.who');
}

// What holds on every page: nothing is against WCAG 2.2 AA as far as a program can tell, nothing is wider than the window,
// nothing went wrong, nothing moved after it was shown.
export async function holds(page, name) {
  assert.deepEqual(page.faults, [], name);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than the window`);
  // What looks is a script too.
  await allowScripts(page, true);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }));
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => node.html).join('\n    ')}`);
  assert.deepEqual(told, [], name);
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let moved = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(moved), 50);
      }),
  );
  assert.ok(shift < 0.02, `${name} moves by ${shift} after it is shown`);
  await allowScripts(page, false);
}

export async function picture(page, name) {
  const file = page.engine ? `${name}-without-scripts.png` : `${name}.png`;
  await page.screenshot({ path: join(pictures, file), fullPage: true });
}
