// What one writes is kept, goes out once and in order, and is never what one did not mean.

import type { Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { atInbox, composer, customer, line, open, reply, row, seek, signIn, signOut, tick, view } from './support/inbox.ts';
import type { Customer } from './support/sim.ts';

const HOUR = 3_600_000;

const noteBox = (page: Page) => page.getByRole('textbox', { name: 'Write a note that only colleagues see…' });

async function sentTo(home: Furnished, who: Customer): Promise<(string | undefined)[]> {
  const sent = await home.house.sim.sent();
  return sent.filter((each) => each.to.includes(who.digits)).map((each) => each.text);
}

test('a note that was begun comes back as a note', async ({ home, page }) => {
  const noa = customer('Noa Noted');
  await home.house.sim.say(noa, 'What does it cost?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, noa.name);
  await page.getByRole('button', { name: 'Note', exact: true }).click();
  const kept = page.waitForResponse((answer) => answer.url().endsWith('/api/conversation/draft') && answer.ok());
  await noteBox(page).fill('She never pays, ask for money first.');
  await kept;
  await page.reload();
  await expect(noteBox(page)).toHaveValue('She never pays, ask for money first.');
  await expect(composer(page)).toHaveCount(0);
  await noteBox(page).press('Enter');
  await expect(line(page, 'She never pays').getByText('Note to colleagues')).toBeVisible();
  expect(await sentTo(home, noa)).toEqual([]);
});

test('who writes while the window closes keeps the text, and types no shortcuts', async ({ home, page }) => {
  const tia = customer('Tia Typing');
  await home.house.deliver(tia, 'Quick, please!', new Date(Date.now() - 23.99 * HOUR));
  await page.clock.install();
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await seek(page, tia.name);
  await composer(page).pressSequentially('We ar');
  await page.clock.fastForward('02:00');
  await expect(page.getByText(/24 hours after a customer's message\. That ended/)).toBeVisible();
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('ea');
  await page.keyboard.press('Enter');
  await expect(composer(page)).not.toBeEditable();
  await expect(composer(page)).toHaveValue('We ar');
  await expect(page.getByText('This conversation is closed.')).toHaveCount(0);
  await expect(page.getByText('Assigned to you')).toHaveCount(0);
  // As a note it can still be used.
  await page.getByRole('button', { name: 'Note', exact: true }).click();
  await expect(noteBox(page)).toHaveValue('We ar');
  await expect(noteBox(page)).toBeEditable();
});

test('a composer that comes back leaves the focus where it is', async ({ home, page }) => {
  const leo = customer('Leo Later');
  await home.house.deliver(leo, 'See you tomorrow.', new Date(Date.now() - 25 * HOUR));
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await seek(page, leo.name);
  await expect(composer(page)).toHaveCount(0);
  const search = page.getByRole('searchbox', { name: 'Search name or number' });
  await search.focus();
  await home.house.sim.say(leo, 'Tomorrow is today.');
  await expect(composer(page)).toBeVisible();
  await page.keyboard.type('x');
  await expect(search).toHaveValue('x');
  await expect(composer(page)).toHaveValue('');
});

test('lines that wait go out in order, also when one has left the inbox', async ({ home, page }) => {
  const quin = customer('Quin Queue');
  await home.house.sim.say(quin, 'Tell me everything.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, quin.name);
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/message/compose', async (route) => {
    await gate;
    await route.continue();
  });
  for (const text of ['First.', 'Second.', 'Third.']) await reply(page, text);
  await page.getByRole('link', { name: 'Numbers' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();
  release();
  await expect.poll(() => sentTo(home, quin)).toEqual(['First.', 'Second.', 'Third.']);
  await page.getByRole('link', { name: 'Inbox' }).click();
  await open(page, quin.name);
  await tick(page, 'Third.', 'Read');
});

test('what was written offline goes out by itself and in order; a draft is saved then', async ({ home, page, watch }) => {
  watch.allow(
    /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED/,
    /^console: WebSocket connection to .* failed/,
    // A part of the page that was still on its way; it is fetched when the network is back.
    /^console: TypeError: Failed to fetch\s[^]*__wasm_split/,
  );
  const otto = customer('Otto Offline');
  await home.house.sim.say(otto, 'In the tunnel?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, otto.name);
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await reply(page, 'Yes.');
  await expect(line(page, 'Yes.').locator('.fate')).toContainText('Not sent');
  await reply(page, 'Not any more.');
  await composer(page).fill('And then');
  const kept = page.waitForResponse((answer) => answer.url().endsWith('/api/conversation/draft') && answer.ok());
  await page.context().setOffline(false);
  await tick(page, 'Yes.', 'Read');
  await tick(page, 'Not any more.', 'Read');
  expect(await sentTo(home, otto)).toEqual(['Yes.', 'Not any more.']);
  await kept;
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('composer');
  await expect(composer(page)).toHaveValue('And then');
  await expect(page.getByText('This part could not be fetched')).toHaveCount(0);
});

test('a line that cannot be sent can be changed or taken back, and is not left behind unseen', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: net::ERR_FAILED/);
  const edda = customer('Edda Edit');
  await home.house.sim.say(edda, 'When?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, edda.name);
  await page.route('**/api/message/compose', (route) => route.abort());
  await reply(page, 'On Munday.');
  await reply(page, 'Or never.');

  // Nobody leaves without being asked.
  await expect(line(page, 'Or never.').getByRole('button', { name: 'Discard' })).toBeVisible();
  await signOut(page);
  const asked = page.getByRole('dialog', { name: 'Leave with something unsent?' });
  await expect(asked).toContainText('2 messages could not be sent yet');
  await asked.getByRole('button', { name: 'Stay' }).click();
  const left = page.waitForEvent('dialog').then(async (dialog) => {
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
  });
  await page.evaluate(() => setTimeout(() => location.reload()));
  await left;
  await expect(line(page, 'Or never.')).toBeVisible();

  await line(page, 'Or never.').getByRole('button', { name: 'Discard' }).click();
  await expect(line(page, 'Or never.')).toHaveCount(0);
  await line(page, 'On Munday.').getByRole('button', { name: 'Edit' }).click();
  await expect(line(page, 'On Munday.')).toHaveCount(0);
  await expect(composer(page)).toHaveValue('On Munday.');
  await expect(composer(page)).toBeFocused();
  await page.unroute('**/api/message/compose');
  await reply(page, 'On Monday.');
  await tick(page, 'On Monday.', 'Read');
  expect(await sentTo(home, edda)).toEqual(['On Monday.']);
  await signOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
});

test('too long a draft says that it is kept here alone', async ({ home, page }) => {
  const lola = customer('Lola Long');
  await home.house.sim.say(lola, 'Tell me more.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, lola.name);
  await composer(page).fill('x'.repeat(4100));
  await expect(page.getByText('4 characters too many')).toContainText('kept in this tab alone');
  await composer(page).fill('');
  await page.reload();
  await atInbox(page);
  await expect(row(page, lola.name)).toBeVisible();
});
