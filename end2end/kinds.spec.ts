// What customers send beside text: each kind is shown as what it is, and can be used.

import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures.ts';
import { customer, line, open, reply, row, signIn, thread, tick, view } from './support/inbox.ts';
import { drawn, holding, send, tell } from './support/kinds.ts';

test('photos open large, one after the other', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Photo Petra');
  await send(house, who, { kind: 'image', caption: 'The *first* one' });
  await send(house, who, { kind: 'image', sample: 'png' });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await expect(row(page, who.name)).toContainText('Photo');
  await open(page, who.name);
  const photos = thread(page).getByRole('button', { name: /^Open the photo/ });
  await expect(photos).toHaveCount(2);
  await drawn(photos.first().locator('img'));
  await expect(thread(page).locator('.bubble-text strong')).toHaveText('first');

  await photos.first().click();
  const box = page.getByRole('dialog', { name: 'Photos and videos' });
  await drawn(box.locator('.lightbox-large'));
  await expect(box.getByText('1 of 2')).toBeVisible();
  await expect(box.getByText('The first one')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(box.getByText('2 of 2')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await expect(box.getByText('1 of 2')).toBeVisible();
  const kept = page.waitForEvent('download');
  await box.getByRole('button', { name: 'Download' }).click();
  await kept;
  await page.keyboard.press('Escape');
  await expect(box).toBeHidden();
  await expect(photos.first(), 'the focus is back where it was').toBeFocused();
});

test('a voice note plays, one at a time; a video has its controls', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Voice Viktor');
  await send(house, who, { kind: 'voice' });
  await send(house, who, { kind: 'audio' });
  await send(house, who, { kind: 'video', caption: 'Look' });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  const note = thread(page).getByRole('group', { name: 'Voice message' });
  const sound = thread(page).getByRole('group', { name: 'Audio' });
  await note.getByRole('button', { name: 'Play' }).click();
  await expect(note.getByRole('button', { name: 'Pause' })).toBeVisible();
  await sound.getByRole('button', { name: 'Play' }).click();
  await expect(sound.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(note.getByRole('button', { name: 'Play' }), 'the other one is silent').toBeVisible();
  await note.getByRole('button', { name: 'Speed: 1 times' }).click();
  await expect(note.getByRole('button', { name: 'Speed: 1.5 times' })).toBeVisible();
  await expect(sound.getByRole('button', { name: 'Play' }), 'it ends by itself').toBeVisible();

  await thread(page).getByRole('button', { name: 'Play the video: Look' }).click();
  const video = page.getByRole('dialog', { name: 'Photos and videos' }).locator('video');
  await expect(video).toBeVisible();
  await expect.poll(() => video.evaluate((shown: HTMLVideoElement) => shown.readyState)).toBeGreaterThan(0);
});

test('a document is saved under its name; what could not be fetched can be fetched again', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Paper Paula');
  await send(house, who, { kind: 'document', filename: 'Rechnung Nº 7 – März.pdf', caption: 'As promised' });
  await send(house, who, { kind: 'sticker' });
  await send(house, who, { kind: 'document', sample: 'exe', filename: 'invoice.pdf' });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  await expect(line(page, 'As promised')).toBeVisible();
  const kept = page.waitForEvent('download');
  await thread(page).getByRole('button', { name: /Rechnung Nº 7/ }).click();
  const file = await kept;
  expect(file.suggestedFilename()).toContain('Rechnung');
  expect(readFileSync(await file.path()).subarray(0, 5).toString()).toBe('%PDF-');
  await drawn(thread(page).locator('.sticker img'));
  await expect(line(page, 'This file is not kept.')).toBeVisible();
});

