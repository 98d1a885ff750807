// A thread with every kind in it.

import { test, expect } from '../fixtures.ts';
import { composer, customer, details, open, signIn, thread, tick, view } from '../support/inbox.ts';
import { drawn, send, tell } from '../support/kinds.ts';
import { shoot } from '../support/picture.ts';
import { DESKTOP } from '../support/browser.ts';

test('a thread with every kind', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { house } = home;
  const who = customer('Noor Kloosterman');
  await send(house, who, { text: 'Hi! I saw your advertisement.', referral: true });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  await details(page, false);
  await composer(page).fill('*Welcome!* We roast _every_ Tuesday:\n- Guatemala\n- Ethiopia\n> until six');
  await composer(page).press('Enter');
  await tick(page, 'We roast', 'Read');
  const answer = (await house.sim.sent()).at(-1)?.wamid;
  await send(house, who, { text: 'Lovely, see you then', reply_to: answer });
  await send(house, who, { kind: 'reaction', message_id: answer, emoji: '❤️' });
  await send(house, who, { text: 'Read this before you come, it is about the parking.', forwarded: true });
  await shot(page, 'text', async () => expect(thread(page).locator('.reaction')).toBeVisible());

  const media = customer('Mia Okafor');
  await send(house, media, { kind: 'image', caption: 'The last bag, already empty' });
  await send(house, media, { kind: 'image', sample: 'png' });
  await send(house, media, { kind: 'voice' });
  await send(house, media, { kind: 'video' });
  await send(house, media, { kind: 'sticker' });
  await to(page, house.url, media.name);
  await shot(page, 'media', () => drawn(thread(page).locator('.sticker img')));
  await page.setViewportSize(DESKTOP);
  await thread(page).getByRole('button', { name: /^Open the photo/ }).first().click();
  await drawn(page.locator('.lightbox-large'));
  await shoot(page, 'lightbox', 'photo');
  await page.keyboard.press('Escape');

  const files = customer('Tomáš Dvořák');
  await send(house, files, { kind: 'document', filename: 'Rechnung Nº 7 – März, mit allen Anlagen und einem langen Namen.pdf', caption: 'As promised' });
  await send(house, files, { kind: 'document', sample: 'exe', filename: 'invoice.pdf' });
  await send(house, files, { kind: 'image', quirk: 'gone', caption: 'From the fair' });
  await send(house, files, { kind: 'image', quirk: { slow: 120_000 } });
  await send(house, files, { kind: 'audio' });
  await to(page, house.url, files.name);
  await shot(page, 'files', async () => expect(thread(page).getByText('This file is not kept.')).toBeVisible());

  const cards = customer('ليلى عبد الرحمن الأنصاري');
  await send(house, cards, { kind: 'location', place: 'المرفأ القديم', address: 'شارع البحر ١٢' });
  await send(house, cards, { kind: 'contacts', contact: 'Jo Bakker', phone: '31612345678' });
  await send(house, cards, { kind: 'list_reply', title: 'Tomorrow', description: 'Before noon' });
  await send(house, cards, { kind: 'nfm_reply', response_json: { flow_token: 't', delivery_day: 'Friday', gift_note: 'With love 🎁' } });
  await send(house, cards, { kind: 'order', item: 'ethiopia-250', quantity: 2, price: 12.5, text: 'For Friday' });
  await to(page, house.url, cards.name);
  await shot(page, 'cards', async () => expect(thread(page).getByText('Total')).toBeVisible());

  const other = customer('Hiroshi Tanaka 田中');
  const first = await send(house, other, { text: 'At five' });
  await send(house, other, { kind: 'edit', message_id: first, text: 'At six' });
  const second = await send(house, other, { text: 'Wrong chat' });
  await send(house, other, { kind: 'revoke', message_id: second });
  await send(house, other, { text: 'Is it still there?', reply_to: 'wamid.bm90IGhlcmU=' });
  await send(house, other, { kind: 'unsupported', what: 'poll_creation' });
  await tell(house, other, 'calls', 'terminate');
  await send(house, other, { kind: 'text', text: 'Written on the phone', echo: true });
  await send(house, other, { kind: 'number_changed', to: '819012345678' });
  await send(house, other, { kind: 'hologram' });
  await to(page, house.url, other.name);
  await shot(page, 'other', async () => expect(thread(page).locator('.call')).toBeVisible());
});

type Page = Parameters<typeof shoot>[0];

async function to(page: Page, url: string, name: string): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await page.goto(`${url}/inbox`);
  await view(page, 'All');
  await open(page, name);
  await details(page, false);
}

async function shot(page: Page, state: string, ready: () => Promise<unknown>): Promise<void> {
  await ready();
  await shoot(page, 'kinds', state);
}
