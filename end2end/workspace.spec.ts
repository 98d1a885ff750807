// The workspace's settings, its first steps, and how a person reads and hears; each in a workspace of the test's own.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { atInbox, customer, row, signIn, view } from './support/inbox.ts';
import { POINT } from './support/point.ts';

/** What is refused on purpose: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /];

let serial = 0;

function person(name: string): Person {
  serial += 1;
  return { name, email: `${name.toLowerCase().replaceAll(' ', '.')}.${serial}@settings.example`, password: newPassword() };
}

async function make(house: House, name: string) {
  const owner = person('Olga Owner');
  return { owner, workspace: await house.addWorkspace(name, owner) };
}

async function toSettings(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/settings/workspace`);
  await expect(page.getByRole('heading', { level: 1, name: 'Workspace' })).toBeVisible();
  await expect(name(page)).toBeVisible();
}

const name = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: true });
const zone = (page: Page) => page.getByRole('combobox', { name: 'Time zone' });
const steps = (page: Page) => page.getByRole('region', { name: 'First steps' });
const part = (page: Page, title: string): Locator => page.getByRole('region', { name: title, exact: true });

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

test('name, colour, zone and hours are saved at once, wait while one looks elsewhere, and show around the page', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const { owner } = await make(house, 'Before Coffee');
  await signIn(page, house, owner);
  await toSettings(page, house);
  await check(page, 'workspace, nothing chosen');

  await name(page).fill('After Coffee');
  await page.getByRole('radio', { name: 'Emerald' }).check();
  await zone(page).selectOption('Europe/Lisbon');
  await page.getByRole('switch', { name: /We keep business hours/ }).check();
  await expect(page.getByText('You have changes that are not saved.')).toBeVisible();
  // Elsewhere and back: it is still there, and still not saved.
  await page.getByRole('link', { name: 'Account' }).first().click();
  await expect(page.getByText('Your changes to the workspace are not saved.')).toBeVisible();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Workspace', exact: true }).click();
  await expect(name(page)).toHaveValue('After Coffee');
  await expect(zone(page)).toHaveValue('Europe/Lisbon');

  const monday = page.getByLabel('Monday, opens at');
  await monday.fill('18:30');
  await save(page);
  await expect(page.getByText('Monday: close later than you open.')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Business hours' })).toBeFocused();
  await monday.fill('08:30');
  await page.getByRole('button', { name: 'Add a second time: Monday' }).click();
  await page.getByRole('checkbox', { name: 'Open on Saturday' }).check();
  await check(page, 'workspace, filled');
  await save(page);
  await expect(page.getByText('The workspace is saved')).toBeVisible();
  await expect(page.getByText('You have changes that are not saved.')).toBeHidden();
  await expect(page.getByText(/^(Open|Closed) now/)).toBeVisible();
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  const menu = page.locator('#menu');
  await expect(menu.getByText('After Coffee')).toBeVisible();
  await expect(menu.locator('.avatar.tone-9')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.reload();
  await expect(name(page)).toHaveValue('After Coffee');
  await expect(page.getByLabel('Monday, again opens at')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Open on Sunday' })).not.toBeChecked();
});

test('what another admin changed meanwhile is not overwritten unseen', async ({ home: { house }, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { owner, workspace } = await make(house, 'Two Admins');
  const second = person('Ada Admin');
  await house.addMember(workspace, second, 'admin');
  await signIn(page, house, owner);
  await toSettings(page, house);
  const other = await (await newContext()).newPage();
  await signIn(other, house, second);
  await toSettings(other, house);
  await name(other).fill('Theirs');
  await save(other);
  await expect(other.getByText('The workspace is saved')).toBeVisible();

  await name(page).fill('Mine');
  await save(page);
  await expect(page.getByText('Somebody else changed these settings')).toBeVisible();
  await expect(name(page)).toHaveValue('Mine');
  await check(page, 'workspace, changed meanwhile');
  await page.getByRole('button', { name: 'Show what they saved' }).click();
  await expect(name(page)).toHaveValue('Theirs');
  await expect(page.getByText('Somebody else changed these settings')).toBeHidden();

  await name(other).fill('Theirs again');
  await save(other);
  await expect(other.getByText('You have changes that are not saved.')).toBeHidden();
  await name(page).fill('Mine after all');
  await save(page);
  await page.getByRole('button', { name: 'Save mine' }).click();
  await expect(page.getByText('The workspace is saved')).toBeVisible();
  await other.reload();
  await expect(name(other)).toHaveValue('Mine after all');
});

test('a logo is brought and taken away, and a drawing is refused', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const { owner } = await make(house, 'Logo Works');
  await signIn(page, house, owner);
  await toSettings(page, house);
  const choose = page.getByLabel('Choose a picture');
  await choose.setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') });
  await expect(page.getByText('Drawings (SVG) and web pages are not taken.')).toBeVisible();
  await choose.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: POINT });
  await expect(page.getByText('The logo is kept')).toBeVisible();
  await expect(page.getByRole('img', { name: "The workspace's logo" })).toBeVisible();
  const rail = page.getByRole('button', { name: 'Workspace and settings' }).locator('img');
  await expect(rail).toBeVisible();
  expect(await rail.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Remove the logo' }).click();
  await expect(page.getByText('There is no logo.', { exact: true }).first()).toBeVisible();
  await expect(rail).toHaveCount(0);
});

test('the first steps are ticked as they are done, put away and brought back', async ({ home: { house }, page }) => {
  const { owner, workspace } = await make(house, 'First Steps');
  await signIn(page, house, owner);
  await expect(steps(page).getByText('0 of 5 done')).toBeVisible();
  await check(page, 'the empty inbox of an admin');
  await house.addMember(workspace, person('Abe Agent'), 'agent');
  await steps(page).getByRole('link', { name: 'Choose your business hours' }).click();
  await expect(steps(page).getByText('1 of 5 done')).toBeVisible();
  await expect(steps(page).getByRole('link', { name: 'Invite a colleague' })).toHaveCount(0);
  await steps(page).getByRole('button', { name: 'Put this list away' }).click();
  await expect(steps(page)).toHaveCount(0);
  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await expect(steps(page)).toHaveCount(0);
  await toSettings(page, house);
  await page.getByRole('button', { name: 'Show the first steps' }).click();
  await expect(steps(page)).toBeVisible();
});

test('an agent sees neither the settings nor the first steps', async ({ home: { house }, page }) => {
  const { workspace } = await make(house, 'Agents Only');
  const agent = person('Abe Agent');
  await house.addMember(workspace, agent, 'agent');
  await signIn(page, house, agent);
  await expect(page.getByText('No number is connected yet.')).toBeVisible();
  await expect(steps(page)).toHaveCount(0);
  await page.goto(`${house.url}/settings/workspace`);
  await expect(page.getByText('Workspace settings are for admins')).toBeVisible();
  await check(page, 'workspace, for an agent');
});

test('how dates are written and what is heard of goes with the person, and is obeyed', async ({ home, page, newContext }) => {
  const { house } = home;
  const ona = person('Ona Otherwise');
  await house.addMember(home.workspace, ona, 'agent');
  await signIn(page, house, ona);
  await page.goto(`${house.url}/settings/account`);
  const locale = page.getByRole('combobox', { name: 'How dates and times are written' });
  await locale.selectOption('de-DE');
  await expect(page.getByText('Saved for all of your browsers').last()).toBeVisible();
  await expect(page.getByText(/^For example: \d+\. \S+ \d{4}/)).toBeVisible();
  await part(page, 'Notifications').getByRole('radio', { name: /^None/ }).check();
  await part(page, 'Notifications').getByRole('switch', { name: /With a sound/ }).uncheck();
  await part(page, 'Notifications').getByRole('switch', { name: /Mail about tasks/ }).uncheck();
  await check(page, 'account, dates and notifications');
  await expect
    .poll(async () => {
      const signed = await house.signIn(ona, home.workspace);
      return (await house.must('/api/account/now', {}, signed)).habits;
    })
    .toEqual({ locale: 'de-DE', announce: 'nothing', sound: false, task_mail: false });

  // In another browser, which shows notices: none of these, then all of them, without a sound.
  const other = await (await newContext()).newPage();
  await other.addInitScript(() => {
    const shown: { title: string; silent: boolean | undefined }[] = [];
    Object.assign(window, { shown });
    document.hasFocus = () => false;
    class Stub {
      static permission = 'granted';
      onclick: unknown = null;
      constructor(title: string, options: { silent?: boolean }) {
        shown.push({ title, silent: options.silent });
      }
      close() {}
    }
    Object.defineProperty(window, 'Notification', { value: Stub, configurable: true });
    localStorage.setItem('postern.notify', 'on');
  });
  const shown = () => other.evaluate(() => (window as unknown as { shown: { title: string; silent?: boolean }[] }).shown);
  await signIn(other, house, ona);
  await view(other, 'All');
  const [first, next] = [customer('Quinn Quiet'), customer('Lena Loud')];
  await house.sim.say(first, 'Nobody is told of this.');
  await expect(row(other, first.name)).toBeVisible();
  expect(await shown()).toEqual([]);
  await other.goto(`${house.url}/settings/account`);
  await expect(other.getByRole('combobox', { name: 'How dates and times are written' })).toHaveValue('de-DE');
  await part(other, 'Notifications').getByRole('radio', { name: /^Every conversation/ }).check();
  await expect(other.getByText('Saved for all of your browsers')).toBeVisible();
  await house.sim.say(next, 'Of this they are.');
  await expect.poll(shown).toEqual([{ title: next.name, silent: true }]);
});

async function check(page: Page, screen: string): Promise<void> {
  for (const [size, pixels] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const theme of ['light', 'dark'] as const) {
      await page.setViewportSize(pixels);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await clean(page, `${screen}, ${size}, ${theme}`);
      await fits(page, `${screen}, ${size}, ${theme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}
