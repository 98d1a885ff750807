// The inbox as a person sees it: by roles, labels and words.

import { expect, type Locator, type Page } from '@playwright/test';
import { DESKTOP } from './browser.ts';
import type { House, Person } from './house.ts';
import type { Customer } from './sim.ts';

let serial = 0;

/** A customer nobody has met: several tests share an installation. */
export function customer(name: string): Customer {
  serial += 1;
  return { name, digits: `49151${String(Date.now()).slice(-7)}${String(serial).padStart(2, '0')}` };
}

export async function signIn(page: Page, house: House, person: Person): Promise<void> {
  await toSignIn(page, house);
  await fillSignIn(page, person);
  await atInbox(page);
}

/** The page asks whether the installation is set up as soon as it lives. */
export async function toSignIn(page: Page, house: House): Promise<void> {
  const lives = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/auth/setup');
  await page.goto(`${house.url}/sign-in`);
  await lives;
}

/** The page takes the code out of its address as soon as its form has come. */
export async function toSetUp(page: Page, link: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByLabel('Workspace')).toBeVisible();
  await expect(page.getByLabel('Set-up code')).toHaveCount(0);
}

export async function fillSignIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The inbox is there and live. */
export async function atInbox(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/inbox/);
  await expect(page.getByRole('heading', { level: 1, name: 'Inbox' })).toBeVisible();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

export async function view(page: Page, name: 'Mine' | 'My teams' | 'Unassigned' | 'All' | 'Closing soon'): Promise<void> {
  const tab = page.getByRole('group', { name: 'Whose conversations' }).getByRole('button', { name });
  await tab.click();
  await expect(tab).toHaveAttribute('aria-pressed', 'true');
}

/** A conversation's line in the list. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').filter({ hasText: name });
}

export async function open(page: Page, name: string): Promise<void> {
  await row(page, name).click();
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
}

/** Opens a conversation that may be far down the list. */
export async function seek(page: Page, name: string): Promise<void> {
  const search = page.getByRole('searchbox', { name: 'Search name or number' });
  await search.fill(name);
  await open(page, name);
  await search.fill('');
}

/** Shows or hides what stands beside the thread, on a desktop. */
export async function details(page: Page, shown: boolean): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await detailsHere(page, shown);
}

/** The same at the size that the window has: on a phone they lie over the thread. */
export async function detailsHere(page: Page, shown: boolean): Promise<void> {
  const pane = page.getByRole('complementary', { name: 'Details' });
  if ((await pane.isVisible()) !== shown) {
    await page.getByRole('button', { name: shown ? 'Show details' : 'Hide details' }).first().click();
  }
  await expect(pane).toBeVisible({ visible: shown });
}

/** The lines of the open thread. */
export function thread(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages' });
}

/** One line of the open thread, by what it says. */
export function line(page: Page, text: string): Locator {
  return thread(page).locator('[data-message]').filter({ hasText: text });
}

export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Write a reply…' });
}

export async function reply(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await expect(line(page, text)).toBeVisible();
  await expect(composer(page)).toHaveValue('');
}

/** Waits until the reply's tick says so. */
export async function tick(page: Page, text: string, word: 'Sent' | 'Delivered' | 'Read' | 'Unknown' | 'Not delivered') {
  await expect(line(page, text).getByTitle(word, { exact: true })).toBeVisible();
}
