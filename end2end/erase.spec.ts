// Deleting an account and a workspace for good.

import type { Locator, Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type Person } from './support/house.ts';
import { atInbox, fillSignIn, signIn, toSignIn } from './support/inbox.ts';

/** What is refused on purpose, and whoever is out: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];

test('an account is deleted: refused to the last owner, then gone everywhere, and its address is free', async ({
  home,
  page,
  newContext,
  watch,
}) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const gil = await member(home, 'Gil Going');
  const workspace = await house.addWorkspace('Gil Works', gil);
  await signIn(page, house, gil);
  const other = await (await newContext()).newPage();
  await signIn(other, house, gil);
  await toAccount(page);
  const dialog = await ask(page);
  await expect(dialog.getByText('You are the last owner of these workspaces.')).toBeVisible();
  await expect(dialog.getByRole('list', { name: 'Workspaces that hold you' }).getByRole('listitem')).toHaveText(['Gil Works']);
  await expect(dialog.getByLabel('Your password')).toHaveCount(0);
  await check(page, 'delete the account, held');
  await page.keyboard.press('Escape');

  await house.postern(['workspace', 'delete', '--workspace', workspace, '--name', 'Gil Works']);
  // Whoever was in it sees so, and where else they are.
  await expect(other.getByRole('heading', { name: 'You are no longer in this workspace' })).toBeVisible();
  await other.getByRole('button', { name: 'Switch to Harbour Coffee' }).click();
  await atInbox(other);
  await page.goto(`${house.url}/settings/account`);
  await ask(page);
  const email = dialog.getByLabel('Type your e-mail address to confirm');
  await expect(email).toBeFocused();
  await expect(dialog.getByRole('list', { name: 'Workspaces that you leave' }).getByRole('listitem')).toHaveText(['Harbour Coffee']);
  await check(page, 'delete the account');
  const go = dialog.getByRole('button', { name: 'Delete account' });
  await email.fill('somebody.else@harbour.example');
  await dialog.getByLabel('Your password').fill(gil.password);
  await go.click();
  await expect(dialog.getByText('This is not the address of your account.')).toBeVisible();
  await expect(email).toBeFocused();
  await email.fill(gil.email);
  await dialog.getByLabel('Your password').fill('not this one');
  await go.click();
  await expect(dialog.getByText('This is not your password.')).toBeVisible();
  await expect(dialog.getByLabel('Your password')).toBeFocused();
  await dialog.getByLabel('Your password').fill(gil.password);
  await go.click();

  await expect(page).toHaveURL(/\/sign-in/);
  await expect(other).toHaveURL(/\/sign-in/);
  await house.post.letter(gil.email, /^Your account was deleted$/);
  await toSignIn(page, house);
  await fillSignIn(page, gil);
  await expect(page.getByText('The address or the password is not right.')).toBeVisible();
  // Somebody new, who may have the same address.
  const again = { ...gil, password: newPassword() };
  await house.addMember(home.workspace, again, 'agent');
  await fillSignIn(page, again);
  await atInbox(page);
});

test('a workspace is deleted by its owner: its name, a proof, and everybody is out at once', async ({
  home: { house },
  page,
  newContext,
  watch,
}) => {
  watch.allow(...REFUSED);
  const owner = someone('Ora Owner');
  const agent = someone('Abe Agent');
  const workspace = await house.addWorkspace('Vanishing Works', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addWorkspace('Staying Works', owner);
  const theirs = await (await newContext()).newPage();
  await signIn(theirs, house, agent);
  await theirs.goto(`${house.url}/settings/delete`);
  await expect(theirs.getByRole('heading', { name: 'Owners delete a workspace' })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'Delete workspace' })).toHaveCount(0);
  await check(theirs, 'delete the workspace, of an agent');
  await theirs.goto(`${house.url}/inbox`);
  await atInbox(theirs);

  await signIn(page, house, owner);
  await choose(page, 'Vanishing Works');
  await page.goto(`${house.url}/settings/account`);
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Delete workspace' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Delete this workspace' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'What goes' }).getByRole('listitem')).toHaveText(['2 members']);
  await check(page, 'delete the workspace');
  await page.getByRole('button', { name: 'Delete workspace' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete it for good?' });
  const name = dialog.getByLabel("Type the workspace's name to confirm");
  await expect(name).toBeFocused();
  await check(page, 'delete the workspace, the last question');
  const go = dialog.getByRole('button', { name: 'Delete workspace' });
  await name.fill('Vanishing');
  await dialog.getByLabel('Your password').fill(owner.password);
  await go.click();
  await expect(dialog.getByText("This is not the workspace's name.")).toBeVisible();
  await expect(name).toBeFocused();
  await name.fill('Vanishing Works');
  await go.click();

  await atInbox(page);
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await expect(page.locator('#menu').getByRole('button', { name: 'Staying Works' })).toBeVisible();
  await expect(page.locator('#menu').getByRole('button', { name: 'Vanishing Works' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(theirs.getByRole('heading', { level: 1, name: 'You are no longer in this workspace' })).toBeVisible();
  await expect(theirs.getByRole('navigation', { name: 'Main' })).toHaveCount(0);
  await check(theirs, 'a workspace that is gone');
  await theirs.reload();
  await expect(theirs.getByText('You belong to no workspace')).toBeVisible();
  for (const who of [owner, agent]) await house.post.letter(who.email, /^The workspace Vanishing Works was deleted$/);
});

async function choose(page: Page, workspace: string): Promise<void> {
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await page.locator('#menu').getByRole('button', { name: workspace }).click();
  await atInbox(page);
}

/** Opens the question. */
async function ask(page: Page): Promise<Locator> {
  await page.getByRole('region', { name: 'Delete your account' }).getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account' });
  await expect(dialog).toBeVisible();
  return dialog;
}

let serial = 0;

/** Somebody nobody else signs in as: several tests share an installation. */
function someone(name: string): Person {
  serial += 1;
  return { name, email: `${name.split(' ')[0].toLowerCase()}.${serial}@erase.example`, password: newPassword() };
}

async function member(home: Furnished, name: string): Promise<Person> {
  const person = someone(name);
  await home.house.addMember(home.workspace, person, 'agent');
  return person;
}

async function toAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await page.locator('#menu').getByRole('link', { name: 'Account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
}

/** By axe, in both themes and sizes. */
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
