// Passkeys, with the device that Chromium plays: alone, as the second step, and no more once removed. And a mailed code.

import type { CDPSession, Locator, Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { atInbox, fillSignIn, signIn, signOut, toSignIn } from './support/inbox.ts';

/** What is refused on purpose, and who is signed out from elsewhere: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];

test('a passkey signs in by itself and as the second step, until it is removed', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const paula = await member(home, 'Paula Passkey');
  const device = await Device.of(page);
  await signIn(page, house, paula);
  const other = await (await newContext()).newPage();
  await signIn(other, house, paula);
  await toAccount(page);
  const own = part(page, 'Passkeys');
  await expect(own.getByText('You have none yet.')).toBeVisible();

  await test.step('it is added with the password and a name, and brings recovery codes', async () => {
    await own.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await expect(dialog.getByLabel('Your password')).toBeFocused();
    await check(page, 'add a passkey');
    await dialog.getByLabel('Your password').fill('not this one');
    await dialog.getByLabel('Name of the passkey').fill('Work laptop');
    await dialog.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(dialog.getByText('This is not your password.')).toBeVisible();
    await expect(dialog.getByLabel('Your password')).toBeFocused();
    await dialog.getByLabel('Your password').fill(paula.password);
    await dialog.getByRole('button', { name: 'Add a passkey' }).click();
    const shown = page.getByRole('dialog', { name: 'Your recovery codes' });
    await expect(shown.getByRole('listitem')).toHaveCount(10);
    await shown.getByRole('button', { name: 'I have kept them' }).click();
    await expect(shown).toBeHidden();
    await expect(passkeys(page)).toHaveCount(1);
    await expect(passkeys(page)).toContainText('Work laptop');
    await expect(passkeys(page)).toContainText('Not used yet');
    await expect(part(page, 'Two-step sign-in').getByText('On', { exact: true })).toBeVisible();
    await check(page, 'account, with a passkey');
    await house.post.letter(paula.email, /^A passkey was added$/);
    await expect(other).toHaveURL(/\/sign-in/);
  });

  await test.step('it signs in without an address and a password', async () => {
    await leave(page);
    await check(page, 'sign in, with a passkey');
    await byPasskey(page).click();
    await atInbox(page);
    await toAccount(page);
    await expect(passkeys(page)).toContainText('Last used');
  });

  await test.step('whoever does not show that it is them is not let in', async () => {
    await leave(page);
    await device.verifies(false);
    await byPasskey(page).click();
    await expect(page.getByRole('alert')).toContainText('Nothing came of it');
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeFocused();
    await device.verifies(true);
  });

  await test.step('it is asked for after the password', async () => {
    await fillSignIn(page, paula);
    const go = page.getByRole('button', { name: 'Continue with a passkey' });
    await expect(go).toBeFocused();
    await check(page, 'second step, a passkey');
    await go.click();
    await atInbox(page);
  });

  await test.step('it is renamed', async () => {
    await toAccount(page);
    await own.getByRole('button', { name: 'Rename: Work laptop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rename the passkey' });
    await expect(dialog.getByLabel('Name of the passkey')).toHaveValue('Work laptop');
    await dialog.getByLabel('Name of the passkey').fill('Old laptop');
    await dialog.getByRole('button', { name: 'Save name' }).click();
    await expect(dialog).toBeHidden();
    await expect(passkeys(page)).toContainText('Old laptop');
    await expect(page.getByRole('heading', { level: 2, name: 'Passkeys' })).toBeFocused();
  });

  await test.step('once removed it opens nothing, and the password alone does again', async () => {
    await own.getByRole('button', { name: 'Remove: Old laptop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove the passkey Old laptop?' });
    await expect(dialog.getByLabel('Your password')).toBeFocused();
    await check(page, 'remove a passkey');
    await dialog.getByLabel('Your password').fill(paula.password);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(own.getByText('You have none yet.')).toBeVisible();
    await expect(part(page, 'Two-step sign-in').getByText('Off', { exact: true })).toBeVisible();
    await house.post.letter(paula.email, /^A passkey was removed$/);
    await leave(page);
    await byPasskey(page).click();
    await expect(page.getByRole('alert')).toContainText('This passkey does not sign in here.');
    await check(page, 'sign in, a passkey refused');
    await fillSignIn(page, paula);
    await atInbox(page);
  });
});

test('a device keeps one passkey of a person, and whoever adds one by mistake is rid of it by the letter', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const greta = await member(home, 'Greta Guarded');
  await Device.of(page);
  await signIn(page, house, greta);
  await toAccount(page);
  await add(page, greta, 'Tablet');
  await page.getByRole('dialog', { name: 'Your recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();
  const dialog = await add(page, greta, 'Tablet again');
  await expect(dialog.getByRole('alert')).toContainText('This device has a passkey for your account already.');
  await page.keyboard.press('Escape');
  await expect(passkeys(page)).toHaveCount(1);

  const { links } = await house.post.letter(greta.email, /^A passkey was added$/);
  const reader = await (await newContext()).newPage();
  await reader.goto(links.find((link) => link.includes('/not-me')) ?? '');
  await reader.getByRole('button', { name: 'End the access' }).click();
  await expect(reader.getByRole('heading', { level: 1, name: 'The access is ended' })).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in/);
  // The old password went with it, and a new one is set at once.
  await check(reader, 'not me, a new password');
  const password = newPassword();
  await reader.getByLabel('New password').fill(password);
  await reader.getByRole('button', { name: 'Set the password' }).click();
  await expect(reader.getByText('Your new password is set')).toBeVisible();
  await byPasskey(page).click();
  await expect(page.getByRole('alert')).toContainText('This passkey does not sign in here.');
  await fillSignIn(page, { ...greta, password });
  await expect(page, 'back to where they were').toHaveURL(/\/settings\/account$/);
});

test('an account with a passkey is deleted with the passkey, or with a recovery code, and not with the password alone', async ({ home, page, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const dora = await member(home, 'Dora Departing');
  const device = await Device.of(page);
  await signIn(page, house, dora);
  await toAccount(page);
  await add(page, dora, 'Phone');
  await page.getByRole('dialog', { name: 'Your recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();
  await part(page, 'Delete your account').getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account' });
  await dialog.getByLabel('Type your e-mail address to confirm').fill(dora.email);
  await dialog.getByLabel('Your password').fill(dora.password);
  await check(page, 'delete the account, with a passkey');
  const go = dialog.getByRole('button', { name: 'Delete account' });
  await device.verifies(false);
  await go.click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing came of it');
  const code = dialog.getByLabel('A recovery code');
  await code.fill('aaaa-aaaa-aaaa');
  await go.click();
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await code.fill('');
  await device.verifies(true);
  await go.click();
  await expect(page).toHaveURL(/\/sign-in/);
  await house.post.letter(dora.email, /^Your account was deleted$/);
});

test('a mailed code is the second step of whoever has nothing else at hand, but not beside a mailed link', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const mara = await member(home, 'Mara Mailed');
  await Device.of(page);
  await signIn(page, house, mara);
  await toAccount(page);
  await add(page, mara, 'Desk');
  await page.getByRole('dialog', { name: 'Your recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();

  // Another browser, whose device knows nothing.
  const other = await (await newContext()).newPage();
  const mailed = other.getByRole('button', { name: 'Have a code mailed' });
  await toSecondStep(other, house, mara);
  await mailed.click();
  await expect(other.getByText('This protects you less than the other ways')).toBeVisible();
  const send = other.getByRole('button', { name: 'Send a code' });
  await expect(send).toBeFocused();
  await check(other, 'second step, by mail');
  await send.click();
  const code = other.getByLabel('Code from the e-mail');
  await expect(code).toBeFocused();
  await check(other, 'second step, the mailed code');
  const right = (await house.post.letter(mara.email, /^Your code to sign in$/)).code ?? '';
  await code.fill(right === '111111' ? '222222' : '111111');
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await expect(code).toHaveValue('');
  // The sixth digit sends it off.
  await code.fill(right);
  await atInbox(other);

  await house.must('/auth/forgot', { email: mara.email });
  const { links } = await house.post.letter(mara.email, /^Set a new password$/);
  const password = newPassword();
  await house.must('/auth/reset', { token: new URL(links[0]).hash.slice(1), password });
  await expect(page).toHaveURL(/\/sign-in/);
  await toSecondStep(other, house, { ...mara, password });
  await expect(other.getByRole('button', { name: 'Use a recovery code' })).toBeVisible();
  await expect(mailed).toHaveCount(0);

  // Whoever shows the passkey with that password may have codes mailed again.
  await fillSignIn(page, { ...mara, password });
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await expect(page, 'back to where they were').toHaveURL(/\/settings\/account$/);
  await toSecondStep(other, house, { ...mara, password });
  await expect(mailed).toBeVisible();
});

/** A device with a finger on it, as Chromium plays it for a page. */
class Device {
  private constructor(
    private readonly tools: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<Device> {
    const tools = await page.context().newCDPSession(page);
    await tools.send('WebAuthn.enable');
    const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...({ protocol: 'ctap2', transport: 'internal' } as const),
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      },
    });
    return new Device(tools, authenticatorId);
  }

  /** Whether the finger is its owner's. */
  async verifies(isUserVerified: boolean): Promise<void> {
    await this.tools.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }
}

