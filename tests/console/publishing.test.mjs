// From a file of a tech-transfer office to an introduction: looked at by cell, mended, published, found with its reasons,
// asked for, accepted, and what came of it; and another that is declined.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { holds, launch, picture, visit } from './browser.mjs';
import { appears, enrolled, search, stands, unfold, unheard } from './steps.mjs';

let browser;
let second;
before(async () => {
  browser = await launch();
  const office = { role: 'TECH_TRANSFER', place: '示例大学', field: 'organization' };
  second = await enrolled(browser, { name: '示例成果复核员', ...office });
});
after(() => browser.close());

const OWNER = 'owner@lab.example.org';
const ASKER = '021-66660123';
const NOTE = '等动物试验结束后再谈';

for (const scripts of [true, false]) {
  test(`from a file to an introduction, ${scripts ? 'with' : 'without'} scripts`, async () => {
    const model = unheard();
    const office = await visit(browser, { role: 'TECH_TRANSFER', scripts });
    const colleague = await visit(browser, { account: second, scripts });
    const staff = await visit(browser, { role: 'STAFF', scripts, width: 360 });

    const title = `示例镁合金骨钉${model}的缓蚀涂层`;
    const holder = `示例骨钉${model}的夹具`;
    await takenIn(office, { model, title, holder });
    await handedIn(office, title);
    await shown(colleague, title);

    await raised(staff, { model, title });
    await asked(staff);
    await accepted(office, title);
    await told(staff);

    await handedIn(office, holder);
    await shown(colleague, holder);
    await lookedUp(staff, holder);
    await asked(staff);
    await declined(office, holder);
    await toldWhy(staff);

    for (const page of [office, colleague, staff]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });
}

// Downloads the template, and makes a file of it with two outputs; `trl` is how ripe the second is said to be.
async function filled(page, { model, title, holder, trl }) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV', exact: true }).click(),
  ]);
  const template = (await readFile(await download.path(), 'utf8')).trimEnd();
  const headings = template.slice(0, template.indexOf('\n')).replace('\ufeff', '').trim().split(',');
  const row = (cells) => headings.map((heading) => cells[heading] ?? '').join(',');
  const output = { 类型: '样机', '合作方式：许可': '是', 可见范围: '合作平台', 联系人: '示例成果方', 联系邮箱: OWNER };
  const rows = [
    { ...output, 编号: `${model}-1`, 标题: title, 摘要: `骨钉${model}表面的缓蚀涂层，已有动物试验数据。`, 技术成熟度: '5' },
    { ...output, 编号: `${model}-2`, 标题: holder, 摘要: '装夹骨钉的夹具。', 技术成熟度: trl },
  ];
  const text = [template, ...rows.map(row)].join('\r\n');
  const column = String.fromCharCode('A'.charCodeAt(0) + headings.indexOf('技术成熟度'));
  return { file: { name: `${model}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) }, cell: `${column}4` };
}

async function sent(page, file) {
  await page.setInputFiles('#file', file);
  await page.getByRole('button', { name: '检查文件' }).click();
  await page.waitForURL('**/publishing/imports/*');
}

// Brings a file with a fault, which is told by its cell, and then the mended one, which becomes drafts.
async function takenIn(page, { model, title, holder }) {
  await page.goto('/');
  await page.getByRole('link', { name: '成果发布' }).click();
  await page.getByRole('link', { name: '批量导入' }).click();
  const faulty = await filled(page, { model, title, holder, trl: '12' });
  await sent(page, faulty.file);
  assert.match(await page.locator('main').innerText(), /共 2 行，其中 1 行没有错误/);
  const cells = page.locator('.cells tbody tr');
  assert.equal(await cells.count(), 1);
  assert.equal(await cells.locator('th').innerText(), faulty.cell);
  assert.match(await cells.innerText(), /技术成熟度\s+12\s+\S/);
  await holds(page, 'a file with a fault');
  await picture(page, 'publishing-fault');

  await page.getByRole('link', { name: '换一个文件' }).click();
  const mended = await filled(page, { model, title, holder, trl: '2' });
  await sent(page, mended.file);
  assert.match(await page.locator('main').innerText(), /共 2 行，其中 2 行没有错误/);
  assert.equal(await page.locator('.cells').count(), 0);
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.locator('.state', { hasText: '已导入' }).waitFor();
  await page.getByRole('link', { name: '查看草稿' }).click();
  for (const name of [title, holder]) await page.locator('tbody a', { hasText: name }).waitFor();
}

async function handedIn(page, title) {
  await page.goto('/publishing?state=DRAFT');
  await page.locator('tbody a', { hasText: title }).click();
  await stands(page, '草稿');
  assert.match(await page.locator("[aria-labelledby='about']").innerText(), new RegExp(`许可[^]*${OWNER}`));
  await page.locator("form[action$='/submit'] button").click();
  await stands(page, '待审核');
  assert.equal(await page.getByRole('button', { name: '发布', exact: true }).count(), 0, 'nobody publishes their own');
}

// A second member publishes it for those whom the file names.
async function shown(page, title) {
  await page.goto('/publishing?state=SUBMITTED');
  await page.locator('tbody a', { hasText: title }).click();
  assert.equal(await page.locator('#audience').inputValue(), 'PARTNERS');
  await page.getByRole('button', { name: '发布', exact: true }).click();
  await stands(page, '已发布');
  assert.match(await page.locator('main header').innerText(), /合作平台/);
}

// Looks for partners, keeps what was looked for as a need, and finds the output among those that fit, with the reasons.
async function raised(page, { model, title }) {
  // Short, so that outputs of other runs, which share all words but one, do not fit as well.
  const wanted = `寻找骨钉${model}的涂层，可许可。`;
  await page.goto('/');
  await page.getByRole('link', { name: '找伙伴' }).click();
  await page.fill('#text', wanted);
  const find = page.getByRole('button', { name: '查找', exact: true });
  await find.click();
  const partner = page.locator('.partner', { hasText: title });
  await appears(page, partner, () => find.click());
  await holds(page, 'partners that fit');
  await picture(page, 'publishing-partners');

  await page.getByRole('button', { name: '存为需求' }).click();
  await page.waitForURL('**/needs/new');
  assert.equal(await page.locator('#text').inputValue(), wanted);
  await page.selectOption('#kind', { label: '技术' });
  await page.fill('#title', `骨钉${model}的涂层`);
  await page.selectOption('#audience', { label: '合作平台' });
  await page.getByRole('button', { name: '保存' }).click();
  await stands(page, '草稿');
  await page.getByRole('button', { name: '公开需求' }).click();
  await page.locator('main header .state:not(.draft)').waitFor();
  await appears(page, partner);
  const reasons = partner.locator('.reasons tr', { hasText: '文字' });
  assert.match(await reasons.locator('.figures').innerText(), /符合 [1-9]\d*% × 权重 \d+% = \d/);
  await partner.locator('.why summary').click();
  assert.match(await partner.locator('.why .extract').first().innerText(), new RegExp(model, 'i'));
  await holds(page, 'a need with its partners');
  await picture(page, 'publishing-need');
  const text = await page.locator('body').innerText();
  assert.ok(!text.includes(OWNER), 'contact is kept until it is given');
  await partner.getByRole('link', { name: '申请对接' }).click();
}

async function asked(page) {
  await page.selectOption('#purpose', { label: '技术转让或许可' });
  await page.fill('#message', '希望了解涂层的许可条件。');
  await page.fill('#contact-name', '示例询方');
  await page.fill('#contact-phone', ASKER);
  await page.getByRole('button', { name: '提交申请' }).click();
  await stands(page, '待答复');
  const contacts = page.locator("[aria-labelledby='contacts']");
  assert.match(await contacts.innerText(), new RegExp(`${ASKER}[^]*尚未公开`));
  assert.ok(!(await contacts.innerText()).includes(OWNER));
  await holds(page, 'an introduction that waits');
  await picture(page, 'publishing-asked');
}

// Finds an output by its title, and asks for contact from its page.
async function lookedUp(page, title) {
  await search(page, title);
  const hit = page.locator('.hit h3 a', { hasText: title });
  await appears(page, hit);
  await hit.click();
  await page.waitForURL('**/research/*');
  await page.getByRole('link', { name: '申请对接' }).click();
}

// The office reads what is wanted, not how to reach whoever asks, and accepts with the contact that the file named.
async function accepted(page, title) {
  await openedByOffice(page, title);
  assert.match(await page.locator('.written').innerText(), /许可条件/);
  assert.ok(!(await page.locator('body').innerText()).includes(ASKER));
  const form = await unfold(page, '接受对接');
  await holds(page, 'accepting');
  await picture(page, 'publishing-accepting');
  await form.locator('button').click();
  await stands(page, '已接受');
  assert.ok((await page.locator("[aria-labelledby='contacts']").innerText()).includes(ASKER));
}

async function openedByOffice(page, title) {
  await page.getByRole('link', { name: '对接', exact: true }).first().click();
  await page.getByRole('link', { name: '对方提出' }).click();
  await page.locator('tbody a', { hasText: title }).click();
}

// Whoever asked now reads the contact, and records what came of it.
async function told(page) {
  await page.reload();
  assert.match(await page.locator("[aria-labelledby='contacts']").innerText(), new RegExp(`示例成果方[^]*${OWNER}`));
  const form = await unfold(page, '登记结果');
  await form.getByLabel('结果', { exact: true }).selectOption({ label: '已签约' });
  await form.locator('button').click();
  const outcome = page.locator("[aria-labelledby='outcomes'] li");
  await outcome.waitFor();
  assert.match(await outcome.innerText(), /^已签约\s+本方登记/);
  await holds(page, 'what came of it');
  await picture(page, 'publishing-outcome');
}

// The office declines with a reason, and with a note that is for itself; its dashboard counts the reason.
async function declined(page, title) {
  await openedByOffice(page, title);
  const form = await unfold(page, '谢绝');
  await form.getByLabel('谢绝原因').selectOption({ label: '为时尚早' });
  await form.getByLabel('备注').fill(NOTE);
  await holds(page, 'declining');
  await form.locator('button').click();
  await stands(page, '已谢绝');
  const text = await page.locator('main').innerText();
  assert.ok(text.includes(NOTE) && !text.includes(ASKER), text);
  await picture(page, 'publishing-declined');
  await page.getByRole('link', { name: '成果发布' }).click();
  await page.locator('summary', { hasText: '更多统计' }).click();
  assert.match(await page.locator('.ranked li', { hasText: '为时尚早' }).innerText(), /[1-9]/);
}

// Whoever asked reads the reason, and neither the note nor whom to call.
async function toldWhy(page) {
  await page.reload();
  await stands(page, '已谢绝');
  const text = await page.locator('main').innerText();
  assert.match(text, /为时尚早/);
  assert.ok(!text.includes(NOTE) && !text.includes(OWNER), text);
  await holds(page, 'what was declined');
  await picture(page, 'publishing-told-why');
}
