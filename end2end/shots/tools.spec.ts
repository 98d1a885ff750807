// What is sent beside text, the state of a number at WhatsApp, and the way of a message.

import { test, expect } from '../fixtures.ts';
import { customer, details, open, reply, signIn, tick, view } from '../support/inbox.ts';
import { send } from '../support/kinds.ts';
import { shoot } from '../support/picture.ts';
import { DESKTOP } from '../support/browser.ts';
import { until } from '../support/until.ts';

const HOUR = 3_600_000;

test('templates, forms and files to send', async ({ home, page }) => {
  const { house } = home;
  await house.sim.ask('template', {
    name: 'order_packed',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Good news' },
      { type: 'BODY', text: 'Hello {{1}}, your order *{{2}}* is packed.\nPick it up until six.', example: { body_text: [['Ana', '4471']] } },
      { type: 'FOOTER', text: 'Harbour Coffee' },
      { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Thanks' }, { type: 'URL', text: 'Track it', url: 'https://harbour.example/track' }] },
    ],
    quiet: true,
  });
  const late = customer('Elif Yıldırım');
  await house.deliver(late, 'I will be back next week.', new Date(Date.now() - 25 * HOUR));
  const soon = customer('Soon Sue');
  await house.deliver(soon, 'Can you tell me today?', new Date(Date.now() - 22.5 * HOUR));
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, late.name);
  await page.getByRole('button', { name: 'Choose a template' }).click();
  const picker = page.getByRole('dialog', { name: 'Send a template' });
  const entry = picker.getByRole('option').filter({ hasText: 'order_packed' });
  await until('the template', 60_000, async () => {
    const ask = picker.getByRole('button', { name: 'Ask Meta for the templates again' });
    if (await ask.isEnabled()) await ask.click();
    return (await entry.count()) > 0;
  });
  await shoot(page, 'templates', 'choose');
  await page.setViewportSize(DESKTOP);
  await picker.getByRole('combobox', { name: 'Search templates' }).fill('order_packed');
  await entry.first().click();
  await picker.getByLabel('{{2}}', { exact: true }).fill('4471');
  await shoot(page, 'templates', 'fill');
  await page.setViewportSize(DESKTOP);
  await page.keyboard.press('Escape');

  await page.goto(`${house.url}/inbox`);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await shoot(page, 'new-conversation', 'empty');
  await page.setViewportSize(DESKTOP);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Closing soon/ }).click();
  await expect(page.getByText('Soon Sue').first()).toBeVisible();
  await shoot(page, 'inbox', 'closing-soon');

  await page.setViewportSize(DESKTOP);
  const who = customer('Carla Composer');
  await send(house, who, { text: 'Do you have pictures of it?' });
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, who.name);
  await details(page, false);
  await page.getByRole('button', { name: 'Attach' }).click();
  await shoot(page, 'composer', 'attach');
  await page.setViewportSize(DESKTOP);
  await page.getByRole('button', { name: 'Buttons', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Buttons' });
  await form.getByLabel('Text', { exact: true }).fill('Shall we keep one for you?');
  await form.getByLabel('First button').fill('Yes, please');
  await shoot(page, 'composer', 'buttons');
  await page.setViewportSize(DESKTOP);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await shoot(page, 'composer', 'list');
  await page.setViewportSize(DESKTOP);
  await page.keyboard.press('Escape');
  await page.getByLabel('Document', { exact: true }).setInputFiles({
    name: 'Rechnung Nº 7 – März, mit allen Anlagen.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
  });
  await expect(page.getByRole('list', { name: 'Files to send' })).toBeVisible();
  const theirs = page.locator('[data-message]').filter({ hasText: 'pictures of it' }).first();
  await theirs.hover();
  await theirs.getByRole('button', { name: 'Actions for this message' }).click();
  await shoot(page, 'composer', 'actions');
  await page.setViewportSize(DESKTOP);
  await page.locator('.act-menu').getByRole('button', { name: 'Reply', exact: true }).click();
  await shoot(page, 'composer', 'answer-with-file');
});

test('a number at WhatsApp', async ({ home, page }) => {
  const { house } = home;
  await house.sim.ask('facts', { set: { quality_rating: 'YELLOW' } });
  await house.sim.ask('event', { field: 'account_review_update', value: { decision: 'APPROVED' } });
  await house.sim.ask('event', {
    field: 'account_alerts',
    value: { entity_type: 'BUSINESS', entity_id: 1, alert_severity: 'WARNING', alert_status: 'ACTIVE', alert_type: 'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED', alert_description: 'Not yet verified.' },
  });
  await signIn(page, house, home.owner);
  await page.getByRole('link', { name: 'Numbers' }).click();
  await page.getByRole('article').getByRole('link', { name: 'Health, profile, events' }).click();
  await expect(page.getByText('Medium').first()).toBeVisible();
  await shoot(page, 'number', 'health');
  for (const part of ['Alerts', 'Profile', 'Registration', 'Events']) {
    await page.setViewportSize(DESKTOP);
    await page.getByRole('link', { name: new RegExp(`^${part}`) }).click();
    if (part === 'Events') await page.locator('.event summary').first().click();
    await shoot(page, 'number', part.toLowerCase());
  }
});

test('the way of a message, and who a contact is', async ({ home, page }) => {
  const { house } = home;
  const wanda = customer('Wanda Way');
  const other = customer('Wanda Secondphone');
  await send(house, wanda, { text: 'Did you get this?' });
  await send(house, other, { text: 'And this?' });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, wanda.name);
  await reply(page, 'Here it is.');
  await tick(page, 'Here it is.', 'Read');
  await house.sim.fail({ error: 131026 }, 1);
  await reply(page, 'You will not get this.');
  await tick(page, 'You will not get this.', 'Not delivered');
  await details(page, true);
  await page.getByText('Merge with another contact…').click();
  await page.getByRole('searchbox', { name: 'Search name, username or number' }).fill('wanda');
  await expect(page.getByRole('button', { name: `Merge with ${other.name}` })).toBeVisible();
  await shoot(page, 'details', 'merge');
  await page.setViewportSize(DESKTOP);
  await page.goto(`${house.url}/settings/where`);
  await shoot(page, 'where', 'empty');
  await page.setViewportSize(DESKTOP);
  await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill(`+${wanda.digits}`);
  await page.keyboard.press('Enter');
  await expect(page.getByText('You will not get this.').first()).toBeVisible();
  await shoot(page, 'where', 'found');
});
