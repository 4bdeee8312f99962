// Every page, in both languages, on a wide and on a narrow window.
import { after, before, test } from 'node:test';
import { holds, launch, picture, visit } from './browser.mjs';
import { PAGES } from './pages.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [language, width] of [['zh-CN', 1280], ['zh-CN', 360], ['en', 1280], ['en', 360]]) {
  test(`pages in ${language}, ${width} px wide`, async (t) => {
    const visitors = new Map();
    for (const [name, role, address, ...links] of PAGES) {
      await t.test(name, async () => {
        if (!visitors.has(role)) visitors.set(role, await visit(browser, { role, language, width }));
        const page = visitors.get(role);
        page.faults.length = 0;
        await page.goto(address);
        for (const link of links) await page.locator(link).first().click();
        await picture(page, `${name}-${language}-${width}`);
        await holds(page, name);
      });
    }
    for (const page of visitors.values()) await page.context().close();
  });
}
