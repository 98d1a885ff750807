// All that an agent sends beside text, as Meta gets it.

import type { Page } from '@playwright/test';
import { expect, test, type Furnished } from './fixtures.ts';
import { composer, customer, line, open, row, signIn, thread, view } from './support/inbox.ts';
import { POINT } from './support/point.ts';
import type { Customer } from './support/sim.ts';

const PLAN = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

type Body = Record<string, unknown> & { type?: string };

/** What Meta got for a customer, oldest first. */
async function sentTo(home: Furnished, who: Customer): Promise<Body[]> {
  const answer = await fetch(`${home.house.sim.url}/_control/ledger`);
  const { sent } = (await answer.json()) as { sent: { to: string; body?: Body }[] };
  return sent.filter((each) => each.to.includes(who.digits)).map((each) => each.body ?? {});
}

/** Opens a conversation with somebody who has just written. */
async function atThread(home: Furnished, page: Page, name: string): Promise<Customer> {
  const who = customer(name);
  await home.house.sim.say(who, `Hello, here is ${name}.`);
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, name);
  await expect(page.getByRole('button', { name: 'Attach' })).toBeVisible();
  return who;
}

const tray = (page: Page) => page.getByRole('list', { name: 'Files to send' });
const actions = (page: Page) => page.locator('.act-menu');
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true });

async function menu(page: Page, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.getByRole('button', { name: what, exact: true }).click();
}

test('a picture with a caption is picked, another one pasted, and a document dropped', async ({ home, page }) => {
  const pia = await atThread(home, page, 'Pia Picture');
  await page.getByLabel('Photo or video').setInputFiles({ name: 'point.png', mimeType: 'image/png', buffer: POINT });
  await expect(tray(page).getByText('point.png')).toBeVisible();
  await composer(page).fill('Here it is.');
  await expect(send(page)).toBeEnabled();
  await composer(page).press('Enter');
  await expect(tray(page)).toBeHidden();
  await expect(composer(page)).toHaveValue('');

  // A paste and a drop, as a browser makes them.
  const give = (event: 'paste' | 'drop', name: string, type: string, data: string) =>
    page.evaluate(
      ({ event, name, type, data }) => {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, { type }));
        const target = document.querySelector('#composer') ?? document.body;
        target.dispatchEvent(
          event === 'paste'
            ? new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true })
            : new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      },
      { event, name, type, data },
    );
  await give('paste', 'pasted.png', 'image/png', POINT.toString('base64'));
  await expect(tray(page).getByText('pasted.png')).toBeVisible();
  await give('drop', 'plan.pdf', 'application/pdf', PLAN.toString('base64'));
  await expect(tray(page).getByText('plan.pdf')).toBeVisible();
  await expect(send(page)).toBeEnabled();
  await send(page).click();

  await expect.poll(async () => (await sentTo(home, pia)).map((body) => body.type)).toEqual(['image', 'image', 'document']);
  const [first, second, third] = await sentTo(home, pia);
  expect(first).toMatchObject({ image: { id: expect.any(String), caption: 'Here it is.' } });
  expect(second).not.toHaveProperty('image.caption');
  expect(third).toMatchObject({ document: { filename: 'plan.pdf' } });
});