test('a reply leads to what it answers, a reaction comes and goes, a change and a deletion are seen at once', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Reply Rosa');
  const first = await send(house, who, { text: 'Do you have the Guatemala?' });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  await reply(page, 'We do, since this morning.');
  await tick(page, 'We do, since this morning.', 'Read');
  const [answer] = (await house.sim.sent()).filter((sent) => sent.text === 'We do, since this morning.');
  for (let n = 0; n < 12; n += 1) await send(house, who, { text: `A line in between, ${n}.\n\nAnd its second part.` });
  await send(house, who, { text: 'Then two bags of it', reply_to: answer.wamid });
  const quoting = line(page, 'Then two bags of it');
  await quoting.getByRole('button', { name: /We do, since this morning/ }).click();
  const answered = thread(page).locator('[data-message]').filter({ hasText: 'We do, since this morning.' }).first();
  await expect(answered).toBeInViewport();
  await expect(answered).toBeFocused();
  await send(house, who, { text: 'About something older', reply_to: 'wamid.bm90IGhlcmU=' });
  await expect(line(page, 'About something older').getByText('is not here')).toBeVisible();

  await send(house, who, { kind: 'reaction', message_id: answer.wamid, emoji: '👍' });
  await expect(answered.getByText(`${who.name} reacted 👍`)).toBeAttached();
  await expect(row(page, who.name)).toContainText('👍');
  await send(house, who, { kind: 'reaction', message_id: answer.wamid });
  await expect(answered.locator('.reaction')).toHaveCount(0);

  await send(house, who, { kind: 'edit', message_id: first, text: 'Do you have the Ethiopia?' });
  await expect(line(page, 'Do you have the Ethiopia?')).toContainText('Edited');
  await expect(thread(page).getByText('Do you have the Guatemala?', { exact: true })).toHaveCount(0);
  await send(house, who, { kind: 'revoke', message_id: first });
  await expect(thread(page).getByText('Deleted by the contact')).toBeVisible();
  await expect(thread(page).getByText('Do you have the Ethiopia?', { exact: true })).toHaveCount(0);
});

test('places, cards, choices, forms, carts, calls and what only the phone shows', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Many Mira');
  await send(house, who, { text: 'Hello', referral: true });
  await send(house, who, { kind: 'location', place: 'The old pier' });
  await send(house, who, { kind: 'contacts', contact: 'Jo Bakker', phone: '31612345678' });
  await send(house, who, { kind: 'list_reply', title: 'Tomorrow', description: 'Before noon' });
  await send(house, who, { kind: 'nfm_reply', response_json: { flow_token: 't', delivery_day: 'Friday' } });
  await send(house, who, { kind: 'order', item: 'ethiopia-250', quantity: 2, price: 12.5 });
  await send(house, who, { kind: 'unsupported', what: 'poll_creation' });
  await send(house, who, { text: 'Passed on', frequently_forwarded: true });
  await tell(house, who, 'calls', 'terminate');
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  await expect(thread(page).getByText('Came from an advertisement')).toBeVisible();
  const map = line(page, 'The old pier').getByRole('link', { name: 'Open in maps' });
  await expect(map).toHaveAttribute('href', /^https:\/\/www\.openstreetmap\.org\/\?mlat=[-\d.]+&mlon=[-\d.]+#map=16\/[-\d./]+$/);
  await expect(map).toHaveAttribute('rel', /noopener noreferrer/);
  await expect(line(page, 'Jo Bakker').getByRole('button', { name: /^Copy: / })).toBeVisible();
  await expect(line(page, 'Tomorrow')).toContainText('Before noon');
  await expect(line(page, 'Answered a form')).toContainText(/delivery day\s*Friday/);
  await expect(line(page, 'ethiopia-250')).toContainText(/Total\s*25\.00/);
  await expect(line(page, 'Only visible in WhatsApp on the phone')).toContainText('A poll');
  await expect(line(page, 'Passed on')).toContainText('Forwarded many times');
  await expect(thread(page).getByText('Incoming call')).toBeVisible();
  await expect(holding(page, '.call')).toContainText('0:42');
});

test('strange names and texts stay in their place', async ({ home, page }) => {
  const { house } = home;
  const who = customer('Strange Stas');
  const pile = 'Z' + '\u0310\u0336\u0322\u0317\u0301'.repeat(80);
  await send(house, who, { kind: 'document', filename: '../\u202egpj.<img src=x onerror=alert(1)>.pdf' });
  await send(house, who, { text: `${pile} *<b>not bold</b>* javascript:alert(1)` });
  await send(house, who, { kind: 'contacts', contact: '<script>alert(1)</script>\u202e', phone: null });
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await open(page, who.name);
  const text = line(page, 'not bold');
  await expect(text.locator('strong')).toHaveText('<b>not bold</b>');
  await expect(text.getByRole('link')).toHaveCount(0);
  await expect(thread(page).locator('.bubble script, .bubble b, .document img')).toHaveCount(0);
  await expect(line(page, '<script>alert(1)</script>')).toBeVisible();
});
