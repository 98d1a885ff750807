// The screens about clients, and the client's own: contacts, tasks, portal links and the portal.

import { expect, test } from '../fixtures.ts';
import { PHONE } from '../support/browser.ts';
import { newPassword, type House } from '../support/house.ts';
import { customer, signIn } from '../support/inbox.ts';
import { drawn } from '../support/kinds.ts';
import { shoot } from '../support/picture.ts';
import { POINT } from '../support/point.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

const layla = customer('ليلى عبد الرحمن الأنصاري');
const PEOPLE = [
  { name: 'Wolfeschlegelsteinhausenbergerdorff-Constantinopolitanische Gemüse GmbH', phone: '+4915123456701', email: 'a.rather.long.address@vegetables-of-the-world.example' },
  { name: '🌿 Mia & the 🐝🐝🐝', phone: '+4915123456702', email: '' },
  { name: 'Noor van der Berg', phone: '+31612345678', email: 'noor@berg.example' },
  { name: 'Hiroshi Tanaka 田中', phone: '', email: 'hiroshi@tanaka.example' },
];

/** A workspace with contacts, tasks and a shared task of the first of them. */
async function fill(house: House) {
  const owner = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee Roasters', owner);
  await house.addMember(workspace, { name: 'Bruno Castellanos', email: 'bruno@harbour.example', password: newPassword() }, 'agent');
  await house.addNumber(workspace, owner);
  const headers = await house.signIn(owner, workspace);
  const ask = (path: string, body: unknown) => house.must(`/api/${path}`, body, headers);
  await house.sim.say(layla, 'مرحبا، هل وصلت أوراقي؟');
  await house.sim.settled();
  const request = { view: 'all', state: 'open', search: '', after: null };
  const contact = await until('the conversation is there', 15_000, async () => {
    const { rows } = await ask('inbox/list', { request });
    return rows[0]?.contact.id as string | undefined;
  });
  const { members } = await ask('team/list', {});
  const [me] = members.filter((member: { name: string }) => member.name === owner.name);
  const labels: string[] = [];
  for (const [tone, name] of ['VIP', 'Wholesale', 'في الانتظار', 'Owes us the papers of last year'].entries()) {
    labels.push(await ask('labels/create', { name, tone }));
  }
  for (const [name, kind, choices] of [['Plan', 'choice', ['Free', 'Gold']], ['Seats', 'number', []], ['Customer since', 'date', []]] as const) {
    await ask('fields/create', { name, kind, choices });
  }
  const ids = [contact];
  for (const person of PEOPLE) {
    ids.push(await ask('contacts/create', { form: { ...person, owner: me?.id ?? null } }));
  }
  for (const [nth, id] of ids.entries()) {
    for (const label of labels.slice(0, nth)) await ask('contacts/label', { contact: id, label, on: true });
  }
  await ask('contacts/label', { contact, label: labels[0], on: true });
  await ask('contacts/note', { contact, body: 'Likes to be called after four.\nPays by bank transfer.' });
  const tasks: string[] = [];
  for (const [nth, [title, due]] of ([
    ['Papers for the residence permit', day(5)],
    ['Tax return of last year, with all that belongs to it and a title which goes on for longer than any line', day(-3)],
    ['عقد الإيجار', null],
    ['Call back', day(1)],
  ] as const).entries()) {
    const owner = nth === 2 ? null : (me?.id ?? null);
    const whom = nth < 2 ? contact : ids[nth];
    tasks.push(await ask('task/create', { task: { contact: whom, title, description: 'What we need from you, by and by.', due, owner, shared: nth < 2 } }));
  }
  const task = tasks[0] ?? '';
  for (const step of ['You bring your papers', 'We check them', 'We hand them in at the office']) await ask('task/items', { id: task, act: { add: step } });
  for (const name of ['A copy of your passport', 'Your contract of work, every page of it, signed by both sides']) await ask('task/ask', { id: task, name });
  await ask('task/comment', { id: task, text: 'We have begun. You need not do anything but bring the two papers.', internal: false });
  await ask('task/comment', { id: task, text: 'The office is closed on Friday.', internal: true });
  return { owner, ask, contact, task };
}

