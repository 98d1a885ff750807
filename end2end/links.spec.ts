// Portal links, as members make them: two clicks, a PIN that is shown once and read out, and an end at once.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { customer, details, line, open, signIn, view } from './support/inbox.ts';

const card = (page: Page) => page.getByRole('region', { name: 'Portal links' });
const lines = (page: Page) => card(page).getByRole('listitem');

/** From the open conversation to the contact's links. */
async function toLinks(page: Page): Promise<void> {
  await details(page, true);
  await page.getByRole('complementary', { name: 'Details' }).getByRole('link', { name: 'Portal link' }).click();
  await expect(page).toHaveURL(/\/contacts\/[0-9a-f-]+#portal$/);
  await expect(card(page).getByRole('heading', { name: 'Portal links' })).toBeFocused();
}

/** A link, by two clicks; gives its address and its PIN. */
async function make(page: Page): Promise<{ address: string; pin: string }> {
  await card(page).getByRole('button', { name: 'New link' }).click();
  const dialog = page.getByRole('dialog', { name: 'New portal link' });
  await expect(dialog.getByLabel('Good for')).toBeFocused();
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const values = dialog.locator('code');
  await expect(values).toHaveCount(2);
  const [address, pin] = await values.allInnerTexts();
  expect(address).toMatch(/\/p\/[A-Za-z0-9_-]{22}$/);
  expect(pin).toMatch(/^\d{6}$/);
  return { address: address!, pin: pin! };
}

test('a link is made by two clicks and sent into the chat, and its PIN is read out and goes nowhere', async ({ home, page }) => {
  const { house, agent } = home;
  const who = customer('Petra Portal');
  await house.sim.say(who, 'May I see how far you are?');
  await page.setViewportSize(DESKTOP);
  await signIn(page, house, agent);
  await view(page, 'All');
  await open(page, who.name);
  await toLinks(page);
  await expect(card(page)).toContainText('There is no link yet.');
  await clean(page, 'portal links, none');

  const { address, pin } = await make(page);
  const dialog = page.getByRole('dialog', { name: 'New portal link' });
  await expect(dialog).toContainText('through one chat are one factor');
  await clean(page, 'portal link, made');
  await dialog.getByRole('button', { name: 'Read the PIN out' }).click();
  await expect(dialog).toContainText('Never send it in the same chat as the link.');
  await expect(dialog.getByText(`${pin.slice(0, 3)} ${pin.slice(3)}`, { exact: true })).toBeVisible();
  await clean(page, 'portal link, PIN read out');
  await page.setViewportSize(PHONE);
  await fits(page, 'portal link, PIN read out');
  await page.setViewportSize(DESKTOP);
  await dialog.getByRole('button', { name: 'Back' }).click();
  await dialog.getByRole('button', { name: 'Send the link into the chat' }).click();
  await expect(dialog.getByRole('status')).toContainText('The PIN is not.');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  await expect(lines(page)).toHaveCount(1);
  await expect(lines(page)).toContainText('Opens until');
  await expect(lines(page)).toContainText('Never used');
  await expect(page.getByText(pin)).toHaveCount(0);
  await clean(page, 'portal links');

  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, who.name);
  await expect(line(page, address)).toBeVisible();
  await expect(page.getByText(pin)).toHaveCount(0);
  const sent = (await house.sim.sent()).filter((message) => message.to === who.digits);
  expect(sent.some((message) => message.text?.includes(address))).toBe(true);
  expect(JSON.stringify(sent)).not.toContain(pin);
});

test('a new PIN is shown once, one link or all are revoked, and other pages see it at once', async ({ home, page, newContext }) => {
  const { house, agent, owner } = home;
  const who = customer('Rita Revoked');
  await house.sim.say(who, 'Hello');
  await page.setViewportSize(DESKTOP);
  await signIn(page, house, agent);
  await view(page, 'All');
  await open(page, who.name);
  await toLinks(page);
  const { pin } = await make(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();

  const theirs = await (await newContext()).newPage();
  await theirs.setViewportSize(DESKTOP);
  await signIn(theirs, house, owner);
  await theirs.goto(page.url());
  await expect(lines(theirs)).toHaveCount(1);

  await lines(page).getByRole('button', { name: /^Set a new PIN/ }).click();
  const asked = page.getByRole('dialog', { name: 'Set a new PIN?' });
  await expect(asked).toContainText('signed out at once');
  await asked.getByRole('button', { name: 'Set a new PIN' }).click();
  const anew = await asked.locator('code').innerText();
  expect(anew).toMatch(/^\d{6}$/);
  expect(anew).not.toBe(pin);
  await asked.getByRole('button', { name: 'Done' }).click();

  await make(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await expect(lines(page)).toHaveCount(2);
  await expect(lines(theirs)).toHaveCount(2);

  await lines(page).first().getByRole('button', { name: /^Revoke the link/ }).click();
  await page.getByRole('dialog', { name: 'Revoke this link?' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The link is revoked')).toBeVisible();
  await expect(lines(theirs).filter({ hasText: 'Revoked' })).toHaveCount(1);
  await expect(card(page).getByRole('button', { name: 'Revoke all' })).toHaveCount(0);

  await make(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await card(page).getByRole('button', { name: 'Revoke all' }).click();
  await page.getByRole('dialog', { name: 'Revoke all links?' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('2 links are revoked')).toBeVisible();
  await expect(lines(theirs).filter({ hasText: 'Revoked' })).toHaveCount(3);
  await expect(card(page).getByRole('heading', { name: 'Portal links' })).toBeFocused();
});
