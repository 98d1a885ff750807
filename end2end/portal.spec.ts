// The portal on a client's phone: from a link on another site's page to what is shared, live to both sides, with and without
// scripts, until the link is revoked.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test, type NewContext } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { customer, signIn } from './support/inbox.ts';
import { POINT } from './support/point.ts';
import { until } from './support/until.ts';

const PAPERS = 'Papers for the visa <b>';

interface Made {
  id: string;
  address: string;
  pin: string;
}

interface Shared {
  owner: Person;
  /** Calls a function as the owner. */
  ask: (path: string, body: unknown) => Promise<any>;
  task: string;
  link: Made;
}

/** An installation with a contact, a task that is shared with them, and a link. */
async function share(house: House): Promise<Shared> {
  const owner = { name: 'Olga Owner', email: 'olga@portal.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee', owner);
  await house.addNumber(workspace, owner);
  const client = customer('Amira Client');
  await house.sim.say(client, 'Which papers do you need?');
  await house.sim.settled();
  const headers = await house.signIn(owner, workspace);
  const ask = (path: string, body: unknown) => house.must(`/api/${path}`, body, headers);
  const request = { view: 'all', state: 'open', search: '', after: null };
  const contact = await until('the conversation is there', 15_000, async () => {
    const { rows } = await ask('inbox/list', { request });
    return rows[0]?.contact.id as string | undefined;
  });
  const task = await ask('task/create', {
    task: { contact, title: PAPERS, description: 'What we need from you.', due: null, owner: null, shared: true },
  });
  for (const step of ['You bring your papers', 'We check them']) {
    await ask('task/items', { id: task, act: { add: step } });
  }
  await ask('task/ask', { id: task, name: 'A copy of your passport' });
  const link = await ask('links/make', { contact, form: { days: 7 } });
  return { owner, ask, task, link };
}

/** A page of another site that holds a link. */
async function elsewhere<T>(link: string, visit: (url: string) => Promise<T>): Promise<T> {
  const site = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end(`<!doctype html><title>Chat</title><a href="${link}">Your papers</a>`);
  });
  await new Promise<void>((ready) => site.listen(0, '127.0.0.1', ready));
  try {
    return await visit(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  } finally {
    site.close();
  }
}

async function phone(newContext: NewContext, scripts = true): Promise<[BrowserContext, Page]> {
  const context = await newContext({ viewport: PHONE, isMobile: true, hasTouch: true, javaScriptEnabled: scripts });
  return [context, await context.newPage()];
}

async function arrive(page: Page, link: Made): Promise<void> {
  await elsewhere(link.address, async (url) => {
    await page.goto(url);
    await page.getByRole('link', { name: 'Your papers' }).click();
    await expect(page.getByLabel('PIN')).toBeVisible();
  });
  expect(page.url()).not.toContain(link.address.split('/').pop());
}

async function enter(page: Page, pin: string): Promise<void> {
  await page.getByLabel('PIN').fill(pin);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}

const other = (pin: string) => String((Number(pin) + 1) % 1_000_000).padStart(6, '0');