test('contacts and tasks', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { owner, contact, task } = await fill(house);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('link', { name: /Noor van der Berg/ })).toBeVisible();
  await shoot(page, 'contacts', 'full');
  await page.getByRole('searchbox').first().fill('nobody has this name');
  await expect(page.getByRole('link', { name: /Noor van der Berg/ })).toHaveCount(0);
  await shoot(page, 'contacts', 'nothing-found');
  await page.goto(`${house.url}/contacts`);
  await page.getByRole('button', { name: 'New contact' }).first().click();
  await expect(page.getByRole('dialog', { name: 'New contact' })).toBeVisible();
  await shoot(page, 'contact', 'new');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Labels and fields' }).click();
  const kit = page.getByRole('dialog', { name: 'Labels and fields' });
  await expect(kit.getByText('Customer since')).toBeVisible();
  await shoot(page, 'labels-and-fields', 'full');
  const middle = kit.getByRole('button', { name: 'Move down: Seats' });
  await shoot(page, 'labels-and-fields', 'order', () => middle.scrollIntoViewIfNeeded());
  await page.goto(`${house.url}/contacts/${contact}`);
  await expect(page.getByText('Likes to be called after four.').first()).toBeVisible();
  await shoot(page, 'contact', 'full');
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await shoot(page, 'contact', 'timeline', () => timeline.scrollIntoViewIfNeeded());
  const card = page.getByRole('region', { name: 'Portal links' });
  await card.getByRole('button', { name: 'New link' }).click();
  const dialog = page.getByRole('dialog', { name: 'New portal link' });
  await expect(dialog.getByLabel('Good for')).toBeFocused();
  await shoot(page, 'portal-link', 'new');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await expect(dialog.locator('code')).toHaveCount(2);
  await shoot(page, 'portal-link', 'made');
  await dialog.getByRole('button', { name: 'Show as QR code' }).click();
  const code = dialog.getByRole('img', { name: 'QR code of the portal link' });
  await drawn(code);
  await shoot(page, 'portal-link', 'code', () => code.scrollIntoViewIfNeeded());
  await page.keyboard.press('Escape');
  await page.reload();
  await shoot(page, 'portal-link', 'listed', () => card.scrollIntoViewIfNeeded());

  await page.goto(`${house.url}/tasks`);
  await expect(page.getByRole('link', { name: /Call back/ })).toBeVisible();
  await shoot(page, 'tasks', 'full');
  await page.getByRole('navigation', { name: 'Lists of tasks' }).getByRole('link', { name: 'Done' }).click();
  await expect(page.getByRole('link', { name: /Call back/ })).toHaveCount(0);
  await shoot(page, 'tasks', 'none-done');
  await page.goto(`${house.url}/tasks/${task}`);
  await expect(page.getByText('The office is closed on Friday.')).toBeVisible();
  await shoot(page, 'task', 'full');
  const comments = page.getByRole('region', { name: 'Comments' });
  await shoot(page, 'task', 'comments', () => comments.scrollIntoViewIfNeeded());
});

test('nothing there yet', async ({ fresh: house, page }) => {
  const owner = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  await house.addWorkspace('Harbour Coffee', owner);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('heading', { name: 'Nobody is here yet' })).toBeVisible();
  await shoot(page, 'contacts', 'empty');
  await page.goto(`${house.url}/tasks`);
  await expect(page.getByRole('heading', { name: 'Nothing to do' })).toBeVisible();
  await shoot(page, 'tasks', 'empty');
});

test('the portal', async ({ fresh: house, newContext, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { ask, contact } = await fill(house);
  const link = await ask('links/make', { contact, form: { days: 7 } });
  const client = await (await newContext({ viewport: PHONE, isMobile: true, hasTouch: true })).newPage();
  await client.goto(link.address);
  await expect(client.getByLabel('PIN')).toBeVisible();
  await shoot(client, 'portal', 'pin');
  await client.getByLabel('PIN').fill('000000');
  await client.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(client.getByRole('alert')).toBeVisible();
  await client.getByText('Lost your PIN?').click();
  await shoot(client, 'portal', 'pin-wrong');
  await client.getByLabel('PIN').fill(link.pin);
  await client.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(client.getByRole('heading', { level: 1, name: /^Hello/ })).toBeVisible();
  await shoot(client, 'portal', 'home');
  await client.getByRole('link', { name: 'Papers for the residence permit' }).click();
  await expect(client.getByText('0 of 3 done')).toBeVisible();
  await shoot(client, 'portal', 'task');
  const asked = client.getByRole('listitem').filter({ hasText: 'Asked of you' }).first();
  await asked.getByLabel(/^Choose a file/).setInputFiles({ name: 'passport.png', mimeType: 'image/png', buffer: POINT });
  await asked.getByRole('button', { name: 'Send' }).click();
  await expect(client.getByText('Your document has arrived.')).toBeVisible();
  await client.getByLabel('Your comment').fill('هذا جواز سفري، شكراً لكم 🌿');
  await client.getByRole('button', { name: 'Send' }).last().click();
  await expect(client.getByRole('listitem').filter({ hasText: 'هذا جواز سفري' })).toBeVisible();
  await client.getByLabel('Your comment').scrollIntoViewIfNeeded();
  await shoot(client, 'portal', 'answered');
  await ask('links/revoke', { id: link.id });
  await expect(client.getByRole('heading', { name: 'This visit has ended' })).toBeVisible();
  await shoot(client, 'portal', 'ended');
});
