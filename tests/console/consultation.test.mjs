// From what a company asks to what another station finds: recorded, classified, answered, drafted, looked through,
// published; and revised later.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holds, launch, picture, visit } from './browser.mjs';
import { appears, enrolled, press, published, search, stands, step, unheard, waiting } from './steps.mjs';

let browser;
let stranger;
before(async () => {
  browser = await launch();
  stranger = await enrolled(browser, { name: '示例外站专员', role: 'STAFF', place: '徐汇区' });
});
after(() => browser.close());

const COMPANY = '上海示例心脉医疗科技有限公司';
const TELEPHONE = '021-55550123';

// What a station has answered before.
const KNOWN = '新型聚氨酯材料做的Ⅲ类植入物，同材料在国外有应用，生物学试验能不能用供应商的报告豁免？';

for (const scripts of [true, false]) {
  test(`from a question to what other stations find, ${scripts ? 'with' : 'without'} scripts`, async () => {
    const model = unheard();
    const clerk = await visit(browser, { role: 'STAFF', scripts });
    const head = await visit(browser, { role: 'HEAD', scripts });
    const reader = await visit(browser, { account: stranger, scripts, width: 360 });

    const asked = `${COMPANY}的封堵器${model}是${KNOWN}`;
    await recorded(clerk, asked, scripts);
    await classified(clerk);
    await assigned(clerk, model);
    const reply = `封堵器${model}的材料报告可以引用，但不能代替成品的试验；2026年9月18日的公开培训讲过这一点。`;
    await answered(clerk, reply);

    // The draft says neither who asked nor how to reach them.
    await clerk.getByRole('button', { name: '整理为已答问题' }).click();
    await clerk.waitForURL('**/drafts/Q*');
    const begun = await clerk.locator('#content-question').inputValue();
    assert.ok(begun.includes(model) && !begun.includes('心脉'), begun);

    const question = `封堵器${model}所用材料在境外已有应用，生物学试验能否引用供应商的报告？`;
    await written(clerk, question, `${reply}可致电${TELEPHONE}。`);
    await holds(clerk, 'a draft with findings');
    await picture(clerk, 'consultation-findings');
    await mended(clerk, question, reply);

    await search(reader, question);
    assert.equal(await reader.locator('.hit', { hasText: model }).count(), 0, 'nobody reads a draft');
    await cleared(head, question);
    await found(reader, { question, model });

    const more = `封堵器${model}另需说明灭菌方式。`;
    await revised(clerk, `${reply}${more}`);
    await reader.reload();
    assert.ok(!(await reader.locator('main').innerText()).includes(more), 'nobody reads a revision that is not published');
    await passed(head, question);
    await read(reader, more);

    for (const page of [clerk, head, reader]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });
}

// Records a question; what was answered like it is seen before that.
async function recorded(page, text, scripts) {
  await page.goto('/');
  await page.getByRole('navigation').getByRole('link', { name: '咨询', exact: true }).click();
  await page.getByRole('link', { name: '登记咨询' }).click();
  // Only a page that is there whole looks for similar answers while one types.
  await page.waitForURL('**/consultations/new');
  await page.fill('#text', text);
  if (!scripts) await page.getByRole('button', { name: '先看相近问题' }).click();
  const known = page.locator('#found li', { hasText: KNOWN });
  await known.waitFor();
  assert.match(await known.locator('.facts').innerText(), /金山区/);
  assert.equal(await page.inputValue('#text'), text, 'what was written is still there');
  await holds(page, 'recording with similar answers');
  await picture(page, 'consultation-similar');
  await page.fill('#asker-company', COMPANY);
  await page.fill('#asker-contact', '欧阳示例');
  await page.fill('#asker-telephone', TELEPHONE);
  await page.selectOption('#case-channel', { label: '电话' });
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.waitForURL('**/consultations/Q*');
  await stands(page, '已登记');
  assert.match(await page.locator("[aria-labelledby='asker']").innerText(), new RegExp(`${COMPANY}[^]*${TELEPHONE}`));
}

async function classified(page) {
  const form = await step(page, 'classify');
  await form.getByLabel('问题分级').selectOption({ label: '基础问题' });
  await form.locator('summary', { hasText: '注册事项' }).click();
  await form.getByLabel('生物学评价', { exact: true }).check();
  await form.getByLabel('产品类别').selectOption({ label: '医疗器械' });
  await form.getByLabel('管理类别').selectOption({ label: '第三类' });
  await press(form);
  await stands(page, '本站办理');
  assert.match(await page.locator('.standing-line').innerText(), /办理期限\s*\d{4}-\d\d-\d\d/);
  assert.match(await page.locator("[aria-labelledby='about']").innerText(), /基础问题[^]*生物学评价[^]*医疗器械 第三类/);
}

// Gives it to the clerk, who then has it among what waits for them.
async function assigned(page, model) {
  const form = await step(page, 'assign');
  await form.getByLabel('责任人').selectOption({ label: '示例专员' });
  await press(form);
  await page.locator('.timeline strong', { hasText: '指派责任人' }).waitFor();
  await page.getByRole('link', { name: '咨询', exact: true }).first().click();
  await page.getByRole('link', { name: /^我负责的/ }).click();
  const row = page.locator('tbody tr', { hasText: model });
  assert.match(await row.innerText(), /本站办理[^]*示例专员/);
  await row.locator('th a').click();
}

async function answered(page, reply) {
  const form = await step(page, 'answer');
  await form.getByLabel('答复内容').fill(reply);
  assert.equal(await form.getByLabel('告知方式').inputValue(), 'PHONE', 'as the company came');
  await press(form);
  await stands(page, '已告知企业');
  await page.locator('.timeline strong').nth(3).waitFor();
  assert.deepEqual(await page.locator('.timeline strong').allInnerTexts(), ['登记', '分级分类', '指派责任人', '本站答复']);
  assert.ok((await page.locator("[aria-labelledby='replied']").innerText()).includes(reply));
}

// Writes the draft with a telephone number left in it, which is marked where it stands.
async function written(page, question, answer) {
  await page.fill('#content-question', question);
  await page.fill('#content-answer', answer);
  await page.fill('#regulation-1', '国家市场监督管理总局令第47号');
  await page.fill('#articles-1', '第二十六条、第三十条');
  await page.getByRole('button', { name: '保存草稿' }).last().click();
  await page.locator('mark.finding', { hasText: TELEPHONE }).waitFor();
  assert.deepEqual(await page.locator('mark.finding').evaluateAll((all) => all.map((it) => it.firstChild.data)), [
    '2026年9月18日', TELEPHONE,
  ]);
  assert.match(await page.locator('.row').first().innerText(), /医疗器械注册与备案管理办法/);
}

// Takes the telephone number out and hands it in; who wrote it does not look it through.
async function mended(page, question, answer) {
  await page.fill('#content-answer', answer);
  await page.getByRole('button', { name: '保存草稿' }).last().click();
  await page.locator('mark.finding', { hasText: TELEPHONE }).waitFor({ state: 'detached' });
  await press(await step(page, 'submit'));
  await stands(page, '审核中');
  assert.equal(await page.locator('h1').innerText(), question);
  assert.equal(await page.locator('form.clearing, #step-publish').count(), 0, 'nobody reviews their own');
}

// A second person says of what is still marked that it tells nothing, and publishes.
async function cleared(page, question) {
  const entry = await waiting(page, question);
  assert.match(await entry.innerText(), /1 处待处理/);
  await entry.locator('a').click();
  const form = page.locator('form.clearing');
  assert.match(await form.locator('legend').innerText(), /2026年9月18日/);
  await form.getByLabel('与咨询方无关').check();
  await form.getByLabel('理由或处理意见').fill('公开培训的日期，与咨询方无关');
  await holds(page, 'looking a draft through');
  await picture(page, 'consultation-clearing');
  await published(page);
}

// Another station finds it by its words, and reads nothing of the case.
async function found(page, { question, model }) {
  const hit = page.locator('.hit', { hasText: model });
  await appears(page, hit);
  assert.match(await hit.innerText(), /现行有效[^]*站网内部[^]*浦东新区/);
  await holds(page, 'the answer among hits');
  await picture(page, 'consultation-found');
  await hit.locator('h3 a').click();
  await page.waitForURL('**/answers/Q*');
  assert.equal(await page.locator('h1').innerText(), question);
  assert.match(await page.locator('.citations').innerText(), /医疗器械注册与备案管理办法》[^]*第二十六条[^]*第三十条/);
  const text = await page.locator('body').innerText();
  for (const secret of ['心脉', '欧阳', TELEPHONE]) assert.ok(!text.includes(secret), secret);
  await holds(page, 'the answer on a narrow window');
  await picture(page, 'consultation-answer');
}

// Writes a revision beside what is published, and hands it in.
async function revised(page, answer) {
  await page.reload();
  await stands(page, '已发布');
  await press(await step(page, 'revise'));
  await page.locator('#content-answer').waitFor();
  await page.fill('#content-answer', answer);
  await page.getByRole('button', { name: '保存草稿' }).last().click();
  await page.locator('.said', { hasText: '灭菌方式' }).waitFor();
  await press(await step(page, 'submit'));
  await page.locator('header .warn', { hasText: '审核中' }).waitFor();
  await stands(page, '已发布');
}

// A second person passes the revision as they passed the draft.
async function passed(page, question) {
  const entry = await waiting(page, question);
  await entry.locator('a').click();
  const form = page.locator('form.clearing');
  await form.getByLabel('与咨询方无关').check();
  await form.getByLabel('理由或处理意见').fill('公开培训的日期，与咨询方无关');
  await holds(page, 'looking a revision through');
  await published(page);
}

// Readers have the new text, and the former one with what was added to it.
async function read(page, more) {
  await appears(page, page.locator('.written', { hasText: more }));
  await page.locator("[aria-labelledby='versions'] summary").click();
  const added = await page.locator("[aria-labelledby='versions'] ins").allInnerTexts();
  assert.equal(added.join(''), more);
  await holds(page, 'an answer with its former version');
  await picture(page, 'consultation-revised');
}
