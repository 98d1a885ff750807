// The screens about records as a whole: lists brought in, records taken away, codes, and what narrows the inbox.

import { expect, test } from '../fixtures.ts';
import { DESKTOP } from '../support/browser.ts';
import { newPassword, type House } from '../support/house.ts';
import { customer, row, signIn, view } from '../support/inbox.ts';
import { shoot } from '../support/picture.ts';

async function furnish(house: House) {
  const owner = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee Roasters', owner);
  await house.addNumber(workspace, owner);
  const headers = await house.signIn(owner, workspace);
  return { owner, ask: (path: string, body: unknown) => house.must(`/api/${path}`, body, headers) };
}

/** Three hundred people, some of whom cannot be brought in. */
function list(): string {
  const rows = ['First name;Last name;Mobile;E-mail;Tags;Remarks that somebody wrote'];
  for (let n = 0; n < 300; n += 1) {
    if (n % 60 === 7) rows.push(`ليلى;الأنصاري ${n};ring me at home;;VIP;`);
    else if (n % 60 === 11) rows.push(`Too;Few ${n}`);
    else rows.push(`Jürgen;Person ${n};+4915${String(10_000_000 + n).padStart(9, '0')};person.${n}@list.example;List;Likes oat milk`);
  }
  return `${rows.join('\r\n')}\r\n`;
}

test('a list is brought in', async ({ fresh: house, page }) => {
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/contacts/import`);
  const input = page.getByLabel('Choose file…');
  await expect(page.getByRole('heading', { level: 1, name: 'Import contacts' })).toBeVisible();
  await shoot(page, 'import', 'choose');
  await input.setInputFiles({ name: 'customers-of-last-year.csv', mimeType: 'text/csv', buffer: Buffer.from(list()) });
  await expect(page.getByRole('heading', { level: 2, name: 'Not tried out yet' })).toBeVisible();
  await page.getByRole('switch', { name: 'Make labels that are not there' }).check({ force: true });
  await shoot(page, 'import', 'columns');
  const begin = page.getByRole('button', { name: 'Try it out' });
  await shoot(page, 'import', 'columns-end', () => begin.scrollIntoViewIfNeeded());
  await begin.click();
  await expect(page.getByRole('heading', { level: 2, name: 'Tried out' })).toBeVisible();
  await shoot(page, 'import', 'tried', () => page.evaluate(() => scrollTo(0, 0)));
  const faults = page.getByRole('region', { name: /rows at fault$/ }).first();
  await shoot(page, 'import', 'faults', () => faults.scrollIntoViewIfNeeded());
  await page.getByRole('button', { name: /^Import \d+ contacts$/ }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Imported' })).toBeVisible();
  await shoot(page, 'import', 'done', () => page.evaluate(() => scrollTo(0, 0)));
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await shoot(page, 'import', 'undo');
  await page.keyboard.press('Escape');
  await page.goto(`${house.url}/contacts/import`);
  await expect(page.getByRole('region', { name: 'Earlier imports' })).toBeVisible();
  await shoot(page, 'import', 'earlier');
});

test('records are taken away', async ({ fresh: house, page }) => {
  const { owner, ask } = await furnish(house);
  for (const name of ['ليلى الأنصاري', 'Noor van der Berg', '=1+1']) {
    await ask('contacts/create', { form: { name, phone: '', email: '', owner: null } });
  }
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/export`);
  await expect(page.getByRole('button', { name: /^Download / }).first()).toBeVisible();
  await shoot(page, 'export', 'kinds');
  await page.setViewportSize(DESKTOP);
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('list', { name: 'Contacts' }).getByRole('link')).toHaveCount(3);
  // What is said of it stays for some seconds alone: each size has its own.
  await shoot(page, 'contacts', 'exported', async () => {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await coming;
    await expect(page.getByText('The file is downloaded: 3 records.').last()).toBeVisible();
  });
});

test('codes', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 422 .*\/api\/qr\/draw$/);
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/qr`);
  const picture = page.getByRole('img', { name: 'QR code of what you filled in' });
  const kind = (label: string) => page.getByLabel('Kind').selectOption({ label });
  await expect(picture).toBeVisible();
  await shoot(page, 'qr', 'chat');
  await kind('Web page');
  await page.getByLabel('Address', { exact: true }).fill('javascript:alert(1)');
  await expect(page.getByText('This is no address of a page.')).toBeVisible();
  await shoot(page, 'qr', 'refused');
  await kind('Wi-Fi');
  await page.getByLabel('Name of the network').fill('Harbour; guests');
  await page.getByLabel('Password').fill('a quiet harbour');
  await expect(picture).toBeVisible();
  await shoot(page, 'qr', 'network');
  await kind('Contact card');
  await page.getByLabel('Name', { exact: true }).fill('ليلى عبد الرحمن الأنصاري');
  await expect(picture).toBeVisible();
  await page.getByText('How it looks').click();
  await shoot(page, 'qr', 'card');
  await shoot(page, 'qr', 'card-code', () => picture.scrollIntoViewIfNeeded());
});

test('the inbox, narrowed', async ({ fresh: house, page }) => {
  const { owner, ask } = await furnish(house);
  const layla = customer('ليلى الأنصاري');
  const mia = customer('Mia Thornbury');
  await house.sim.say(layla, 'مرحبا، هل وصلت أوراقي؟');
  await house.sim.say(mia, 'Is the parcel on its way?');
  await signIn(page, house, owner);
  await view(page, 'All');
  await expect(row(page, mia.name)).toBeVisible();
  const { rows } = await ask('inbox/list', { request: { view: 'all', state: 'open', search: '', after: null } });
  for (const [tone, name] of ['VIP', 'Wholesale', 'في الانتظار', 'Owes us the papers of last year'].entries()) {
    const label = await ask('labels/create', { name, tone });
    await ask('conversation/label', { id: rows[0].id, label, on: true });
  }
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await page.getByRole('button', { name: 'Filter by label' }).click();
  const choices = page.getByRole('group', { name: 'Filter by label' });
  await expect(choices.getByRole('checkbox', { name: 'VIP' })).toBeVisible();
  await shoot(page, 'inbox', 'labels-open');
  await choices.getByRole('checkbox', { name: 'VIP' }).check({ force: true });
  await expect(row(page, layla.name)).toHaveCount(0);
  await shoot(page, 'inbox', 'labels-one');
  await choices.getByRole('checkbox', { name: 'Owes us' }).check({ force: true });
  await page.keyboard.press('Escape');
  await expect(row(page, layla.name)).toHaveCount(0);
  await shoot(page, 'inbox', 'labels-chosen');
});
