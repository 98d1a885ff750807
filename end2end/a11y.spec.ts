// Every screen by axe, in both themes and both sizes; and the main path by keyboard alone.

import type { Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { atInbox, composer, customer, line, open, reply, row, signIn, thread, tick, toSetUp, toSignIn, view } from './support/inbox.ts';

const LOOKS = [
  { size: 'desktop', theme: 'light' },
  { size: 'desktop', theme: 'dark' },
  { size: 'phone', theme: 'light' },
  { size: 'phone', theme: 'dark' },
] as const;
type Look = (typeof LOOKS)[number];

async function put(page: Page, look: Look): Promise<void> {
  await page.setViewportSize(look.size === 'phone' ? PHONE : DESKTOP);
  await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
}

async function check(page: Page, screen: string): Promise<void> {
  await clean(page, screen);
  await fits(page, screen);
}

for (const look of LOOKS) {
  test(`every screen is clean, ${look.size}, ${look.theme}`, async ({ home, page, watch }) => {
    const { house } = home;
    watch.allow(/^console: Failed to load resource: .* 4\d\d /);
    await put(page, look);

    await toSignIn(page, house);
    await check(page, 'sign in');
    await page.getByLabel('E-mail').fill(home.owner.email);
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('The address or the password is not right.')).toBeVisible();
    await check(page, 'sign in, refused');

    await signIn(page, house, home.owner);
    await view(page, 'Mine');
    await expect(page.getByText('Nothing is assigned to you')).toBeVisible();
    await check(page, 'inbox, empty');

    const cast = await fill(home, look);
    await view(page, 'All');
    await expect(row(page, cast.talk.name)).toBeVisible();
    await check(page, 'inbox, nothing open');

    await open(page, cast.talk.name);
    await house.sim.fail({ error: 131042 }, 1);
    await reply(page, 'This one fails.');
    await tick(page, 'This one fails.', 'Not delivered');
    await reply(page, 'This one arrives.');
    await tick(page, 'This one arrives.', 'Read');
    await hideDetails(page);
    await check(page, 'conversation');

    await page.getByRole('button', { name: 'Note', exact: true }).click();
    await check(page, 'conversation, writing a note');

    await page.getByRole('button', { name: 'Show details' }).click();
    await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
    await expect(page.getByText('This is their first conversation.')).toBeVisible();
    await check(page, 'conversation with details');
    await page.getByRole('complementary', { name: 'Details' }).getByRole('button', { name: 'Hide details' }).click();

    await page.goto(`${house.url}/inbox`);
    await atInbox(page);
    await view(page, 'All');
    await open(page, cast.late.name);
    await expect(page.getByText(/That ended/)).toBeVisible();
    await check(page, 'conversation, window closed');

    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog', { name: 'Search or run a command' })).toBeVisible();
    await check(page, 'command bar');
    await page.keyboard.press('Escape');
    await thread(page).focus();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await check(page, 'shortcuts');
    await page.keyboard.press('Escape');

    await page.goto(`${house.url}/inbox`);
    await atInbox(page);
    await page.getByRole('button', { name: 'Workspace and settings' }).click();
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    await check(page, 'menu');

    await page.goto(`${house.url}/settings/channels`);
    await expect(page.getByRole('article')).toBeVisible();
    await check(page, 'numbers');
    await page.getByRole('button', { name: 'Connect a number' }).click();
    await expect(page.getByRole('dialog', { name: 'Connect a number' })).toBeVisible();
    await check(page, 'connect a number');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await expect(page.getByRole('dialog', { name: 'Disconnect this number?' })).toBeVisible();
    await check(page, 'disconnect a number');
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Health, profile, events' }).click();
    for (const part of ['Health', 'Alerts', 'Profile', 'Registration', 'Events']) {
      const tab = page.getByRole('navigation', { name: 'Parts of this number' }).getByRole('link', { name: part });
      await tab.click();
      await expect(tab).toHaveAttribute('aria-current', 'page');
      await expect(page.locator('main .sk')).toHaveCount(0);
      await check(page, `a number, ${part}`);
    }
  });
}

