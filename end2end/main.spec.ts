// The main job, end to end: set-up, a number, a customer, a reply, a colleague, a tunnel, a reload, the way out.

import { expect, test } from './fixtures.ts';
import { newPassword, type Person } from './support/house.ts';
import { atInbox, composer, customer, fillSignIn, line, open, reply, row, signIn, signOut, thread, tick, toSetUp, toSignIn, view } from './support/inbox.ts';
import type { Page } from '@playwright/test';
import type { House } from './support/house.ts';

const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
const colleague: Person = { name: 'Bruno Castellanos', email: 'bruno@harbour.example', password: newPassword() };

test('from set-up to sign-out, a message comes in and the reply goes out', async ({ fresh: house, page, newContext, watch }) => {
  const nora = customer('Nora Winter');

  await test.step('an empty installation asks to be set up, and is set up once', async () => {
    await page.goto(house.url);
    await expect(page).toHaveURL(/\/setup$/);
    await toSetUp(page, await house.setUpLink());
    await page.getByLabel('Workspace').fill('Harbour Coffee');
    await page.getByLabel('Your name').fill(owner.name);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Make the workspace' }).click();
    await atInbox(page);
    await expect(page.getByText('Connect your first number')).toBeVisible();
    expect(page.url(), 'the set-up code is gone from the address').not.toContain('#');
  });

  await test.step('the owner connects a number; its token is never shown', async () => {
    await connect(page, house);
    await page.reload();
    await expect(page.getByRole('heading', { level: 2, name: 'Support' })).toBeVisible();
    expect(await page.content()).not.toContain(house.token);
  });

  await test.step('a colleague is added by the operator', async () => {
    const [workspace] = await house.workspacesOf(owner);
    await house.addMember(workspace, colleague, 'agent');
  });

  await test.step('a customer writes, and it appears without a reload', async () => {
    await page.goto(`${house.url}/inbox`);
    await atInbox(page);
    await view(page, 'All');
    await expect(page.getByText('The inbox is empty')).toBeVisible();
    const loads = await loadsOf(page);
    await house.sim.say(nora, 'Hello, is the roastery open today?');
    await expect(row(page, 'Nora Winter')).toContainText('Hello, is the roastery open today?');
    await expect(row(page, 'Nora Winter').getByText('1 unread message')).toBeAttached();
    await expect(page).toHaveTitle(/^\(1\) Inbox/);
    expect(await loadsOf(page)).toBe(loads);
  });

  await test.step('the reply goes out, and its ticks move to read', async () => {
    await open(page, 'Nora Winter');
    await expect(line(page, 'Hello, is the roastery open today?')).toBeVisible();
    await expect(row(page, 'Nora Winter').getByText('1 unread message')).toHaveCount(0);
    await reply(page, 'Yes, until six. Come by!');
    await tick(page, 'Yes, until six. Come by!', 'Read');
    expect((await house.sim.sent()).map((sent) => sent.text)).toEqual(['Yes, until six. Come by!']);
  });

  const other = await (await newContext()).newPage();
  await test.step('a colleague sees it too, and what follows at the same time', async () => {
    await signIn(other, house, colleague);
    await view(other, 'All');
    await open(other, 'Nora Winter');
    await expect(line(other, 'Yes, until six. Come by!')).toBeVisible();
    await expect(page.getByText('Bruno Castellanos is here too')).toBeVisible();
    await composer(other).pressSequentially('We also');
    await expect(page.getByText('Bruno Castellanos is replying…')).toBeVisible();
    await composer(other).fill('We also have the new beans.');
    await composer(other).press('Enter');
    await expect(line(page, 'We also have the new beans.')).toBeVisible();
    await tick(page, 'We also have the new beans.', 'Read');
  });

  await test.step('a laptop that was away catches up without a reload and without a gap', async () => {
    watch.allow(
      /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED/,
      /^console: WebSocket connection to .* failed/,
    );
    const loads = await loadsOf(page);
    await page.context().setOffline(true);
    await expect(page.getByText('You are offline.')).toBeVisible();
    const missed = Array.from({ length: 12 }, (_, n) => `Written meanwhile, ${n + 1}.`);
    for (const text of missed) await house.sim.say(nora, text);
    await reply(other, 'I am on it.');
    await expect(line(other, missed[missed.length - 1])).toBeVisible();
    await expect(line(page, missed[0])).toHaveCount(0);
    await page.context().setOffline(false);
    for (const text of [...missed, 'I am on it.']) await expect(line(page, text)).toHaveCount(1);
    await expect(page.getByText('You are offline.')).toBeHidden();
    expect(await loadsOf(page)).toBe(loads);
  });

  await test.step('a reload keeps everything, in the same order for everybody', async () => {
    await tick(page, 'I am on it.', 'Read');
    const texts = (which: Page) => thread(which).locator('[data-message] .bubble-text').allInnerTexts();
    await composer(page).fill('A draft that is not sent yet');
    const before = await texts(page);
    expect(before).toHaveLength(16);
    await expect.poll(() => texts(other)).toEqual(before);
    // Kept on the server, a moment after the last key.
    const kept = page.waitForResponse((answer) => answer.url().includes('/api/') && /draft/.test(answer.url()) && answer.ok());
    await composer(page).press('End');
    await composer(page).pressSequentially('.');
    await kept;
    await page.reload();
    await expect.poll(() => texts(page)).toEqual(before);
    await expect(composer(page)).toHaveValue('A draft that is not sent yet.');
    await tick(page, 'Yes, until six. Come by!', 'Read');
  });

  await test.step('signed out, the back button shows nothing', async () => {
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
    await page.goBack();
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await expect(page.getByText('Nora Winter')).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    expect(await page.content()).not.toContain('Nora Winter');
    // The colleague stays in.
    await reply(other, 'See you at six.');
    await tick(other, 'See you at six.', 'Read');
  });

  await test.step('nobody can set it up a second time', async () => {
    await page.goto(`${house.url}/setup`);
    await page.getByLabel('Set-up code').fill('anything-at-all');
    await page.getByLabel('Workspace').fill('Mine now');
    await page.getByLabel('Your name').fill('Mallory');
    await page.getByLabel('E-mail').fill('mallory@example.com');
    await page.getByLabel('Password').fill(newPassword());
    watch.allow(/^console: Failed to load resource: .* 409 .*\/auth\/setup$/);
    await page.getByRole('button', { name: 'Make the workspace' }).click();
    await expect(page.getByText('Postern is set up already')).toBeVisible();
    await toSignIn(page, house);
    await fillSignIn(page, owner);
    await atInbox(page);
  });
});

/** Connects the simulated number through the page, under the installation's own Meta app. */
async function connect(page: Page, house: House): Promise<void> {
  await page.getByRole('link', { name: 'Connect a number' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Connect a number' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a number' });
  await dialog.getByLabel('Name', { exact: true }).fill('Support');
  await dialog.getByLabel('Phone number ID').fill(house.number);
  await dialog.getByLabel('WhatsApp Business Account ID').fill(house.account);
  await dialog.getByLabel('Access token').fill(house.token);
  await dialog.getByRole('radio', { name: "This installation's app" }).check();
  await dialog.getByRole('button', { name: 'Connect a number' }).click();
  const done = page.getByRole('dialog', { name: 'The number is connected' });
  await expect(done).toBeVisible();
  await done.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Support' })).toBeVisible();
}

/** Changes with every load of the page. */
async function loadsOf(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin);
}
