// Where is my message? Found by number and by id, with every step; and where it stopped.

import { expect, test } from './fixtures.ts';
import { customer, line, open, reply, signIn, tick, view } from './support/inbox.ts';
import type { Page } from '@playwright/test';

async function find(page: Page, what: string) {
  const field = page.getByRole('textbox', { name: 'Phone number or id' });
  await expect(field).toBeVisible();
  await field.fill(what);
  await page.getByRole('button', { name: 'Find it' }).click();
}

/** The card of a message, by its words. */
function way(page: Page, text: string) {
  return page.getByRole('article').filter({ has: page.getByRole('heading', { name: text }) });
}

test('a message is followed by its number: what came in is shown, what went out was read', async ({ home, page }) => {
  const { house } = home;
  const wanda = customer('Wanda Way');
  await house.sim.say(wanda, 'Did you get this?');
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await open(page, wanda.name);
  await reply(page, 'Here it is.');
  await tick(page, 'Here it is.', 'Read');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^Find a conversation/ }).fill('where is');
  await page.getByRole('option', { name: 'Where is my message?' }).click();
  await expect(page).toHaveURL(/\/settings\/where$/);
  await find(page, `+${wanda.digits}`);

  const came = way(page, 'Did you get this?');
  for (const step of ['Received', 'Signature verified', 'Stored', 'Applied', 'Shown']) {
    await expect(came.getByRole('listitem').filter({ hasText: step }).locator('time').first()).toBeVisible();
  }
  const went = way(page, 'Here it is.');
  for (const step of ['Composed', 'Queued', 'Taken by WhatsApp', 'Sent', 'Delivered', 'Read']) {
    await expect(went.getByRole('listitem').filter({ hasText: step })).toHaveClass(/done/);
  }
  expect(page.url(), 'no number stands in the address').not.toContain(wanda.digits);
  await expect(page.getByRole('heading', { name: 'Apply kept events again' }), 'an agent applies nothing again').toHaveCount(0);

  await went.getByRole('link', { name: 'Open the conversation' }).click();
  await expect(line(page, 'Here it is.')).toBeVisible();
});

test('a message that failed says at which step, with the code in words', async ({ home, page }) => {
  const { house } = home;
  const fay = customer('Fay Failing');
  await house.sim.say(fay, 'Hello?');
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await open(page, fay.name);
  await house.sim.fail({ error: 131026 }, 1);
  await reply(page, 'You will not get this.');
  await tick(page, 'You will not get this.', 'Not delivered');

  await page.goto(`${house.url}/settings/where`);
  await find(page, fay.digits);
  const lost = way(page, 'You will not get this.');
  const stopped = lost.getByRole('listitem').filter({ hasText: 'stopped here' });
  await expect(stopped).toContainText('Taken by WhatsApp');
  await expect(stopped).toContainText('WhatsApp could not deliver it');
  await expect(stopped).toContainText("WhatsApp's code 131026");
  await expect(lost.getByRole('listitem').filter({ hasText: 'Delivered' })).toHaveClass(/ahead/);
});

test('an id that nobody here has finds nothing, and an admin is told when nothing waits to be applied again', async ({ home, page }) => {
  const { house } = home;
  await signIn(page, house, home.owner);
  await page.goto(`${house.url}/settings/where`);
  await find(page, 'wamid.HBgMTk9CT0RZ');
  await expect(page.getByText('Nothing of that is here')).toBeVisible();

  await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
  await page.getByLabel('Until').fill('2020-01-02T00:00');
  await page.getByRole('button', { name: 'See what waits' }).click();
  await expect(page.getByText('Nothing waits in that time.')).toBeVisible();
});
