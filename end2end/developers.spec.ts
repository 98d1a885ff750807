// Keys for machines: made by admins, shown once, good for what was chosen, and void at once when they are revoked.

import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

async function furnish(house: House, name: string) {
  const owner = person('Olga Owner', `olga.${name}@keys.example`);
  const agent = person('Ana Agent', `ana.${name}@keys.example`);
  const workspace = await house.addWorkspace(`House of ${name}`, owner);
  await house.addMember(workspace, agent, 'agent');
  return { owner, agent };
}

const call = (house: House, key: string, path: string) =>
  fetch(`${house.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` } });

test('a key is made, shown once, does what it may, and nothing more once it is revoked', async ({ home: { house }, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 422 /);
  const { owner } = await furnish(house, 'keys');
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/developers`);
  await expect(page.getByText('There is no key yet.')).toBeVisible();
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New API key' });
  await dialog.getByLabel('Name', { exact: true }).fill('Web shop');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await expect(dialog.getByText('Choose what the key may do: one scope at least.')).toBeVisible();
  await dialog.getByRole('checkbox', { name: /^contacts:read/ }).check();
  await dialog.getByRole('checkbox', { name: /^messages:write/ }).check();
  await dialog.getByLabel('Only from these networks').fill('somewhere');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await expect(dialog.getByText(/^Write addresses or networks such as/)).toBeVisible();
  await dialog.getByLabel('Only from these networks').fill('127.0.0.0/8, ::1');
  await dialog.getByLabel('Good for').selectOption({ label: '30 days' });
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const shown = dialog.locator('.copyable-value').first();
  await expect(shown).toHaveText(/^pst_live_[0-9A-Za-z]{49}$/);
  const key = (await shown.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();

  const line = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Web shop' }) });
  await expect(line).toContainText(`${key.slice(0, 13)}…`);
  await expect(line).toContainText('Never used');
  await expect(line).toContainText('Only from 127.0.0.0/8, ::1/128');
  expect(await page.content()).not.toContain(key);

  expect((await call(house, key, 'contacts')).status).toBe(200);
  const lacking = await call(house, key, 'tasks');
  expect(lacking.status).toBe(403);
  expect(await lacking.json()).toMatchObject({ code: 'scope', status: 403 });
  await page.reload();
  await expect(line).toContainText(/Last used .* from /);

  await line.getByRole('button', { name: 'Revoke the key Web shop' }).click();
  const asked = page.getByRole('dialog', { name: 'Revoke this key?' });
  await expect(asked).toContainText('What uses it stops working.');
  await asked.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The key is revoked.')).toBeVisible();
  await expect(line).toContainText('Revoked');
  expect((await call(house, key, 'contacts')).status).toBe(401);
});

test('whoever is no admin makes no keys and learns who does', async ({ home: { house }, page }) => {
  const { agent } = await furnish(house, 'agents');
  await signIn(page, house, agent);
  await page.goto(`${house.url}/settings/developers`);
  await expect(page.getByText('Admins make API keys')).toBeVisible();
  await expect(page.getByRole('button', { name: 'New key' })).toHaveCount(0);
});

for (const [width, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the page and its form are clean on a ${width}, ${colorScheme}`, async ({ home: { house }, page }) => {
      const { owner } = await furnish(house, `${width}.${colorScheme}`);
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await signIn(page, house, owner);
      await page.goto(`${house.url}/settings/developers`);
      await page.getByRole('button', { name: 'New key' }).click();
      const dialog = page.getByRole('dialog', { name: 'New API key' });
      await dialog.getByLabel('Name', { exact: true }).fill('A till in the shop by the harbour');
      for (const box of await dialog.getByRole('checkbox').all()) await box.check();
      await fits(page, `key form ${width}`);
      await clean(page, `key form ${width} ${colorScheme}`);
      if (process.env.POSTERN_TEST_SHOTS) await page.screenshot({ path: `${process.env.POSTERN_TEST_SHOTS}/key-form-${width}-${colorScheme}.png` });
      await dialog.getByRole('button', { name: 'Make the key' }).click();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('heading', { name: 'A till in the shop by the harbour' })).toBeVisible();
      await fits(page, `keys ${width}`);
      await clean(page, `keys ${width} ${colorScheme}`);
      if (process.env.POSTERN_TEST_SHOTS) await page.screenshot({ path: `${process.env.POSTERN_TEST_SHOTS}/keys-${width}-${colorScheme}.png` });
    });
  }
}
