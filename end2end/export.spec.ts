// Records taken away as CSV: those that the book shows, and a kind of the page; by admins alone.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

async function furnish(house: House, name: string) {
  const owner = person('Olga Owner', `olga.${name}@export.example`);
  const agent = person('Ana Agent', `ana.${name}@export.example`);
  const workspace = await house.addWorkspace(`House of ${name}`, owner);
  await house.addMember(workspace, agent, 'agent');
  return { owner, agent };
}

async function add(page: Page, name: string, phone: string): Promise<void> {
  await page.getByRole('button', { name: 'New contact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New contact' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Phone').fill(phone);
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.goBack();
}

/** A file as it is saved. */
async function saved(page: Page, button: string): Promise<{ called: string; text: string }> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await coming;
  return { called: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

test('an admin takes away the contacts that the book shows, and no cell of them is a formula', async ({ home: { house }, page }) => {
  const { owner } = await furnish(house, 'contacts');
  await page.setViewportSize(DESKTOP);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/contacts`);
  await add(page, '=1+1', '+49 1512 3456789');
  await add(page, 'Ben Book', '+49 1512 3456780');

  const all = await saved(page, 'Export');
  expect(all.called).toBe('postern-contacts.csv');
  expect(all.text.startsWith('\uFEFFid,name,')).toBe(true);
  expect(all.text).toContain(",'=1+1,");
  expect(all.text).toContain(",'+4915123456789,");
  expect(all.text.trimEnd().split('\r\n')).toHaveLength(3);
  await expect(page.getByText('The file is downloaded: 2 records.')).toBeVisible();

  await page.getByLabel('Name, number or address').fill('ben');
  await expect(page.getByRole('list', { name: 'Contacts' }).getByRole('link')).toHaveCount(1);
  const some = await saved(page, 'Export');
  expect(some.text.trimEnd().split('\r\n')).toHaveLength(2);
  expect(some.text).toContain('Ben Book');
});

test('every kind of record has a file of its own, and its taking stands in the audit', async ({ home: { house }, page }) => {
  const { owner } = await furnish(house, 'kinds');
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/export`);
  await expect(page.getByRole('heading', { level: 1, name: 'Export' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Export', exact: true })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('button', { name: /^Download / })).toHaveCount(16);
  await clean(page, 'export');
  const members = await saved(page, 'Download Members');
  expect(members.called).toBe('postern-members.csv');
  expect(members.text).toContain(owner.email);
  expect(members.text.trimEnd().split('\r\n')).toHaveLength(3);
  await page.setViewportSize(PHONE);
  await fits(page, 'export');

  await page.goto(`${house.url}/settings/audit`);
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Exports' });
  const entry = page.getByRole('article').filter({ hasText: 'Took records away as a file' });
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText('members');
});

test('whoever is no admin is offered no file and learns who gives one', async ({ home: { house }, page }) => {
  const { agent } = await furnish(house, 'agents');
  await signIn(page, house, agent);
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('link', { name: 'QR codes' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export', exact: true })).toHaveCount(0);
  await page.goto(`${house.url}/settings/export`);
  await expect(page.getByText('Admins export records')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Download / })).toHaveCount(0);
});