test('a client comes by a link from elsewhere, brings and writes what agents see at once, and is out when it is revoked', async ({
  fresh: house,
  page,
  newContext,
  watch,
}) => {
  // A wrong PIN is told with its own status.
  watch.allow(/^console: Failed to load resource: .* 422 /);
  // So is that one is out.
  watch.allow(/^console: Failed to load resource: .* 401 .*\/portal/);
  const { owner, ask, task, link } = await share(house);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/tasks/${task}`);
  await expect(page.getByText('A copy of your passport', { exact: true })).toBeVisible();

  const [, client] = await phone(newContext);
  await arrive(client, link);
  await expect(client.getByRole('heading', { name: 'Harbour Coffee' })).toBeVisible();
  await clean(client, 'the PIN');
  await fits(client, 'the PIN');
  await enter(client, other(link.pin));
  await expect(client.getByRole('alert')).toContainText('The link or the PIN is wrong');
  await enter(client, `${link.pin.slice(0, 3)} ${link.pin.slice(3)}`);
  await expect(client.getByRole('heading', { level: 1, name: 'Hello, Amira Client' })).toBeVisible();
  await expect(client.getByRole('link', { name: 'Ask us' })).toHaveAttribute('href', /^https:\/\/wa\.me\/\d+$/);
  await clean(client, 'what is shared');
  await fits(client, 'what is shared');

  await client.getByRole('link', { name: PAPERS }).click();
  await expect(client.getByRole('heading', { level: 1, name: PAPERS })).toBeVisible();
  await expect(client.getByText('0 of 2 done')).toBeVisible();
  await clean(client, 'a task');
  await fits(client, 'a task');

  // What is asked for is brought, and takes its place.
  const asked = client.getByRole('listitem').filter({ hasText: 'Asked of you' });
  await asked.getByLabel(/^Choose a file/).setInputFiles({ name: 'evil.png', mimeType: 'image/png', buffer: Buffer.from('MZ\x90\0') });
  await asked.getByRole('button', { name: 'Send' }).click();
  await expect(client.getByRole('alert')).toContainText('programs are not kept');
  await asked.getByLabel(/^Choose a file/).setInputFiles({ name: 'passport.png', mimeType: 'image/png', buffer: POINT });
  await asked.getByRole('button', { name: 'Send' }).click();
  await expect(client.getByText('Your document has arrived.')).toBeVisible();
  await expect(client.getByRole('link', { name: 'A copy of your passport' })).toBeVisible();

  await client.getByLabel('Your comment').fill('Here is my passport');
  await client.getByRole('button', { name: 'Send' }).last().click();
  await expect(client.getByRole('listitem').filter({ hasText: 'Here is my passport' })).toBeVisible();
  await expect(page.getByText('Here is my passport')).toBeVisible();

  // What an agent writes comes to the open page, and leaves alone what is being typed.
  await client.getByLabel('Your comment').fill('I am still wri');
  await ask('task/comment', { id: task, text: 'Thank you, all is well', internal: false });
  await ask('task/comment', { id: task, text: 'They look nervous', internal: true });
  await expect(client.getByText('Thank you, all is well')).toBeVisible();
  await expect(client.getByLabel('Your comment')).toHaveValue('I am still wri');
  await expect(client.getByLabel('Your comment')).toBeFocused();
  await expect(client.getByText('They look nervous')).toHaveCount(0);

  const saved = client.waitForEvent('download');
  await client.getByRole('link', { name: 'A copy of your passport' }).click();
  expect((await saved).suggestedFilename()).toBe('passport.png');

  await ask('links/revoke', { id: link.id });
  await expect(client.getByRole('heading', { name: 'This visit has ended' })).toBeVisible();
  await clean(client, 'the end');
  await client.goto(link.address);
  await expect(client.getByLabel('PIN')).toBeVisible();
  await expect(client.getByText('Harbour Coffee')).toHaveCount(0);
});

test('without scripts a client reads, writes, brings a file and signs out', async ({ fresh: house, newContext, watch }) => {
  // Whoever is out is told so, and Chromium writes a line of it.
  watch.allow(/^console: Failed to load resource: .* 401 .*\/portal/);
  const { task, link, ask } = await share(house);
  const [, client] = await phone(newContext, false);
  await arrive(client, link);
  await enter(client, link.pin);
  await client.getByRole('link', { name: PAPERS }).click();
  await client.getByLabel('Your comment').fill('Written by hand');
  await client.getByRole('button', { name: 'Send' }).last().click();
  await expect(client.getByRole('status')).toContainText('Your comment was sent');
  await expect(client.getByRole('listitem').filter({ hasText: 'Written by hand' })).toBeVisible();
  const asked = client.getByRole('listitem').filter({ hasText: 'Asked of you' });
  await asked.getByLabel(/^Choose a file/).setInputFiles({ name: 'passport.png', mimeType: 'image/png', buffer: POINT });
  await asked.getByRole('button', { name: 'Send' }).click();
  await expect(client.getByText('Your document has arrived.')).toBeVisible();
  const shown = await ask('task/show', { id: task });
  expect(JSON.stringify(shown)).toContain('Written by hand');
  await client.getByRole('button', { name: 'Sign out' }).click();
  await expect(client.getByRole('heading', { name: 'This visit has ended' })).toBeVisible();
  await client.goto(`${house.url}/portal/tasks/${task}`);
  await expect(client.getByText('Written by hand')).toHaveCount(0);
});

test('five wrong PINs close a link, and whoever lost theirs asks an agent', async ({ fresh: house, newContext, watch }) => {
  watch.allow(/^console: Failed to load resource: .* (422|429) /);
  const { link } = await share(house);
  const [, client] = await phone(newContext);
  await arrive(client, link);
  await client.getByText('Lost your PIN?').click();
  await client.getByRole('button', { name: 'Ask for a new PIN' }).click();
  await expect(client.getByRole('status')).toContainText('They have been told');
  await expect(client.getByText(link.pin)).toHaveCount(0);
  for (let nth = 0; nth < 5; nth += 1) {
    await enter(client, other(link.pin));
    await expect(client.getByRole('alert')).toContainText('The link or the PIN is wrong');
  }
  await enter(client, link.pin);
  await expect(client.getByRole('alert')).toContainText('Wait 15 minutes');
});
