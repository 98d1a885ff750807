// Numbers: one with a Meta app of its own, end to end; and an admin who is told, wherever they are.

import { randomBytes } from 'node:crypto';
import { expect, test } from './fixtures.ts';
import { newPassword, type Person } from './support/house.ts';
import { atInbox, customer, line, open, reply, row, signIn, tick, view } from './support/inbox.ts';

test('a number with its own Meta app is connected through the page; messages come in and replies go out', async ({ fresh: house, page }) => {
  const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const own = { number: '206540352242922', account: '202290129340398', secret: randomBytes(16).toString('hex') };
  const token = `EAA${randomBytes(24).toString('hex')}`;
  await house.addWorkspace('Harbour Coffee', owner);
  await house.sim.number(own.account, token, own.number, '15550783882', 'Harbour Own');
  await signIn(page, house, owner);
  await page.getByRole('link', { name: 'Numbers' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Connect a number' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a number' });
  await dialog.getByLabel('Name', { exact: true }).fill('Own');
  await dialog.getByLabel('Phone number ID').fill(own.number);
  await dialog.getByLabel('WhatsApp Business Account ID').fill(own.account);
  await dialog.getByLabel('Access token').fill(token);
  await dialog.getByRole('radio', { name: 'My own Meta app' }).check();
  await dialog.getByRole('textbox', { name: 'App secret' }).fill(own.secret);
  await dialog.getByRole('button', { name: 'Connect a number' }).click();

  const done = page.getByRole('dialog', { name: 'The number is connected' });
  await expect(done.getByText('Verify token', { exact: true })).toBeVisible();
  const [callback, verify] = await done.locator('.copyable-value').allInnerTexts();
  expect(callback.startsWith(`${house.url}/webhooks/whatsapp/`)).toBe(true);
  expect(verify.length).toBeGreaterThan(10);
  await done.getByRole('button', { name: 'I have copied both' }).click();
  expect(await page.content(), 'the verify token is shown once').not.toContain(verify);
  expect(await page.content()).not.toContain(own.secret);

  // What one does in Meta's dashboard: its handshake, then the address with the app's secret.
  const path = new URL(callback).pathname;
  const asked = await fetch(`${house.url}${path}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${verify}`);
  expect([asked.status, await asked.text()]).toEqual([200, '4711']);
  await house.sim.hook(own.number, `http://127.0.0.1:${house.port}${path}`, own.secret);

  const finn = customer('Finn First');
  await house.sim.say(finn, 'Is this the new number?', own.number);
  await page.getByRole('link', { name: 'Inbox' }).click();
  await atInbox(page);
  await view(page, 'All');
  await expect(row(page, finn.name)).toContainText('Is this the new number?');
  await open(page, finn.name);
  await expect(line(page, 'Is this the new number?')).toBeVisible();
  await reply(page, 'It is!');
  await tick(page, 'It is!', 'Read');
  expect((await house.sim.sent()).map((sent) => sent.text)).toEqual(['It is!']);
});

test('an admin is told of a lost number wherever they are; others are not', async ({ home, page, newContext }) => {
  const { house } = home;
  const lars = customer('Lars Lost');
  await house.sim.say(lars, 'Anyone?');
  const admin = await (await newContext()).newPage();
  await signIn(admin, house, home.owner);
  const told = (page: typeof admin) => page.getByRole('link', { name: 'Numbers' }).getByText('A number is disconnected');
  await expect(told(admin)).toHaveCount(0);
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await open(page, lars.name);
  await house.sim.revoke(house.token);
  await reply(page, 'Here we are.');
  await tick(page, 'Here we are.', 'Not delivered');
  await expect(told(admin)).toBeAttached();
  await expect(told(page)).toHaveCount(0);

  await house.sim.restore(house.token);
  await house.addNumber(home.workspace, home.owner);
  await expect(told(admin)).toHaveCount(0);
  await line(page, 'Here we are.').getByRole('button', { name: 'Retry' }).click();
  await tick(page, 'Here we are.', 'Read');
});
