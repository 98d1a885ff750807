// At the door: forgotten passwords, registration, invitations, and who is not let in, or not yet.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { House, newPassword, type Person } from './support/house.ts';
import { atInbox, fillSignIn, signIn, toSignIn } from './support/inbox.ts';

/** What is refused on purpose, and who is signed out from elsewhere: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];
const WRONG = 'The address or the password is not right.';

test('a forgotten password: told alike to everybody, set by the mailed link once, and it ends the other browsers', async ({ fresh: house, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const ana = person('Ana Forgetful');
  await house.addWorkspace('Lantern Works', ana);
  const other = await (await newContext()).newPage();
  await signIn(other, house, ana);

  await toSignIn(page, house);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page).toHaveURL(/\/forgot$/);
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await check(page, 'forgot');
  const nobody = 'nobody@door.example';
  for (const email of [nobody, ana.email]) {
    await page.goto(`${house.url}/forgot`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    const told = page.getByText('If an account has that address, a link is on its way. It is good for 30 minutes.');
    await expect(told).toBeVisible();
    await expect(told).toBeFocused();
    await expect(page.getByText(email)).toHaveCount(0);
  }
  await check(page, 'forgot, sent');
  const { links } = await house.post.letter(ana.email, /^Set a new password$/);
  expect(house.post.letters(nobody)).toEqual([]);

  const password = newPassword();
  await page.goto(links[0]);
  const field = page.getByLabel('New password');
  await expect(field).toHaveAttribute('type', 'password');
  await field.fill(ana.email);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toBeFocused();
  await field.fill(password);
  await page.getByRole('button', { name: /^Show/ }).click();
  await expect(field).toHaveAttribute('type', 'text');
  await check(page, 'reset');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('Your new password is set')).toBeVisible();
  await expect(page.getByText('All other sessions were ended')).toBeVisible();
  await check(page, 'reset, done');

  await expect(other).toHaveURL(/\/sign-in/);
  await fillSignIn(other, ana);
  await expect(other.getByText(WRONG)).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await fillSignIn(page, { ...ana, password });
  await atInbox(page);

  await other.goto(links[0]);
  await other.getByLabel('New password').fill(newPassword());
  await other.getByRole('button', { name: 'Set the password' }).click();
  await expect(other.getByText('This link is not good any more')).toBeVisible();
  await expect(other.getByRole('link', { name: 'Ask for a new link' })).toBeFocused();
  await check(other, 'reset, over');
});

test('registration is closed unless it is opened', async ({ home, page }) => {
  const { house } = home;
  await toSignIn(page, house);
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Register a workspace' })).toHaveCount(0);
  await page.goto(`${house.url}/register`);
  await expect(page.getByText('Registration is closed here')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await check(page, 'register, closed');
  const { name, email, password } = person('Mallory Stranger');
  const asked = await house.ask('/auth/register', { invitation: null, workspace_name: 'Mine', name, email, password });
  expect(asked.status).toBe(422);
  expect(house.post.letters(email)).toEqual([]);
});

test('where it is open, whoever has the mailed code has a workspace of their own', async ({ page }) => {
  const house = await House.open({ env: { POSTERN_REGISTRATION: 'open' } });
  try {
    const first = person('Fiona First');
    await house.addWorkspace('Lantern Works', first);
    const rob = person('Rob Register');
    await toSignIn(page, house);
    await page.getByRole('link', { name: 'Register a workspace' }).click();
    await expect(page).toHaveURL(/\/register$/);
    await page.getByLabel('Workspace').fill('Rob & Daughters');
    await page.getByLabel('Your name').fill(rob.name);
    await page.getByLabel('E-mail').fill('rob.wrong@door.example');
    await page.getByLabel('Password').fill(rob.password);
    await check(page, 'register');
    await page.getByRole('button', { name: 'Register a workspace' }).click();
    await expect(page.getByText('We sent a 6-digit code to rob.wrong@door.example.')).toBeVisible();
    await page.getByRole('button', { name: 'Change the address' }).click();
    await expect(page.getByLabel('Workspace')).toHaveValue('Rob & Daughters');
    await page.getByLabel('E-mail').fill(rob.email);
    await page.getByRole('button', { name: 'Register a workspace' }).click();
    await expect(page.getByText(`We sent a 6-digit code to ${rob.email}.`)).toBeVisible();
    await page.getByLabel('Code from the e-mail').fill(await mailed(house, rob));
    await atInbox(page);
    await expect(page.getByText('Connect your first number')).toBeVisible();
  } finally {
    // An open page would say that its house is gone.
    await page.goto('about:blank');
    await house.close();
  }
});

test('an invitation: a code by mail, an admin who approves, and the page goes on by itself', async ({ fresh: house, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const [olga, eve] = [person('Olga Orlova'), person('Eve Newcomer')];
  const workspace = await house.addWorkspace('Harbour Coffee', olga);
  await house.must('/api/team/invite', { form: { email: eve.email, role: 'agent' } }, await house.signIn(olga, workspace));
  const { links } = await house.post.letter(eve.email, /^Join /);
  const link = links.find((link) => link.includes('/invitation#')) ?? '';

  await test.step('whoever opens it sees what it is for, and asks to come in', async () => {
    await page.goto(link);
    await expect(page.getByRole('heading', { level: 2, name: 'Harbour Coffee' })).toBeVisible();
    await expect(page.getByText('You would be an agent there')).toBeVisible();
    await expect(page.getByLabel('E-mail')).toHaveValue(eve.email);
    await expect(page.getByLabel('E-mail')).not.toBeEditable();
    await page.getByLabel('Your name').fill(eve.name);
    await page.getByLabel('Password').fill(eve.password);
    await check(page, 'invitation');
    await page.getByRole('button', { name: 'Ask to join' }).click();
  });

  await test.step('the mailed code makes the account; a wrong one does not', async () => {
    await expect(page.getByText(`We sent a 6-digit code to ${eve.email}.`)).toBeVisible();
    const code = page.getByLabel('Code from the e-mail');
    await expect(code).toBeFocused();
    await expect(page.getByRole('button', { name: 'Send another code' })).toBeDisabled();
    await check(page, 'mailed code');
    const right = await mailed(house, eve);
    await code.fill(right === '111111' ? '222222' : '111111');
    await expect(page.getByText('This is not the code.')).toBeVisible();
    await expect(code).toHaveValue('');
    await expect(code).toBeFocused();
    await check(page, 'mailed code, refused');
    // The sixth digit sends it off.
    await code.pressSequentially(right);
    await expect(page).toHaveURL(/\/inbox$/);
  });

  await test.step('who waits sees nothing of the workspace but that they wait', async () => {
    const waits = 'Your request is with the admins of Harbour Coffee';
    await expect(page.getByRole('heading', { level: 1, name: waits })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Main' })).toHaveCount(0);
    await check(page, 'waiting');
    await page.goto(`${house.url}/settings/channels`);
    await expect(page.getByRole('heading', { level: 1, name: waits })).toBeVisible();
    await page.goto(`${house.url}/inbox`);
    await expect(page.getByRole('heading', { level: 1, name: waits })).toBeVisible();
  });

  await test.step('it is good once', async () => {
    const again = await (await newContext()).newPage();
    await again.goto(link);
    await expect(again.getByText('This invitation is not good any more')).toBeVisible();
    await check(again, 'invitation, over');
  });

  await test.step('an admin approves, and the first browser goes on to the inbox', async () => {
    const admin = await (await newContext()).newPage();
    await signIn(admin, house, olga);
    await admin.goto(`${house.url}/settings/team`);
    await admin.getByRole('listitem').filter({ hasText: eve.name }).getByRole('button', { name: 'Approve' }).click();
    await atInbox(page);
    await expect(page).toHaveURL(/\/inbox$/);
    await page.reload();
    await atInbox(page);
  });
});

test('a link that is handed on: only its domain will do, and whoever has an account signs in and joins', async ({ fresh: house, page, watch }) => {
  watch.allow(...REFUSED);
  const [olga, max] = [person('Olga Orlova'), person('Max Member')];
  const workspace = await house.addWorkspace('Harbour Coffee', olga);
  await house.addWorkspace('Quiet Books', max);
  const form = { role: 'agent', domain: 'door.example', days: 7 };
  const { link } = await house.must('/api/team/link', { form }, await house.signIn(olga, workspace));

  await page.goto(link);
  await expect(page.getByText('The invitation is for addresses at door.example.')).toBeVisible();
  await page.getByLabel('Your name').fill('Mallory Stranger');
  await page.getByLabel('E-mail').fill('mallory@elsewhere.example');
  await page.getByLabel('Password').fill(newPassword());
  await page.getByRole('button', { name: 'Ask to join' }).click();
  await expect(page.getByLabel('E-mail')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await check(page, 'invitation of a domain, refused');

  await page.getByRole('link', { name: 'I have an account: sign in' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=\/invitation$/);
  await fillSignIn(page, max);
  await expect(page).toHaveURL(/\/invitation$/);
  const join = page.getByRole('button', { name: `Join Harbour Coffee as ${max.name} (${max.email})` });
  await expect(join).toBeVisible();
  await check(page, 'invitation, signed in');
  await join.click();
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(page.getByText('Your request is with the admins of Harbour Coffee')).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem('postern.invitation'))).toBe(null);
  await check(page, 'waiting, with another workspace');

  // Who has another workspace works there meanwhile.
  await page.getByRole('button', { name: 'Switch to Quiet Books' }).click();
  await atInbox(page);
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await page.goto(link);
  await page.getByRole('button', { name: /^Join Harbour Coffee/ }).click();
  await expect(page.getByText('You are a member of this workspace already, or wait to be.')).toBeVisible();
  await page.getByRole('link', { name: 'Go to the inbox' }).click();
  await atInbox(page);
});

test('who is suspended is told whom to ask, and whose access was ended signs in again', async ({ home, page, watch }) => {
  watch.allow(...REFUSED);
  const { house, workspace, owner } = home;
  const sam = person('Sam Suspended');
  await house.addMember(workspace, sam, 'agent');
  const asOwner = await house.signIn(owner, workspace);
  const { members } = await house.must('/api/team/list', {}, asOwner);
  const { id } = members.find((member: { email: string }) => member.email === sam.email);
  await signIn(page, house, sam);

  await house.must('/api/team/suspend', { id }, asOwner);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'You are suspended from Harbour Coffee' })).toBeVisible();
  await check(page, 'suspended');
  await house.must('/api/team/restore', { id }, asOwner);
  await page.reload();
  await atInbox(page);
  await house.must('/api/team/end-access', { id }, asOwner);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'An admin ended your access in this browser' })).toBeVisible();
  await check(page, 'access ended');
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await fillSignIn(page, sam);
  await atInbox(page);
});

test('a link of “this was not me” does nothing by being opened, and says when it is over', async ({ home, page, watch }) => {
  watch.allow(...REFUSED);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${home.house.url}/not-me#none-that-was-ever-mailed`);
  const end = page.getByRole('button', { name: 'End the access' });
  await expect(end).toBeVisible();
  await check(page, 'not me');
  expect(asked).not.toContain('/auth/not-me');
  await end.click();
  await expect(page.getByText('This link is not good any more')).toBeVisible();
  await check(page, 'not me, over');
  await page.getByRole('link', { name: 'Set a new password' }).click();
  await expect(page).toHaveURL(/\/forgot$/);
});

/** Somebody whom no other test knows. */
function person(name: string): Person {
  return { name, email: `${name.toLowerCase().replace(' ', '.')}@door.example`, password: newPassword() };
}

/** The code that was mailed last. */
async function mailed(house: House, to: Person): Promise<string> {
  const { code } = await house.post.letter(to.email, /^Confirm your address$/);
  expect(code, 'a letter with a code').toBeDefined();
  return code ?? '';
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
