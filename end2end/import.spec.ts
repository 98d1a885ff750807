// Contacts from a file: chosen, looked at, tried out, what is at fault taken away, imported, and taken back.

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

async function furnish(house: House) {
  const owner = person('Olga Owner', 'olga@import.example');
  const agent = person('Ana Agent', 'ana@import.example');
  const workspace = await house.addWorkspace('House of Lists', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addNumber(workspace, owner);
  return { owner, agent };
}

/** Ten thousand rows, every hundredth of them at fault: no number, one twice, a cell too few, a formula without an address. */
function list(): { text: string; faulty: number; good: number } {
  const rows = ['Vorname;Nachname;Handy;E-Mail;Tags'];
  let faulty = 0;
  for (let n = 0; n < 10_000; n += 1) {
    const phone = `+4915${String(10_000_000 + n).padStart(9, '0')}`;
    const kind = n % 400;
    if (kind === 100) rows.push(`No;Number ${n};ring me;;`);
    else if (kind === 200) rows.push(`The;Second ${n};+4915010000000;;`);
    else if (kind === 300) rows.push(`Too;Few ${n}`);
    else if (kind === 399) rows.push(`=HYPERLINK("http://evil.example");Formula ${n};;;`);
    else {
      rows.push(`Jürgen;Person ${String(n).padStart(5, '0')};${phone};;List`);
      continue;
    }
    faulty += 1;
  }
  return { text: `${rows.join('\r\n')}\r\n`, faulty, good: 10_000 - faulty };
}

const found = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });
const figure = (page: Page, words: string) =>
  page.locator('.import-counts div').filter({ has: page.getByText(words, { exact: true }) }).locator('dd');

test('ten thousand contacts with errors are tried out, imported, found in the book, and taken back', async ({
  fresh: house,
  page,
  watch,
}) => {
  test.setTimeout(180_000);
  const { text, faulty, good } = list();
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/contacts`);
  await page.getByRole('link', { name: 'Import' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import contacts' })).toBeVisible();
  await clean(page, 'import, a file is to be chosen');

  // What is no CSV is refused in words, and nothing is left of it.
  watch.allow(/^console: Failed to load resource: .* 422 /);
  const input = page.getByLabel('Choose file…');
  await input.setInputFiles({ name: 'list.xlsx', mimeType: 'text/csv', buffer: Buffer.from('PK\u0003\u0004workbook') });
  await expect(page.getByRole('alert')).toContainText('workbook');

  // As a western program wrote it.
  await input.setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') });
  await expect(found(page, 'Not tried out yet')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByLabel('Encoding')).toHaveValue('windows-1252');
  await expect(page.getByLabel('Separator')).toHaveValue('Semicolon');
  await expect(page.getByLabel('What becomes of Handy')).toHaveValue('Phone');
  await expect(page.getByLabel('What becomes of Nachname')).toHaveValue('Name');
  await expect(page.getByRole('cell', { name: 'Jürgen' }).first()).toBeVisible();
  // Read otherwise, it looks otherwise.
  await page.getByLabel('Encoding').selectOption('utf-8');
  await expect(page.getByRole('cell', { name: 'J\u{FFFD}rgen' }).first()).toBeVisible();
  await page.getByLabel('Encoding').selectOption('windows-1252');
  await expect(page.getByRole('cell', { name: 'Jürgen' }).first()).toBeVisible();
  await page.getByLabel('What becomes of E-Mail').selectOption('Skip');
  await page.getByRole('switch', { name: 'Make labels that are not there' }).check({ force: true });
  await clean(page, 'import, what becomes of the columns');

  await page.getByRole('button', { name: 'Try it out' }).click();
  await expect(found(page, 'Tried out')).toBeVisible({ timeout: 60_000 });
  await expect(figure(page, 'contacts would be new')).toHaveText(String(good));
  await expect(figure(page, 'rows are at fault')).toHaveText(String(faulty));
  const rows = page.getByRole('region', { name: `${faulty} rows at fault` }).getByRole('row');
  await expect(rows).toHaveCount(51);
  await expect(rows.nth(1)).toContainText('102');
  await clean(page, 'import, tried out');

  // All rows at fault as a file, as they came, with nothing that a spreadsheet would run.
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download rows at fault' }).click();
  const file = await readFile(await (await coming).path(), 'utf8');
  expect(file.startsWith('\uFEFFRow in the file,What is wrong,Vorname,Nachname,Handy,E-Mail,Tags\r\n')).toBe(true);
  expect(file.trimEnd().split('\r\n')).toHaveLength(faulty + 1);
  expect(file).toContain('\r\n102,');
  expect(file).toContain("'=HYPERLINK");
  expect(file).not.toMatch(/(^|,)"?=HYPERLINK/m);

  // It goes on while nobody looks.
  await page.getByRole('button', { name: `Import ${good} contacts` }).click();
  await expect(found(page, 'It is imported').or(found(page, 'Imported'))).toBeVisible();
  const address = page.url();
  await page.goto(`${house.url}/contacts`);
  await page.goto(address);
  await expect(found(page, 'Imported')).toBeVisible({ timeout: 90_000 });
  await expect(figure(page, 'contacts are new')).toHaveText(String(good));
  await clean(page, 'import, done');
  await page.setViewportSize(PHONE);
  await fits(page, 'import, done');
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByRole('link', { name: 'All contacts' }).first().click();
  await page.getByLabel('Name, number or address').fill('Person 00007');
  const line = page.getByRole('list', { name: 'Contacts' }).getByRole('link');
  await expect(line.filter({ hasText: 'Jürgen Person 00007' })).toBeVisible();
  await expect(line.filter({ hasText: 'Jürgen Person 00007' })).toContainText('List');

  // Brought once more, everybody is known.
  await page.getByRole('link', { name: 'Import' }).click();
  await expect(page.getByRole('region', { name: 'Earlier imports' })).toContainText(`${good} new`);
  await page.getByRole('region', { name: 'Earlier imports' }).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo this import' }).click();
  await expect(found(page, 'Undone')).toBeVisible({ timeout: 90_000 });
  await expect(figure(page, 'contacts are gone again')).toHaveText(String(good));
  await page.getByRole('link', { name: 'All contacts' }).first().click();
  await expect(page.getByRole('heading', { name: 'Nobody is here yet' })).toBeVisible();
});

test('an agent imports nothing', async ({ fresh: house, page }) => {
  const { agent } = await furnish(house);
  await signIn(page, house, agent);
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('button', { name: 'New contact' }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Import' })).toHaveCount(0);
  await page.goto(`${house.url}/contacts/import`);
  await expect(page.getByRole('heading', { name: 'Managers import contacts' })).toBeVisible();
});
