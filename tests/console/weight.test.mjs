// What comes over the wire until a page is first painted, and that it comes once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, visit } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const MOST = 60 * 1024;

test('the first paint of a search needs at most 60 KB, and files are kept', async () => {
  const page = await visit(browser, { role: 'STAFF' });
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.clearBrowserCache');
  const weigh = async () => {
    const loaded = new Map();
    const addresses = new Map();
    const begun = ({ requestId, request }) => addresses.set(requestId, request.url);
    const ended = ({ requestId, encodedDataLength }) => loaded.set(addresses.get(requestId), encodedDataLength);
    client.on('Network.requestWillBeSent', begun);
    client.on('Network.loadingFinished', ended);
    await page.goto('/?q=医疗器械注册人委托生产');
    await page.waitForLoadState('networkidle');
    client.off('Network.requestWillBeSent', begun);
    client.off('Network.loadingFinished', ended);
    return loaded;
  };
  const first = await weigh();
  const bytes = [...first.values()].reduce((sum, one) => sum + one, 0);
  console.log(`a search page of 20 hits: ${bytes} bytes in ${first.size} requests`);
  assert.ok(bytes <= MOST, `${bytes} bytes: ${JSON.stringify([...first])}`);
  const again = await weigh();
  const fetched = [...again].filter(([address, size]) => address.includes('/assets/') && size > 0);
  assert.deepEqual(fetched, [], 'style and scripts are asked for once');
});