test('a video, a sound and a sticker go out as what they are', async ({ home, page }) => {
  const vic = await atThread(home, page, 'Vic Video');
  const { sim } = home.house;
  // What a customer sent is at hand as a file.
  const sample = async (kind: string): Promise<Buffer> => {
    const said = await sim.ask('say', { from: vic.digits, name: vic.name, kind });
    const answer = await fetch(`${sim.url}/_control/media/${said?.media_id}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const sent = async (): Promise<unknown[]> => (await sentTo(home, vic)).map((body) => body.type);
  await page.getByLabel('Photo or video').setInputFiles({ name: 'clip.mp4', mimeType: 'video/mp4', buffer: await sample('video') });
  await expect(tray(page).getByText('clip.mp4')).toBeVisible();
  await expect(send(page)).toBeEnabled();
  await send(page).click();
  await expect.poll(sent).toEqual(['video']);
  await page.getByLabel('Document', { exact: true }).setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: await sample('audio') });
  await expect(tray(page).getByText('song.mp3')).toBeVisible();
  await expect(send(page)).toBeEnabled();
  await send(page).click();
  await expect.poll(sent).toEqual(['video', 'audio']);
  await page.getByLabel('Photo or video').setInputFiles({ name: 'smile.webp', mimeType: 'image/webp', buffer: await sample('sticker') });
  await expect(tray(page).getByText('smile.webp')).toBeVisible();
  await expect(send(page)).toBeEnabled();
  await send(page).click();
  await expect.poll(sent).toEqual(['video', 'audio', 'sticker']);
  await expect(thread(page).getByRole('group', { name: 'Audio' })).toHaveCount(2);
});

test('a file that WhatsApp does not take says why, and holds up nothing', async ({ home, page }) => {
  const fay = await atThread(home, page, 'Fay Refused');
  await page
    .getByLabel('Photo or video')
    .setInputFiles({ name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
  await expect(tray(page).getByRole('alert')).toContainText('WhatsApp does not take this kind of file');
  await expect(send(page)).toBeDisabled();
  await page.getByRole('button', { name: 'Remove drawing.svg' }).click();
  await expect(tray(page)).toBeHidden();
  await composer(page).fill('Words still go.');
  await composer(page).press('Enter');
  await expect.poll(async () => (await sentTo(home, fay)).length).toBe(1);
});

test('a place is sent by its degrees', async ({ home, page }) => {
  const lou = await atThread(home, page, 'Lou Location');
  await menu(page, 'Location');
  const dialog = page.getByRole('dialog', { name: 'Location' });
  await dialog.getByLabel('Latitude').fill('91');
  await dialog.getByLabel('Longitude').fill('13,25');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Latitude').fill('52.5');
  await dialog.getByLabel('Name (optional)').fill('The shop');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog).toBeHidden();
  await expect(line(page, 'The shop')).toBeVisible();
  await expect.poll(async () => await sentTo(home, lou)).toHaveLength(1);
  expect((await sentTo(home, lou))[0]).toMatchObject({ location: { latitude: 52.5, longitude: 13.25, name: 'The shop' } });
});

test('a message is answered with its quote, and reacted to', async ({ home, page }) => {
  const rio = await atThread(home, page, 'Rio Reply');
  const theirs = line(page, 'here is Rio Reply').first();
  await theirs.hover();
  await theirs.getByRole('button', { name: 'Actions for this message' }).click();
  await actions(page).getByRole('button', { name: 'Reply', exact: true }).click();
  await expect(page.getByText('Answering Rio Reply')).toBeVisible();
  await expect(composer(page)).toBeFocused();
  await composer(page).press('Escape');
  await expect(page.getByText('Answering Rio Reply')).toBeHidden();

  await theirs.getByRole('button', { name: 'Actions for this message' }).click();
  await actions(page).getByRole('button', { name: 'Reply', exact: true }).click();
  await composer(page).fill('Welcome!');
  await composer(page).press('Enter');
  await expect.poll(async () => (await sentTo(home, rio)).length).toBe(1);
  expect((await sentTo(home, rio))[0]).toHaveProperty('context.message_id');

  await theirs.getByRole('button', { name: 'Actions for this message' }).click();
  await page.getByRole('group', { name: 'React' }).getByRole('button', { name: '👍' }).click();
  await expect.poll(async () => (await sentTo(home, rio)).map((body) => body.type)).toEqual(['text', 'reaction']);
  await expect(thread(page).locator('[data-message]')).toHaveCount(2);
  await expect(row(page, rio.name)).toBeVisible();
});

test('buttons are written with their limits in sight', async ({ home, page }) => {
  const bea = await atThread(home, page, 'Bea Buttons');
  await composer(page).fill('Shall we?');
  await menu(page, 'Buttons');
  const dialog = page.getByRole('dialog', { name: 'Buttons' });
  await expect(dialog.getByLabel('Text', { exact: true })).toHaveValue('Shall we?');
  await dialog.getByLabel('First button').fill('This is far too long for it');
  await expect(dialog.getByRole('button', { name: 'Send' })).toBeDisabled();
  await dialog.getByLabel('First button').fill('Yes');
  await dialog.getByLabel('Second button').fill('No');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog).toBeHidden();
  await expect(composer(page)).toHaveValue('');
  await expect.poll(async () => (await sentTo(home, bea)).length).toBe(1);
  expect((await sentTo(home, bea))[0]).toMatchObject({
    interactive: { type: 'button', action: { buttons: [{ reply: { title: 'Yes' } }, { reply: { title: 'No' } }] } },
  });
});
