// A regulation is replaced: what that touches is seen before it is recorded, and each answer is looked at again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holds, launch, picture, visit } from './browser.mjs';
import { appears, press, published, search, stands, step, unheard, waiting } from './steps.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const scripts of [true, false]) {
  test(`a regulation is replaced and an answer confirmed, ${scripts ? 'with' : 'without'} scripts`, async () => {
    const model = unheard();
    const [clerk, head, municipal] = await Promise.all(
      ['STAFF', 'HEAD', 'MUNICIPAL_OFFICER'].map((role) => visit(browser, { role, scripts })));
    const district = await visit(browser, { role: 'DISTRICT_OFFICER', scripts, width: 360 });

    const former = { key: `sample-${model}-1`, title: `示例注射泵${model}注册指南（旧版）`, from: '2018-01' };
    const latter = { key: `sample-${model}-2`, title: `示例注射泵${model}注册指南（新版）`, from: '2020-01' };
    const questions = ['流量精度', '报警功能'].map((part) => `注射泵${model}的${part}如何验证？`);
    await law(municipal, former);
    await law(municipal, latter);
    for (const question of questions) {
      await drafted(clerk, question, former);
      await (await waiting(head, question)).locator('a').click();
      await published(head);
    }

    await foreseen(municipal, { former, latter, questions });
    await currency(clerk, questions[0], '现行有效');
    await replaced(municipal, { latter, questions });
    await confirmed(district, { latter, question: questions[0] });
    await seen(clerk, { model, latter, questions });

    for (const page of [clerk, head, municipal, district]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });
}

// Records a regulation that is in force from a day long ago.
async function law(page, { key, title, from }) {
  await page.goto('/supervision');
  await page.getByRole('link', { name: '登记法规', exact: true }).click();
  await page.fill('#law-key', key);
  await page.fill('#law-title', title);
  await page.selectOption('#law-region', { label: '全国' });
  await page.fill('#law-effectiveOn', from);
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.waitForURL('**/supervision/reviews');
}

async function drafted(page, question, { key }) {
  await page.goto('/drafts');
  await page.getByRole('link', { name: '起草已答问题' }).click();
  await page.fill('#content-question', question);
  await page.fill('#content-answer', '按指南列出的方法逐项验证，并在产品技术要求中写明。');
  await page.fill('#regulation-1', key);
  await page.fill('#articles-1', '第三条');
  await page.locator('summary', { hasText: '注册事项' }).click();
  await page.getByLabel('产品技术要求', { exact: true }).check();
  await page.getByRole('button', { name: '保存草稿' }).last().click();
  await page.waitForURL('**/drafts/Q*');
  await press(await step(page, 'submit'));
  await stands(page, '审核中');
}

// Sees what would become of which answers; nothing is recorded by that.
async function foreseen(page, { former, latter, questions }) {
  await page.goto('/supervision');
  await page.getByRole('link', { name: '登记法规关系' }).click();
  await page.fill('#law-from', latter.key);
  await page.selectOption('#law-kind', { label: '替代' });
  await page.fill('#law-to', former.key);
  await page.selectOption('#law-scope', { label: '全部' });
  await page.getByRole('button', { name: '预览影响' }).click();
  const preview = page.locator('.preview');
  await preview.waitFor();
  assert.match(await preview.innerText(), /共影响 2 条答复/);
  for (const question of questions) {
    const row = preview.locator('tr', { hasText: question });
    await row.locator('.currency').nth(1).waitFor();
    assert.deepEqual(await row.locator('.currency').allInnerTexts(), ['现行有效', '已失效']);
    assert.ok((await row.innerText()).includes(latter.title));
  }
  assert.equal(await page.inputValue('#law-to'), former.key, 'what was written is still there');
  await holds(page, 'what a replacement would touch');
  await picture(page, 'regulation-preview');
}

// How an answer stands, as its page says it.
async function currency(page, question, status) {
  const hit = page.locator('.hit h3 a', { hasText: question });
  await search(page, question);
  await appears(page, hit);
  await hit.click();
  await page.waitForURL('**/answers/Q*');
  assert.equal(await page.locator('main header .currency').innerText(), status);
}

// The entry of an answer in the queue of what has to be looked at again, on whichever page of it.
async function queued(page, question) {
  const entry = page.locator('.latest > li', { hasText: question });
  for (;;) {
    // A click is done as soon as the next page begins to come.
    await page.waitForLoadState();
    if (await entry.count()) return entry;
    await page.locator("a[rel='next']").click();
  }
}

// Records it; both answers now wait for a look.
async function replaced(page, { latter, questions }) {
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.waitForURL('**/supervision/reviews');
  for (const question of questions) {
    await page.getByRole('link', { name: '已失效', exact: true }).click();
    const entry = await queued(page, question);
    assert.equal(await entry.locator('.currency').innerText(), '已失效');
    assert.ok((await entry.locator('.facts').innerText()).includes(latter.title));
  }
  await holds(page, 'what has to be looked at again');
  await picture(page, 'regulation-queue');
}

// The officer of the district compares one with the new regulation and confirms it.
async function confirmed(page, { latter, question }) {
  await page.goto('/');
  await page.getByRole('link', { name: '复核与法规' }).click();
  await page.getByRole('link', { name: '全部待复核' }).click();
  await page.getByRole('link', { name: '已失效', exact: true }).click();
  const entry = await queued(page, question);
  await entry.getByRole('link', { name: '核对并确认' }).click();
  const form = await step(page, 'confirm');
  await form.getByLabel('对照的法规').selectOption({ label: `《${latter.title}》` });
  await form.getByLabel('核对情况').fill('新版第四条沿用了旧版的要求');
  await form.getByLabel('现依据的条款').fill('第四条');
  await holds(page, 'confirming an answer');
  await picture(page, 'regulation-confirming');
  await press(form);
  await page.locator('main header .currency', { hasText: '现行有效' }).waitFor();
  await page.getByRole('link', { name: '查看已发布的答复' }).click();
  assert.match(
    await page.locator("[aria-labelledby='confirmations']").innerText(),
    new RegExp(`${latter.title}》 新版第四条沿用了旧版的要求`),
  );
  await holds(page, 'a confirmed answer');
  await picture(page, 'regulation-confirmed');
}

// Whoever searches sees which answer still holds, and which nobody has looked at yet.
async function seen(page, { model, latter, questions }) {
  await search(page, `注射泵${model}`);
  const hit = (question) => page.locator('.hit', { hasText: question });
  assert.equal(await hit(questions[0]).locator('.currency').innerText(), '现行有效');
  assert.equal(await hit(questions[1]).locator('.currency').innerText(), '已失效');
  assert.ok((await hit(questions[1]).locator('.because').innerText()).includes(latter.title));
  await holds(page, 'hits of which one is outdated');
  await picture(page, 'regulation-hits');
  const stale = page.locator('.facet a', { hasText: '已失效' });
  await stale.click();
  await page.waitForURL(/currency=STALE/);
  assert.equal(await hit(questions[1]).count(), 1);
  assert.equal(await hit(questions[0]).count(), 0);
  await currency(page, questions[1], '已失效');
  assert.match(await page.locator('.path').innerText(), new RegExp(`被替代：[^]*${latter.title}`));
}
