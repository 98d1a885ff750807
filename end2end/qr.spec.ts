// QR codes: each kind filled in, seen, taken along; what is wrong is said beside it. That the pictures are read by others as
// what they say is tested in `domain/src/qr/tests`.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import type { House } from './support/house.ts';
import { customer, details, open, signIn, view } from './support/inbox.ts';

const picture = (page: Page) => page.getByRole('img', { name: 'QR code of what you filled in' });
const code = (page: Page) => page.getByRole('region', { name: 'Code' });
const inside = (page: Page) => code(page).locator('pre');
const kind = (page: Page, label: string) => page.getByLabel('Kind').selectOption({ label });

async function toCodes(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/qr`);
  await expect(page.getByRole('heading', { level: 1, name: 'QR codes' })).toBeVisible();
}

/** What stands in the code that is shown, once it is that. */
async function says(page: Page, text: string | RegExp): Promise<void> {
  await expect(inside(page)).toHaveText(text);
  await expect(code(page).getByRole('status')).toHaveText('The code is ready.');
  await expect(picture(page)).toBeVisible();
  const wide = await picture(page).evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(wide).toBeGreaterThan(0);
}

/** A file as it is saved. */
async function saved(page: Page, name: 'Download SVG' | 'Download PNG'): Promise<{ called: string; bytes: Buffer }> {
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name }).click();
  const file = await coming;
  return { called: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** What is not whole yet is refused, and the browser says so. */
const REFUSED = /^console: Failed to load resource: .* 422 .*\/api\/qr\/draw$/;

test('each kind of code is seen while it is filled in, and taken along as a picture', async ({ home: { house, agent }, page, watch }) => {
  watch.allow(REFUSED);
  await page.setViewportSize(DESKTOP);
  await signIn(page, house, agent);
  await page.goto(`${house.url}/contacts`);
  await page.getByRole('link', { name: 'QR codes' }).click();
  await expect(page).toHaveURL(/\/qr$/);

  // A chat with the first number is there at once.
  await says(page, /^https:\/\/wa\.me\/\d+$/);
  await page.getByLabel('Message that is there already').fill('Hello & welcome');
  await says(page, /^https:\/\/wa\.me\/\d+\?text=Hello%20%26%20welcome$/);
  await clean(page, 'QR code of a chat');

  await kind(page, 'Phone number');
  await expect(picture(page)).toHaveCount(0);
  await expect(code(page).getByRole('status')).toHaveText('Fill in the form: the code appears here.');
  await page.getByLabel('Phone', { exact: true }).fill('+49 (0)1512 3456789');
  await says(page, 'tel:+4915123456789');

  await kind(page, 'Web page');
  await page.getByLabel('Address', { exact: true }).fill('example.com/a b');
  await says(page, 'https://example.com/a%20b');

  await kind(page, 'Wi-Fi');
  await page.getByLabel('Name of the network').fill('Harbour; guests');
  await page.getByLabel('Password').fill('a:quiet "harbour"');
  await says(page, 'WIFI:T:WPA;S:Harbour\\; guests;P:a\\:quiet \\"harbour\\";;');

  await kind(page, 'Event for a calendar');
  await page.getByLabel('What', { exact: true }).fill('Dinner, late');
  await page.getByLabel('Starts').fill('2031-01-31T19:00');
  await page.getByLabel('Ends').fill('2031-01-31T22:30');
  await says(page, /BEGIN:VEVENT[\s\S]*SUMMARY:Dinner\\, late/);

  // Nothing of what was typed for another kind, a password least of all, stands in a card.
  await kind(page, 'Contact card');
  for (const box of await page.getByRole('form', { name: 'What stands in it' }).getByRole('textbox').all()) await expect(box).toHaveValue('');
  await page.getByLabel('Name', { exact: true }).fill('Ana; García');
  await says(page, /FN:Ana\\; García/);

  const svg = await saved(page, 'Download SVG');
  expect(svg.called).toBe('qr-code.svg');
  expect(svg.bytes.toString()).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="512"/);
  const png = await saved(page, 'Download PNG');
  expect(png.called).toBe('qr-code.png');
  expect([...png.bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

  await page.getByText('How it looks').click();
  await page.getByLabel('Size').selectOption({ label: '1024 pixels' });
  await page.getByLabel('Error correction').selectOption({ label: 'Highest (30 %)' });
  await expect(picture(page)).toHaveAttribute('src', /width%3D%221024%22/);
  expect((await saved(page, 'Download SVG')).bytes.toString()).toContain('width="1024"');
  await clean(page, 'QR code of a card');
  await page.setViewportSize(PHONE);
  await fits(page, 'QR code of a card');
});

test('what cannot stand in a code is said beside it, and no older code is left in its place', async ({ home: { house, agent }, page, watch }) => {
  watch.allow(REFUSED);
  await signIn(page, house, agent);
  await toCodes(page, house);
  await kind(page, 'Web page');
  await page.getByLabel('Address', { exact: true }).fill('https://example.com');
  await says(page, 'https://example.com/');
  await page.getByLabel('Address', { exact: true }).fill('javascript:alert(1)');
  await expect(page.getByText('This is no address of a page.')).toBeVisible();
  await expect(picture(page)).toHaveCount(0);
  await expect(page.getByLabel('Address', { exact: true })).toHaveAttribute('aria-invalid', 'true');

  await kind(page, 'Contact card');
  await page.getByLabel('Note').fill('No name yet');
  await expect(page.getByText('A card needs a name.')).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Ana');
  await says(page, /FN:Ana/);
  // All of it, at the highest correction, is more than fits.
  await page.getByLabel('Note').fill('日'.repeat(480));
  await page.getByText('How it looks').click();
  await page.getByLabel('Error correction').selectOption({ label: 'Highest (30 %)' });
  await expect(code(page).getByRole('alert')).toContainText('This does not fit into a code');
  await page.getByLabel('Note').fill('');
  await says(page, /FN:Ana/);

  // Colours that no camera tells apart.
  await page.getByLabel('Colour').fill('#dddddd');
  await expect(page.getByText('A phone would not read these colours.')).toBeVisible();
  await expect(picture(page)).toHaveCount(0);
  await clean(page, 'QR code, not drawn');
});

test('a contact has a card, and a portal link a code, that name what they are of', async ({ home: { house, agent }, page }) => {
  const who = customer('Quirin Quick');
  await house.sim.say(who, 'Do you have a card?');
  await page.setViewportSize(DESKTOP);
  await signIn(page, house, agent);
  await view(page, 'All');
  await open(page, who.name);
  await details(page, true);
  await page.getByRole('complementary', { name: 'Details' }).getByRole('link', { name: 'Portal link' }).click();
  await expect(page).toHaveURL(/\/contacts\/[0-9a-f-]+#portal$/);

  await page.getByRole('button', { name: 'New link' }).click();
  const dialog = page.getByRole('dialog', { name: 'New portal link' });
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/qr/draw'));
  await dialog.getByRole('button', { name: 'Show as QR code' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the portal link' })).toBeVisible();
  // The address went in a body.
  expect((await asked).method()).toBe('POST');
  expect((await asked).url()).not.toContain('/p/');
  await clean(page, 'portal link as a code');
  await page.setViewportSize(PHONE);
  await fits(page, 'portal link as a code');
  await page.setViewportSize(DESKTOP);
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: 'QR code', exact: true }).click();
  await expect(page.getByLabel('Kind')).toHaveValue('card');
  await says(page, new RegExp(`FN:${who.name}[\\s\\S]*TEL;TYPE=cell:\\+\\d+`));
});
