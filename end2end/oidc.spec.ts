// By way of Google: connected with the password once, then signed in with; and every way in which it comes to nothing.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Google, type Lie } from './support/google.ts';
import { House, newPassword } from './support/house.ts';
import { atInbox, signIn, toSignIn } from './support/inbox.ts';

/** What is refused on purpose: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];

test('Google signs in whoever connected it, and nobody by their address', async ({ page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const google = await Google.open();
  const house = await House.open({ env: google.settings });
  try {
    const nora = { name: 'Nora Quay', email: 'nora@harbour.example', password: newPassword() };
    await house.addWorkspace('Lantern Works', nora);
    google.who = { sub: '7', name: nora.name, email: nora.email, verified: true };

    // The address alone opens nothing.
    await toSignIn(page, house);
    await check(page, 'sign-in with Google');
    await byGoogle(page);
    await expect(page.getByRole('heading', { name: 'There is an account with your address' })).toBeVisible();
    await check(page, 'arrived, the address is taken');
    await page.getByRole('link', { name: 'Back to sign-in' }).click();

    await signIn(page, house, nora);
    await page.goto(`${house.url}/settings/account`);
    await page.getByRole('button', { name: 'Connect Google' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect Google' });
    await expect(dialog.getByLabel('Your password')).toBeFocused();
    await dialog.getByLabel('Your password').fill('not this one');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(dialog.getByText('This is not your password.')).toBeVisible();
    await check(page, 'connect Google');
    await dialog.getByLabel('Your password').fill(nora.password);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('link', { name: /^Continue as/ }).click();
    await expect(page).toHaveURL(/\/settings\/account$/);
    await expect(page.getByText(`Connected as ${nora.email}`)).toBeVisible();
    await check(page, 'account, connected');
    await house.post.letter(nora.email, /^Google is connected$/);

    // In another browser, to where one wanted to go; nothing of the way is left in the address.
    const other = await (await newContext()).newPage();
    await other.goto(`${house.url}/settings/account`);
    await expect(other).toHaveURL(/\/sign-in/);
    await byGoogle(other);
    await expect(other).toHaveURL(`${house.url}/settings/account`);
    await expect(other.getByText(`Connected as ${nora.email}`)).toBeVisible();
    await house.post.letter(nora.email, /^New sign-in to your account$/);

    await page.getByRole('button', { name: 'Disconnect Google' }).click();
    await page.getByRole('dialog').getByLabel('Your password').fill(nora.password);
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await expect(page.getByText('Not connected')).toBeVisible();
    await house.post.letter(nora.email, /^Google is disconnected$/);
    const third = await (await newContext()).newPage();
    await toSignIn(third, house);
    await byGoogle(third);
    await expect(third.getByRole('heading', { name: 'There is an account with your address' })).toBeVisible();
  } finally {
    // A page whose server goes would say so in its console.
    for (const context of page.context().browser()?.contexts() ?? []) await context.close();
    await house.close();
    await google.close();
  }
});

test('who declines, lies or is not vouched for is told so and is not in', async ({ page, watch }) => {
  watch.allow(...REFUSED);
  const google = await Google.open();
  const house = await House.open({ env: google.settings });
  try {
    await house.addWorkspace('Lantern Works', { name: 'Nora Quay', email: 'nora@harbour.example', password: newPassword() });
    google.who = { sub: '8', name: 'Ivo Stranger', email: 'ivo@harbour.example', verified: true };
    const told = async (heading: string | RegExp) => {
      await expect(page.getByRole('heading', { name: heading })).toBeVisible();
      expect((await page.context().cookies()).filter(({ name }) => name.includes('-refresh-'))).toEqual([]);
    };
    await toSignIn(page, house);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await told('You declined at Google');
    await check(page, 'arrived, declined');
    for (const lie of ['nonce', 'audience', 'issuer', 'alg none', 'HS256 with the public key', 'expired', 'unknown key', 'rubbish', 'huge'] as Lie[]) {
      google.lie = lie;
      await toSignIn(page, house);
      await byGoogle(page);
      await told('Google did not prove who you are');
    }
    google.lie = undefined;
    google.who.verified = false;
    await toSignIn(page, house);
    await byGoogle(page);
    await told('Google does not vouch for your address');
    google.who.verified = true;
    await toSignIn(page, house);
    await byGoogle(page);
    await told('You have no account here');
    await check(page, 'arrived, no account');
    // Nobody came from anywhere.
    await page.context().clearCookies();
    await page.goto(`${house.url}/sign-in?arrived`);
    await told('That took too long');
  } finally {
    // A page whose server goes would say so in its console.
    for (const context of page.context().browser()?.contexts() ?? []) await context.close();
    await house.close();
    await google.close();
  }
});

test('whom Google vouches for makes a workspace, or comes by an invitation', async ({ page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const google = await Google.open();
  const house = await House.open({ env: { ...google.settings, POSTERN_REGISTRATION: 'open' } });
  try {
    const owner = { name: 'Nora Quay', email: 'nora@harbour.example', password: newPassword() };
    const workspace = await house.addWorkspace('Lantern Works', owner);
    google.who = { sub: '9', name: 'Ivo Lund', email: 'ivo@harbour.example', verified: true };
    await toSignIn(page, house);
    await byGoogle(page);
    await expect(page.getByText('Google says that you are ivo@harbour.example.')).toBeVisible();
    await expect(page.getByLabel('Your name')).toHaveValue('Ivo Lund');
    await check(page, 'arrived, newcomer');
    await page.getByLabel('Workspace').fill('Night Shop');
    await page.getByRole('button', { name: 'Make my account' }).click();
    await atInbox(page);

    const headers = await house.signIn(owner, workspace);
    google.who = { sub: '10', name: 'Mara Ek', email: 'mara@harbour.example', verified: true };
    await house.must('/api/team/invite', { form: { email: google.who.email, role: 'agent' } }, headers);
    const link = (await house.post.letter(google.who.email, /^Join/)).links[0] ?? '';
    const guest = await (await newContext()).newPage();
    await guest.goto(link);
    await byGoogle(guest);
    await guest.getByRole('button', { name: 'Ask to join' }).click();
    await expect(guest.getByRole('heading', { name: /^Your request is with/ })).toBeVisible();
  } finally {
    // A page whose server goes would say so in its console.
    for (const context of page.context().browser()?.contexts() ?? []) await context.close();
    await house.close();
    await google.close();
  }
});

async function byGoogle(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue with Google' }).click();
  await page.getByRole('link', { name: /^Continue as/ }).click();
  await expect(page).not.toHaveURL(/127\.0\.0\.1/);
}

/** In four looks. */
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
