// Templates: what may be sent when nothing else may, and how one writes to somebody new.

import { expect, test } from './fixtures.ts';
import { composer, customer, line, open, row, seek, signIn, tick, view } from './support/inbox.ts';
import { until } from './support/until.ts';
import type { House } from './support/house.ts';
import type { Locator, Page } from '@playwright/test';

const HOUR = 3_600_000;
const PHONE = { width: 390, height: 844 };

/** A template of the shared account, which a test may change without touching another's. */
async function approved(house: House, name: string): Promise<void> {
  await house.sim.ask('template', {
    name,
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Good news' },
      { type: 'BODY', text: 'Hello {{1}}, your order *{{2}}* is packed.', example: { body_text: [['Ana', '4471']] } },
      { type: 'FOOTER', text: 'Harbour Coffee' },
      { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Thanks' }] },
    ],
    quiet: true,
  });
}

function picker(page: Page, name = 'Send a template'): Locator {
  return page.getByRole('dialog', { name });
}

/** Looks for a template until Meta has told of it. */
async function find(dialog: Locator, name: string): Promise<void> {
  const entry = dialog.getByRole('option').filter({ hasText: name });
  await dialog.getByRole('combobox', { name: 'Search templates' }).fill(name);
  await until(`the template ${name}`, 60_000, async () => {
    const ask = dialog.getByRole('button', { name: 'Ask Meta for the templates again' });
    if (await ask.isEnabled()) await ask.click();
    return (await entry.count()) > 0;
  });
}

test('outside the window a template is found, filled in and sent, by keyboard alone', async ({ home, page }) => {
  const { house } = home;
  const elif = customer('Elif Template');
  await approved(house, 'packed_by_key');
  await house.deliver(elif, 'I will be back next week.', new Date(Date.now() - 25 * HOUR));
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await seek(page, elif.name);
  await expect(composer(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Choose a template' }).click();
  const dialog = picker(page);
  await find(dialog, 'packed_by_key');
  await dialog.getByRole('combobox', { name: 'Search templates' }).press('Enter');

  // Her name stands there already; the preview follows what is typed, and takes no marks for more than they are.
  const first = dialog.getByLabel('{{1}}', { exact: true });
  await expect(first).toBeFocused();
  await expect(first).toHaveValue('Elif');
  const preview = dialog.getByRole('figure', { name: 'As the customer will see it' });
  await expect(preview).toContainText('Good news');
  await expect(preview).toContainText('Hello Elif, your order {{2}} is packed.');
  await page.keyboard.press('Enter');
  const second = dialog.getByLabel('{{2}}', { exact: true });
  await expect(second).toBeFocused();
  await expect(dialog.getByText('Fill this in.')).toBeVisible();
  await second.fill('A  \u202e<b>7</b> 👋    x');
  await expect(dialog.getByText(/Write it in one line/)).toBeVisible();
  await second.fill('<b>7</b> 👋');
  await expect(preview.locator('strong')).toHaveText('<b>7</b> 👋');
  await page.keyboard.press('Enter');

  await expect(dialog).toBeHidden();
  await tick(page, 'is packed.', 'Read');
  const sent = await until('the message at Meta', 10_000, async () =>
    (await house.sim.sent()).find((one) => one.to.includes(elif.digits)),
  );
  expect(sent).toBeTruthy();
  await page.reload();
  await expect(line(page, 'Hello Elif, your order')).toBeVisible();
});

test('a template that Meta pauses is said to be so in front of the reader, and cannot be sent', async ({ home, page }) => {
  const { house } = home;
  const omar = customer('Omar Template');
  await approved(house, 'paused_soon');
  await house.sim.say(omar, 'Hello?');
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await open(page, omar.name);
  // Within the window it stands beside what one writes.
  await page.getByRole('button', { name: 'Template', exact: true }).click();
  const dialog = picker(page);
  await find(dialog, 'paused_soon');
  await dialog.getByRole('option').filter({ hasText: 'paused_soon' }).click();
  await expect(dialog.getByRole('button', { name: 'Send', exact: true })).toBeEnabled();
  await house.sim.ask('template', { name: 'paused_soon', status: 'PAUSED' });
  await expect(dialog.getByText(/Meta has paused it/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
  // Escape goes back to the list, and from there out of it.
  await dialog.getByLabel('{{1}}', { exact: true }).press('Escape');
  await expect(dialog.getByRole('combobox', { name: 'Search templates' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a conversation is begun with a number that never wrote, on a phone', async ({ home, newContext }) => {
  const { house } = home;
  const nia = customer('Nia New');
  const page = await (await newContext({ viewport: PHONE })).newPage();
  await approved(house, 'first_word');
  await signIn(page, house, home.agent);
  await page.getByRole('button', { name: 'New conversation' }).click();
  const dialog = picker(page, 'New conversation');
  const number = dialog.getByLabel("Customer's WhatsApp number");
  await expect(number).toBeFocused();
  await number.fill(`0${nia.digits.slice(2)}`);
  await find(dialog, 'first_word');
  await dialog.getByRole('option').filter({ hasText: 'first_word' }).click();
  await dialog.getByLabel('{{1}}', { exact: true }).fill('Nia');
  await dialog.getByLabel('{{2}}', { exact: true }).fill('4471');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  // A number without its country is told at once, and nothing was sent.
  await expect(dialog.getByText(/Begin with \+ and the country code/)).toBeVisible();
  await expect(number).toBeFocused();
  await number.fill(`+${nia.digits}`);
  await dialog.getByRole('option').filter({ hasText: 'first_word' }).click();
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();

  await expect(page).toHaveURL(/\/inbox\/[0-9a-f-]{36}/);
  await tick(page, 'Hello Nia, your order', 'Read');
  // Their answer opens the window of the same conversation.
  await house.sim.say(nia, 'Thank you!');
  await expect(line(page, 'Thank you!')).toBeVisible();
  await expect(composer(page)).toBeVisible();
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await expect(row(page, nia.name)).toHaveCount(1);
});
