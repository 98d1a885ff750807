// The screens before anything has happened.

import { expect, test } from '../fixtures.ts';
import { atInbox, signOut, toSetUp } from '../support/inbox.ts';
import { shoot } from '../support/picture.ts';

test('an empty installation', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  await toSetUp(page, await house.setUpLink());
  await shoot(page, 'set-up', 'empty');
  await page.getByLabel('Workspace').fill('Harbour Coffee Roasters');
  await page.getByLabel('Your name').fill('Amal Haddad');
  await page.getByLabel('E-mail').fill('amal@harbour.example');
  await page.getByLabel('Password').fill('seven-tall-lamps-1');
  await shoot(page, 'set-up', 'filled');
  await page.getByRole('button', { name: 'Make the workspace' }).click();
  await atInbox(page);
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await shoot(page, 'inbox', 'no-number');

  await page.goto(`${house.url}/settings/channels`);
  await expect(page.getByText('No number is connected yet')).toBeVisible();
  await shoot(page, 'numbers', 'empty');
  await page.getByRole('main').getByRole('button', { name: 'Connect a number' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a number' });
  await shoot(page, 'connect', 'empty');
  await dialog.getByLabel('Name', { exact: true }).fill('Support');
  await dialog.getByLabel('Phone number ID').fill(house.number);
  await dialog.getByLabel('WhatsApp Business Account ID').fill(house.account);
  await dialog.getByLabel('Access token').fill('not-the-token');
  await dialog.getByRole('radio', { name: "This installation's app" }).check();
  await dialog.getByRole('button', { name: 'Connect a number' }).click();
  await expect(dialog.locator('.faulty, [role=alert]').first()).toBeVisible();
  await shoot(page, 'connect', 'refused');
  await dialog.getByLabel('Access token').fill(house.token);
  await dialog.getByRole('radio', { name: 'My own Meta app' }).check();
  await dialog.getByRole('textbox', { name: 'App secret' }).fill(house.appSecret);
  await dialog.getByRole('button', { name: 'Connect a number' }).click();
  const done = page.getByRole('dialog', { name: 'The number is connected' });
  await expect(done.getByText('Verify token', { exact: true })).toBeVisible();
  await shoot(page, 'connected', 'own-app');
  await done.getByRole('button', { name: 'I have copied both' }).click();

  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await expect(page.getByText('The inbox is empty')).toBeVisible();
  await shoot(page, 'inbox', 'empty');

  await page.setViewportSize({ width: 1440, height: 900 });
  await signOut(page);
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  await shoot(page, 'sign-in', 'empty');
  await page.getByLabel('E-mail').fill('amal@harbour.example');
  await page.getByLabel('Password').fill('not this one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('The address or the password is not right.')).toBeVisible();
  await shoot(page, 'sign-in', 'refused');
});