/** Somebody nobody else signs in as: several tests share an installation. */
async function member(home: Furnished, name: string): Promise<Person> {
  const person = { name, email: `${name.split(' ')[0].toLowerCase()}.passkey@harbour.example`, password: newPassword() };
  await home.house.addMember(home.workspace, person, 'agent');
  return person;
}

async function toAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await page.locator('#menu').getByRole('link', { name: 'Account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
  await expect(part(page, 'Two-step sign-in').getByText(/^(On|Off)$/)).toBeVisible();
}

/** Asks the device to keep one; the dialog. */
async function add(page: Page, person: Person, name: string): Promise<Locator> {
  await part(page, 'Passkeys').getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Your password').fill(person.password);
  await dialog.getByLabel('Name of the passkey').fill(name);
  await dialog.getByRole('button', { name: 'Add a passkey' }).click();
  return dialog;
}

async function leave(page: Page): Promise<void> {
  await signOut(page);
  // Not back to where they were.
  await page.goto(new URL('/sign-in', page.url()).href);
  await expect(byPasskey(page)).toBeVisible();
}

/** Gives the password; the second step is asked for. */
async function toSecondStep(page: Page, house: House, person: Person): Promise<void> {
  await toSignIn(page, house);
  await fillSignIn(page, person);
  await expect(page.getByRole('heading', { level: 1, name: 'One more step' })).toBeVisible();
}

function byPasskey(page: Page): Locator {
  return page.getByRole('button', { name: 'Sign in with a passkey' });
}

/** A section of the page. */
function part(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

function passkeys(page: Page): Locator {
  return page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
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
