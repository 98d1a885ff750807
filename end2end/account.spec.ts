// One's own account: name, address, password, the second step, sessions, and leaving a workspace.

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { atInbox, fillSignIn, signIn, signOut, toSignIn } from './support/inbox.ts';
import { until } from './support/until.ts';

/** What is refused on purpose, and who is signed out from elsewhere: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];

test('a name and an address are changed, and stand everywhere at once', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const rena = await member(home, 'Rena Before');
  await signIn(page, house, rena);
  const other = await (await newContext()).newPage();
  await signIn(other, house, rena);
  await toAccount(page);
  await check(page, 'account');

  const name = page.getByRole('textbox', { name: 'Your name' });
  await expect(name).toHaveValue('Rena Before');
  await name.fill('Rena After');
  await name.press('Enter');
  await expect(page.getByText('Your name is saved')).toBeVisible();
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await expect(page.locator('#menu').getByText('Rena After')).toBeVisible();
  await page.keyboard.press('Escape');

  const email = 'rena.after.own@harbour.example';
  await page.getByRole('button', { name: 'Change e-mail' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change e-mail' });
  await expect(dialog.getByLabel('New e-mail')).toBeFocused();
  await check(page, 'change the address');
  await dialog.getByLabel('New e-mail').fill(email);
  await dialog.getByLabel('Your password').fill('not this one');
  await dialog.getByRole('button', { name: 'Send a code' }).click();
  await expect(dialog.getByText('This is not your password.')).toBeVisible();
  await expect(dialog.getByLabel('Your password')).toBeFocused();
  await dialog.getByLabel('Your password').fill(rena.password);
  await dialog.getByRole('button', { name: 'Send a code' }).click();
  const code = dialog.getByLabel('Code from the e-mail');
  await expect(code).toBeFocused();
  await check(page, 'change the address, the code');
  const right = (await house.post.letter(email, /address/i)).code ?? '';
  await code.fill(right === '111111' ? '222222' : '111111');
  await dialog.getByRole('button', { name: 'Change e-mail' }).click();
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await code.fill(right);
  await dialog.getByRole('button', { name: 'Change e-mail' }).click();
  await expect(dialog).toBeHidden();
  await expect(part(page, 'Profile').getByText(email)).toBeVisible();
  await expect(other).toHaveURL(/\/sign-in/);
  await fillSignIn(other, { ...rena, email });
  await atInbox(other);
});

test('a new password ends the other browser, and the old one signs in no more', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const pia = await member(home, 'Pia Password');
  await signIn(page, house, pia);
  const other = await (await newContext()).newPage();
  await signIn(other, house, pia);
  await toAccount(page);
  await page.getByRole('button', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change password' });
  await expect(dialog.getByLabel('Current password')).toBeFocused();
  await check(page, 'change the password');
  const password = newPassword();
  await dialog.getByLabel('Current password').fill('not this one');
  await dialog.getByLabel('New password').fill(password);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(dialog.getByText('This is not your password.')).toBeVisible();
  await expect(dialog.getByLabel('Current password')).toBeFocused();
  await dialog.getByLabel('Current password').fill(pia.password);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(sessions(page)).toHaveCount(1);

  await expect(other).toHaveURL(/\/sign-in/);
  await fillSignIn(other, pia);
  await expect(other.getByText('The address or the password is not right.')).toBeVisible();
  await fillSignIn(other, { ...pia, password });
  await atInbox(other);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
});

test('two-step sign-in: set up, asked for, each code good once, turned off', async ({ home, page, watch }) => {
  // Codes change every 30 seconds, and each is taken once.
  test.slow();
  watch.allow(...REFUSED);
  const { house } = home;
  const dana = await member(home, 'Dana Twofold');
  await signIn(page, house, dana);
  await toAccount(page);
  const own = part(page, 'Two-step sign-in');
  await expect(own.getByText('Off', { exact: true })).toBeVisible();
  await own.getByRole('button', { name: 'Set up two-step sign-in' }).click();
  const enrol = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await expect(enrol.getByLabel('Your password')).toBeFocused();
  await enrol.getByLabel('Your password').fill(dana.password);
  await enrol.getByRole('button', { name: 'Continue' }).click();
  await expect(enrol.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible();
  await expect(enrol.getByLabel('Code from the app')).toBeFocused();
  await check(page, 'set up, the QR code');
  const secret = (await enrol.locator('.copyable-value').innerText()).replaceAll(' ', '');
  const app = new Authenticator(secret);
  await enrol.getByLabel('Code from the app').fill(await app.next());
  await enrol.getByRole('button', { name: 'Turn on' }).click();

  const shown = page.getByRole('dialog', { name: 'Your recovery codes' });
  await expect(shown.getByRole('listitem').first()).toBeVisible();
  await check(page, 'recovery codes');
  const recovery = await shown.getByRole('listitem').allInnerTexts();
  const file = page.waitForEvent('download');
  await shown.getByRole('button', { name: 'Download' }).click();
  const kept = readFileSync(await (await file).path(), 'utf8');
  for (const code of recovery) expect(kept).toContain(code);
  await page.keyboard.press('Escape');
  await expect(shown).toBeHidden();
  await own.getByRole('button', { name: 'Show the codes' }).click();
  await expect(shown.getByText(recovery[0])).toBeVisible();
  await shown.getByRole('button', { name: 'I have kept them' }).click();
  await expect(shown).toBeHidden();
  await expect(own.getByText(`${recovery.length} recovery codes are left.`)).toBeVisible();
  const html = await page.content();
  for (const gone of [secret, ...recovery]) expect(html, 'it is shown once').not.toContain(gone);
  await check(page, 'account, two-step sign-in on');

  const leave = async () => {
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
  };
  await leave();
  const used = await app.next();
  await enter(await toSecondStep(page, house, dana), used);
  await atInbox(page);

  await leave();
  const code = await toSecondStep(page, house, dana);
  await refused(page, () => enter(code, used));
  await expect(code).toBeVisible();
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await enter(code, recovery[0]);
  await atInbox(page);

  await leave();
  await toSecondStep(page, house, dana);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await refused(page, () => enter(code, recovery[0]));
  await expect(code).toBeVisible();
  await enter(code, recovery[1]);
  await atInbox(page);

  await toAccount(page);
  await expect(own.getByText(`${recovery.length - 2} recovery codes are left.`)).toBeVisible();
  await own.getByRole('button', { name: 'Turn off' }).click();
  const off = page.getByRole('dialog', { name: 'Turn off two-step sign-in?' });
  await expect(off.getByLabel('Your password')).toBeFocused();
  await check(page, 'turn it off');
  await off.getByLabel('Your password').fill(dana.password);
  await off.getByLabel('Code from the app').fill(await app.next());
  await off.getByRole('button', { name: 'Turn off' }).click();
  await expect(own.getByText('Off', { exact: true })).toBeVisible();
  await leave();
  await signIn(page, house, dana);
});

test('a browser that is trusted and signed out is listed, and forgotten from another one', async ({ home, page, newContext, watch }) => {
  test.slow();
  watch.allow(...REFUSED);
  const { house } = home;
  const tia = await member(home, 'Tia Trusting');
  await signIn(page, house, tia);
  await toAccount(page);
  await expect(part(page, 'Trusted browsers')).toHaveCount(0);
  await part(page, 'Two-step sign-in').getByRole('button', { name: 'Set up two-step sign-in' }).click();
  const enrol = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await enrol.getByLabel('Your password').fill(tia.password);
  await enrol.getByRole('button', { name: 'Continue' }).click();
  const secret = (await enrol.locator('.copyable-value').innerText()).replaceAll(' ', '');
  const app = new Authenticator(secret);
  await enrol.getByLabel('Code from the app').fill(await app.next());
  await enrol.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('dialog', { name: 'Your recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();

  const other = await (await newContext()).newPage();
  const code = await toSecondStep(other, house, tia);
  await other.getByRole('checkbox', { name: 'Do not ask again in this browser for 30 days' }).check();
  await enter(code, await app.next());
  await atInbox(other);
  await signOut(other);
  await expect(other).toHaveURL(/\/sign-in/);

  await page.reload();
  const trusted = part(page, 'Trusted browsers');
  await expect(trusted.getByRole('listitem')).toHaveCount(1);
  await check(page, 'account, a trusted browser');
  await trusted.getByRole('button', { name: /^Forget: / }).click();
  await expect(page.getByText('The browser is not trusted any more')).toBeVisible();
  await expect(trusted).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeFocused();
  // It asks again.
  await toSecondStep(other, house, tia);
});

test('a browser that is ended from another one is signed out at once, without a reload', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const eli = await member(home, 'Eli Elsewhere');
  await signIn(page, house, eli);
  const [second, third] = [await (await newContext()).newPage(), await (await newContext()).newPage()];
  await signIn(second, house, eli);
  await second.evaluate(() => {
    Object.assign(window, { stays: true });
  });
  await toAccount(page);
  await expect(sessions(page)).toHaveCount(2);
  await expect(sessions(page).first()).toContainText('This browser');
  await sessions(page).filter({ hasNotText: 'This browser' }).getByRole('button', { name: 'End' }).click();
  await expect(second).toHaveURL(/\/sign-in/, { timeout: 2_000 });
  expect(await second.evaluate(() => 'stays' in window), 'it was not loaded anew').toBe(true);
  await expect(sessions(page)).toHaveCount(1);
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();

  for (const other of [second, third]) await signIn(other, house, eli);
  await page.reload();
  await expect(sessions(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'End all others' }).click();
  const dialog = page.getByRole('dialog', { name: 'End 2 other sessions?' });
  await check(page, 'end all others');
  await dialog.getByRole('button', { name: 'End 2 sessions' }).click();
  for (const other of [second, third]) await expect(other).toHaveURL(/\/sign-in/);
  await expect(sessions(page)).toHaveCount(1);
});

test('a letter tells of a new browser, and its link ends that access', async ({ home, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const nora = await member(home, 'Nora Newdevice');
  await signIn(page, house, nora);
  const stranger = await (await newContext()).newPage();
  await signIn(stranger, house, nora);
  const letter = await house.post.letter(nora.email, /new/i);
  const link = letter.links.find((link) => link.includes('/not-me')) ?? '';
  const reader = await (await newContext()).newPage();
  await reader.goto(link);
  await reader.getByRole('main').getByRole('button', { name: /not me|end/i }).click();
  await expect(stranger).toHaveURL(/\/sign-in/);
  // The password that the stranger knew is good for nothing, and a new one is set at once.
  await expect(reader.getByLabel('New password')).toBeFocused();
  await fillSignIn(stranger, nora);
  await expect(stranger.getByText('The address or the password is not right.')).toBeVisible();
  const password = newPassword();
  await reader.getByLabel('New password').fill(password);
  await reader.getByRole('button', { name: 'Set the password' }).click();
  await expect(reader.getByText('Your new password is set')).toBeVisible();
  const { text } = await house.post.letter(nora.email, /^Your password was changed$/);
  expect(text).not.toContain('still open');
  await fillSignIn(stranger, { ...nora, password });
  await atInbox(stranger);
});

test('a workspace is left, and the last owner is told why they stay', async ({ home, page, watch }) => {
  watch.allow(...REFUSED);
  const { house } = home;
  const lea = someone('Lea Leaving');
  await house.addWorkspace('Lantern Works', lea);
  await house.addMember(home.workspace, lea, 'agent');
  await signIn(page, house, lea);
  const leave = async (name: string) => {
    await part(page, 'Workspaces').getByRole('button', { name: `Leave ${name}` }).click();
    const dialog = page.getByRole('dialog', { name: `Leave ${name}?` });
    await check(page, `leave ${name}`);
    await dialog.getByRole('button', { name: 'Leave', exact: true }).click();
    return dialog;
  };
  await toAccount(page);
  await leave('Harbour Coffee');
  await atInbox(page);
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  const menu = page.locator('#menu');
  await expect(menu.getByRole('button', { name: 'Lantern Works' })).toBeVisible();
  await expect(menu.getByRole('button', { name: 'Harbour Coffee' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await toAccount(page);
  const dialog = await leave('Lantern Works');
  await expect(dialog.getByRole('alert')).toContainText('last owner');
});

/** Somebody nobody else signs in as: several tests share an installation. */
function someone(name: string): Person {
  return { name, email: `${name.split(' ')[0].toLowerCase()}.own@harbour.example`, password: newPassword() };
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
  // All of it is here.
  await expect(sessions(page).first()).toBeVisible();
  await expect(part(page, 'Two-step sign-in').getByText(/^(On|Off)$/)).toBeVisible();
}

