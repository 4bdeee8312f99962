// What people do, in a browser: with scripts, and once without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holds, launch, visit } from './browser.mjs';
import { enrolled } from './steps.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const scripts of [true, false]) {
  test(`from a search to the use of an answer, ${scripts ? 'with' : 'without'} scripts`, async () => {
    const page = await visit(browser, { role: 'STAFF', scripts });
    await page.goto('/');
    await page.fill('#q', '医疗器械注册人委托生产');
    await page.click('form.search button');
    await page.locator('.facet a', { hasText: '已答问题' }).first().click();
    assert.match(page.url(), /kind=ANSWERED_QUESTION/);
    const question = await page.locator('.hit h3 a').first().innerText();
    await page.locator('.hit h3 a').first().click();
    assert.equal(await page.locator('h1').innerText(), question);
    // Whatever was said of it before, what is said last counts.
    const rated = async (value) => {
      await Promise.all([page.waitForEvent('load'), page.click(`button[name='helpful'][value='${value}']`)]);
      return page.locator('.about').innerText();
    };
    assert.notEqual(await rated('no'), await rated('yes'));
    await page.locator('.reply summary').click();
    assert.match(await page.locator('#reply').inputValue(), /核对至/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('the keys alone: suggestions by pinyin, hits by arrows, a page by Enter', async () => {
  const page = await visit(browser, { role: 'STAFF' });
  await page.goto('/');
  await page.keyboard.press('/');
  await page.keyboard.type('ylqx', { delay: 30 });
  await page.waitForSelector('#suggestions li');
  await holds(page, 'suggestions');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator("#suggestions [aria-selected='true']").count(), 1);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await page.waitForSelector('.hits .hit');
  await page.focus('#q');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const second = page.locator('.hit h3 a').nth(1);
  assert.ok(await second.evaluate((it) => it === document.activeElement), 'the second hit has the focus');
  const where = await second.getAttribute('href');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === where);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a pasted letter finds similar questions and stands in no address', async () => {
  const page = await visit(browser, { role: 'STAFF' });
  await page.goto('/similar');
  await page.fill('#text', '我司委托外省企业生产三类器械，请问注册人如何放行？质量协议需要包含哪些内容？');
  await page.click('main form button');
  await page.waitForSelector('.hits .hit');
  assert.equal(new URL(page.url()).search, '');
  await holds(page, 'similar questions');
  await page.context().close();
});

test('a language is chosen and kept', async () => {
  const page = await visit(browser);
  await page.goto('/?q=UDI');
  await page.click("button[name='language']");
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.match(page.url(), /q=UDI/);
  await page.goto('/');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.context().close();
});

test('an administrator enrols somebody, who signs in', async () => {
  const account = await enrolled(browser, { name: '示例新同事', role: 'STAFF', place: '徐汇区' });
  const page = await visit(browser, { account });
  assert.match(await page.locator('.who').innerText(), /示例新同事/);
  await page.goto('/account');
  await page.fill('#present', account.password);
  await page.fill('#new', 'a new and long passphrase');
  await page.fill('#again', 'a new and long passphrase');
  await page.click("form[action='/account/password'] button");
  await page.waitForSelector("[role='status']");
  await page.context().close();
});

test('a queue that is looked at tells what comes in', async () => {
  const [watching, recording] = [await visit(browser, { role: 'STAFF' }), await visit(browser, { role: 'STAFF' })];
  const listening = watching.waitForResponse((response) => response.url().endsWith('/consultations/live'));
  await watching.goto('/consultations?queue=station');
  assert.equal((await listening).status(), 200);
  const count = async () => Number(await watching.locator('[data-count="myStation"]').innerText());
  const before = await count();
  await recording.goto('/consultations/new');
  const question = `示例公司咨询第二类器械注册检验的样品数量 ${Date.now()}`;
  await recording.fill('#text', question);
  await recording.fill("[name='company']", '上海示例医疗科技有限公司');
  await recording.fill("[name='contact']", '示例联系人');
  await recording.selectOption("[name='channel']", 'PHONE');
  await recording.click('main form.record > p:last-child button');
  await recording.waitForURL(/\/consultations\/Q/);
  await watching.waitForSelector('#live a:visible');
  assert.equal(await count(), before + 1);
  await holds(watching, 'a queue with something new');
  await watching.click('#live a');
  await watching.waitForURL(/queue=station/);
  assert.match(await watching.locator('table.cases').innerText(), new RegExp(question.slice(0, 20)));
  assert.deepEqual(watching.faults, []);
  await watching.context().close();
  await recording.context().close();
});