test('the screens of an empty installation are clean, in both themes and sizes', async ({ fresh: house, page }) => {
  await toSetUp(page, await house.setUpLink());
  const each = async (screen: string) => {
    for (const look of LOOKS) {
      await put(page, look);
      await check(page, `${screen}, ${look.size}, ${look.theme}`);
    }
  };
  await each('set up');
  await page.getByLabel('Workspace').fill('Harbour Coffee');
  await page.getByLabel('Your name').fill('Amal Haddad');
  await page.getByLabel('E-mail').fill('amal@harbour.example');
  await page.getByLabel('Password').fill('seven-tall-lamps-1');
  await page.getByRole('button', { name: 'Make the workspace' }).click();
  await atInbox(page);
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await each('inbox without a number');
  await page.goto(`${house.url}/settings/channels`);
  await expect(page.getByText('No number is connected yet')).toBeVisible();
  await each('numbers, none');
});

test('the main path by keyboard alone: sign in, open, reply, close, reopen', async ({ home, page }) => {
  const yara = customer('Yara Keys');
  await home.house.sim.say(yara, 'Can I pay by card?');
  const focused = page.locator('*:focus');

  await toSignIn(page, home.house);
  await tabTo(page, () => page.getByLabel('E-mail'));
  await page.keyboard.type(home.agent.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(home.agent.password);
  await page.keyboard.press('Enter');
  await atInbox(page);

  // The views are buttons; the list is walked with j and k.
  await tabTo(page, () => page.getByRole('group', { name: 'Whose conversations' }).getByRole('button', { name: 'All' }));
  await page.keyboard.press('Enter');
  await expect(row(page, yara.name)).toBeVisible();
  await page.keyboard.press('j');
  await expect(row(page, yara.name)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: yara.name })).toBeVisible();
  await expect(composer(page)).toBeFocused();

  await page.keyboard.type('Yes, card and cash.');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('See you!');
  await page.keyboard.press('Enter');
  await tick(page, 'Yes, card and cash.', 'Read');
  await expect(line(page, 'Yes, card and cash.')).toContainText('See you!');
  await expect(composer(page)).toBeFocused();

  await page.keyboard.press('Escape');
  await expect(thread(page)).toBeFocused();
  await page.keyboard.press('a');
  await expect(page.getByText('Assigned to you')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByText('This conversation is closed.')).toBeVisible();
  await expect(focused, 'the focus is not lost').toHaveCount(1);
  await page.keyboard.press('e');
  await expect(page.getByText('This conversation is closed.')).toBeHidden();
  await page.keyboard.press('r');
  await expect(composer(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(row(page, yara.name)).toBeFocused();
  await expect(page).toHaveURL(/\/inbox$/);

  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search name or number' })).toBeFocused();
  await page.keyboard.type('yara');
  await expect(row(page, yara.name)).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('yara');
  await expect(page.getByRole('option', { name: yara.name }), 'found once').toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: yara.name })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('sign out');
  await expect(page.getByRole('option', { name: 'Sign out' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sign-in/);
});

/** Walks with Tab until it stands there; a focus that nobody can see does not count. */
async function tabTo(page: Page, goal: () => ReturnType<Page['locator']>): Promise<void> {
  for (let n = 0; n < 40; n += 1) {
    if (await goal().evaluate((element) => element === document.activeElement)) {
      const seen = await goal().evaluate((element) => {
        const style = getComputedStyle(element);
        return element.matches(':focus-visible') && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
      });
      expect(seen, 'the focus can be seen').toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not get there');
}

/** The installation is furnished once; each look has customers of its own. */
async function fill(home: Furnished, look: Look) {
  const talk = customer(`Talia ${look.size} ${look.theme}`);
  const late = customer(`Lars ${look.size} ${look.theme}`);
  await home.house.sim.say(talk, 'Good morning! Is table four free at noon?');
  await home.house.sim.sayKind(talk, 'image', { caption: 'This one', mime_type: 'image/jpeg', sha256: 'x', id: '1' });
  await home.house.deliver(late, 'Thanks, that was all.', new Date(Date.now() - 26 * 3_600_000));
  return { talk, late };
}

async function hideDetails(page: Page): Promise<void> {
  const hide = page.getByRole('complementary', { name: 'Details' }).getByRole('button', { name: 'Hide details' });
  if (await hide.isVisible()) await hide.click();
}