/** A section of the page. */
function part(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

function sessions(page: Page): Locator {
  return page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
}

/** Gives the password; the field of the second step. */
async function toSecondStep(page: Page, house: House, person: Person): Promise<Locator> {
  await toSignIn(page, house);
  await fillSignIn(page, person);
  const code = page.getByRole('textbox', { name: /code/i });
  await expect(code).toBeVisible();
  return code;
}

/** Six digits send themselves. */
async function enter(field: Locator, code: string): Promise<void> {
  await field.fill(code);
  if (code.length > 6) await field.press('Enter');
}

/** The server says no to what is done. */
async function refused(page: Page, act: () => Promise<void>): Promise<void> {
  const no = page.waitForResponse((answer) => new URL(answer.url()).pathname.startsWith('/auth/') && answer.status() >= 400);
  await act();
  await no;
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

/** What an authenticator application does (RFC 6238): six digits, SHA-1, 30 seconds. */
class Authenticator {
  private readonly key: Buffer;
  private last = 0;

  constructor(secret: string) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
    this.key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? []);
  }

  /** A code that was not given before, as soon as there is one. */
  async next(): Promise<string> {
    const now = () => Math.floor(Date.now() / 30_000);
    await until('a new code', 40_000, async () => now() > this.last);
    this.last = now();
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(this.last));
    const mac = createHmac('sha1', this.key).update(counter).digest();
    const cut = mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff;
    return String(cut % 1_000_000).padStart(6, '0');
  }
}
