// The audit: read, looked through, taken out as a file that verifies; each in a workspace of the test's own.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

/** A workspace, and its owner's way to the server. */
interface Own {
  house: House;
  owner: Person;
  ask(path: string, body: unknown): Promise<{ status: number; text: string }>;
}

let serial = 0;

async function asking(house: House, workspace: string, who: Person): Promise<Own['ask']> {
  const signed = await house.ask('/auth/sign-in', { email: who.email, password: who.password });
  const entry = JSON.parse(signed.text);
  const { token } = entry.in ?? entry;
  return (path, body) => house.ask(path, body, { authorization: `Bearer ${token}`, 'x-workspace-id': workspace });
}

async function make(house: House, name: string, owner = 'Olga Owner'): Promise<Own> {
  serial += 1;
  const who = { name: owner, email: `olga.${serial}@audit.example`, password: newPassword() };
  const workspace = await house.addWorkspace(name, who);
  return { house, owner: who, ask: await asking(house, workspace, who) };
}

/** Does something that is written down. */
async function deed(own: Own, path: string, body: unknown): Promise<void> {
  const answer = await own.ask(path, body);
  expect(answer.status, answer.text).toBe(200);
}

const link = { form: { role: 'agent', domain: 'audit.example', days: 7 } };

async function toAudit(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/settings/audit`);
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
}

const chain = (page: Page) => page.getByRole('region', { name: 'Chain' });
const entries = (page: Page) => page.getByRole('article');
const entry = (page: Page, words: string) => entries(page).filter({ hasText: words });

test('an admin reads who did what, looks for a part of it, and goes on to older lines', async ({ home: { house }, page }) => {
  const own = await make(house, 'Audit of Deeds');
  await deed(own, '/api/team/link', link);
  for (let nth = 0; nth < 55; nth += 1) await deed(own, '/api/team/require-factor', { required: false });
  await signIn(page, house, own.owner);
  await toAudit(page, house);
  await expect(page.getByRole('link', { name: 'Audit', exact: true })).toHaveAttribute('aria-current', 'page');
  await expect(chain(page)).toContainText('The chain is whole: 57 lines.');
  await expect(entries(page)).toHaveCount(50);
  await expect(entries(page).first()).toContainText('Chose whether two-step sign-in is required');
  await expect(entries(page).first()).toContainText(own.owner.name);
  // All are linked by now.
  await page.reload();
  await expect(entries(page).first()).toContainText('line 57');
  await expect(page.getByRole('heading', { level: 2, name: 'Today' })).toBeVisible();

  await page.getByRole('button', { name: 'Load more' }).click();
  await expect(entries(page)).toHaveCount(57);
  await expect(page.getByRole('button', { name: 'Load more' })).toHaveCount(0);
  await expect(entry(page, 'Made an invitation link')).toContainText('audit.example');

  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Invitations' });
  await expect(entries(page)).toHaveCount(1);
  await expect(entry(page, 'Made an invitation link')).toHaveCount(1);
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Numbers' });
  await expect(page.getByRole('heading', { name: 'Nothing of that kind happened' })).toBeVisible();
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Everything' });
  await page.getByLabel('Who', { exact: true }).selectOption({ label: own.owner.name });
  await expect(entries(page)).toHaveCount(50);
  await page.getByLabel('Until', { exact: true }).fill('2020-01-01');
  await expect(entries(page)).toHaveCount(0);
});

test('the audit is downloaded, verifies without the server, and no longer once it was changed', async ({ home: { house }, page }) => {
  const own = await make(house, 'Audit of Files', '=Olga, "Owner"');
  await deed(own, '/api/team/link', link);
  await signIn(page, house, own.owner);
  await toAudit(page, house);
  await expect(chain(page)).toContainText('The chain is whole: 2 lines.');
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const kept = await (await file).path();
  await expect(page.getByText('The audit is downloaded.')).toBeVisible();
  const text = readFileSync(kept, 'utf8');
  expect(text, 'no formula').toContain('"\'=Olga, ""Owner"""');
  expect(await house.postern(['audit', 'verify', kept])).toContain('2 lines verify');

  writeFileSync(`${kept}.changed`, text.replace('invitation.link_made', 'invitation.withdrawn'));
  const told = house.postern(['audit', 'verify', `${kept}.changed`]);
  await expect(told).rejects.toThrow('the line at position 2 does not verify');

  await chain(page).getByRole('button', { name: 'Check again' }).click();
  await expect(chain(page)).toContainText('The chain is whole: 3 lines.');
});

test('an agent reads no audit, and the server gives none', async ({ home, page }) => {
  const { house, workspace, agent } = home;
  await signIn(page, house, agent);
  await toAudit(page, house);
  await expect(page.getByRole('heading', { name: 'Admins read the audit' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Download CSV' })).toHaveCount(0);
  await clean(page, 'audit, of an agent');
  const ask = await asking(house, workspace, agent);
  for (const path of ['/api/audit/verify', '/api/audit/export']) expect((await ask(path, { after: null })).status).toBe(403);
});

for (const size of [DESKTOP, PHONE]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the audit is clean, ${size.width} wide, ${colorScheme}`, async ({ home: { house }, page }) => {
      const own = await make(house, 'Audit of Looks', 'Wolfeschlegelsteinhausenbergerdorff عبد الرحمن 🌿');
      await deed(own, '/api/team/link', link);
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await signIn(page, house, own.owner);
      await toAudit(page, house);
      await expect(chain(page)).toContainText('The chain is whole');
      await expect(entry(page, 'Made an invitation link')).toBeVisible();
      await clean(page, 'audit');
      await fits(page, 'audit');
      await page.getByLabel('What', { exact: true }).selectOption({ label: 'Numbers' });
      await expect(page.getByRole('heading', { name: 'Nothing of that kind happened' })).toBeVisible();
      await clean(page, 'audit, nothing found');
    });
  }
}
