// The screens of a busy day: long names, Arabic, emoji, everything that can stand in a thread.

import { expect, test, type Furnished } from '../fixtures.ts';
import { DESKTOP } from '../support/browser.ts';
import { atInbox, composer, customer, details, detailsHere, line, open, reply, row, signIn, thread, tick, view } from '../support/inbox.ts';
import { shoot } from '../support/picture.ts';
import type { Customer } from '../support/sim.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR);

const layla = customer('ليلى عبد الرحمن الأنصاري');
const long = customer('Wolfeschlegelsteinhausenbergerdorff-Constantinopolitanische Gemüseimportgesellschaft');
const emoji = customer('🌿 Mia & the 🐝🐝🐝');
const noor = customer('Noor van der Berg');
const late = customer('Hiroshi Tanaka 田中');

test('a busy workspace', async ({ home, page, newContext, watch }) => {
  watch.allow(
    /^console: Failed to load resource: (.* 4\d\d |net::ERR_INTERNET_DISCONNECTED)/,
    /^console: WebSocket connection to .* failed/,
  );
  const { house } = home;
  await fill(home);
  await signIn(page, house, home.owner);
  await view(page, 'All');
  await expect(row(page, layla.name)).toBeVisible();
  await shoot(page, 'inbox', 'full');

  await talk(page, home, noor);
  await shoot(page, 'conversation', 'full');
  await details(page, true);
  await shoot(page, 'details', 'full', () => detailsHere(page, true));
  await page.keyboard.press('Escape');
  await details(page, false);
  await page.getByRole('button', { name: 'Note', exact: true }).click();
  await shoot(page, 'conversation', 'note');

  for (const [who, state] of [[layla, 'arabic'], [long, 'long-names'], [emoji, 'emoji'], [late, 'window-closed']] as const) {
    await list(page, house.url);
    await open(page, who.name);
    await expect(thread(page).locator('.bubble').first()).toBeVisible();
    await shoot(page, 'conversation', state);
  }

  await list(page, house.url);
  await open(page, emoji.name);
  const other = await (await newContext()).newPage();
  await signIn(other, house, home.agent);
  await view(other, 'All');
  await open(other, emoji.name);
  await composer(other).pressSequentially('One moment');
  await expect(page.getByText(/is replying…/)).toBeVisible();
  await shoot(page, 'conversation', 'colleague-replying');
  await other.close();

  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(page.getByText('This conversation is closed.')).toBeVisible();
  await shoot(page, 'conversation', 'closed');

  await list(page, house.url);
  await page.getByRole('searchbox', { name: 'Search name or number' }).fill('zzz');
  await expect(page.getByText('Nobody found')).toBeVisible();
  await shoot(page, 'inbox', 'nobody-found');

  await list(page, house.url);
  await page.keyboard.press('Control+k');
  await shoot(page, 'command-bar', 'open');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await shoot(page, 'shortcuts', 'open');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await shoot(page, 'menu', 'open');

  await list(page, house.url);
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await shoot(page, 'inbox', 'offline');
  await page.context().setOffline(false);

  await page.goto(`${house.url}/settings/channels`);
  await expect(page.getByRole('article').first()).toBeVisible();
  await shoot(page, 'numbers', 'full');
  await house.sim.revoke(house.token);
  await list(page, house.url);
  // Not Noor: her lane waits for the message whose fate is unknown.
  await open(page, layla.name);
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  await reply(page, 'One more thing.');
  await tick(page, 'One more thing.', 'Not delivered');
  await expect(page.getByText('This number is disconnected')).toBeVisible();
  await shoot(page, 'conversation', 'number-lost');
  await page.goto(`${house.url}/settings/channels`);
  await expect(page.getByText('Disconnected', { exact: true })).toBeVisible();
  await shoot(page, 'numbers', 'disconnected');
});

type Page = Parameters<typeof shoot>[0];

async function list(page: Page, url: string): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await page.goto(`${url}/inbox`);
  await atInbox(page);
  await view(page, 'All');
}

/** A thread with everything in it: days, groups, ticks, a failure, a note, other kinds. */
async function talk(page: Page, home: Furnished, who: Customer): Promise<void> {
  const { house } = home;
  await page.setViewportSize(DESKTOP);
  await house.deliver(who, 'Hi! I ordered two bags of the Guatemala last week, order #2210.', ago(49));
  await house.deliver(who, 'Has it left already?', ago(48.9));
  await house.deliver(who, 'Sorry to ask again. It would be a gift for Sunday 🎁', ago(20));
  await house.sim.say(who, 'And good morning!');
  await open(page, who.name);
  await details(page, false);
  await reply(page, 'Good morning Noor! It left yesterday with https://parcel.example/track/2210 and arrives tomorrow.');
  await tick(page, 'It left yesterday', 'Read');
  await house.sim.say(who, 'Wonderful, thank you so much!');
  await house.sim.sayKind(who, 'image', { caption: 'The last one, already empty', mime_type: 'image/jpeg', sha256: 'x', id: '1' });
  await house.sim.sayKind(who, 'location', { latitude: 52.1, longitude: 4.3, name: 'Front door' });
  await expect(line(page, 'The last one, already empty')).toBeVisible();
  await page.getByRole('button', { name: 'Note', exact: true }).click();
  const note = page.getByRole('textbox', { name: 'Write a note that only colleagues see…' });
  await note.fill('Regular since 2019. Give her the sample of the new roast.');
  await note.press('Enter');
  await expect(line(page, 'Regular since 2019')).toBeVisible();
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  await house.sim.fail({ error: 131042 }, 1);
  await reply(page, 'We put a sample of the new roast into the parcel.');
  await tick(page, 'We put a sample', 'Not delivered');
  await house.sim.fail('cut_before', 1);
  await reply(page, 'Enjoy your Sunday!');
  await tick(page, 'Enjoy your Sunday!', 'Unknown');
}

/** A list that scrolls, in all scripts, with windows of every length. */
async function fill(home: Furnished): Promise<void> {
  const { house } = home;
  await house.deliver(late, '先日はありがとうございました。', ago(30));
  const names = [
    'Ana Beltrán', 'Bilal Khan', 'Çağla Öztürk', 'Dmitri Волков', 'Eun-ji 김', 'Femi Adébáyọ̀', 'Giulia De Santis',
    'Håkon Ødegård', 'Ioana Ștefănescu', 'João Araújo', 'Kwame Mensah', 'Łucja Wąsik', 'Mehmet Yılmaz', 'Ngọc Trần',
    'Oluwaseun', 'Priya Raghunathan', 'Quentin d’Aubigné', 'Rania Saleh', 'Søren Kjær', 'Tomáš Dvořák',
  ];
  for (const [n, name] of names.entries()) {
    await house.deliver(customer(name), `Hello, I have a question about order #${1800 + n}.`, ago(23.9 - n));
  }
  await house.sim.say(long, 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikantenverzeichnis '.repeat(4));
  await house.sim.say(long, 'https://example.com/a/very/long/address/that/has/no/place/to/break/anywhere/at/all/really?and=more&and=more');
  await house.sim.say(emoji, '😍😍😍');
  await house.sim.say(emoji, 'Can you do a cake 🎂 with 👩🏽‍🍳👨‍👩‍👧‍👦🏳️‍🌈 on it?\n\nFor Saturday, please!');
  await house.sim.say(layla, 'السلام عليكم، هل المحمصة مفتوحة اليوم؟');
  await house.sim.say(layla, 'أريد كيلو من قهوة Guatemala رقم 2210 من فضلكم.');
}
