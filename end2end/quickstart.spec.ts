// The quick start of the API as its document has it, word for word: from a key that an admin makes to a code that is verified.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from './fixtures.ts';
import { newPassword } from './support/house.ts';
import { signIn } from './support/inbox.ts';

const run = promisify(execFile);

/** The commands of a chapter, in their order. */
async function commands(chapter: string): Promise<string[]> {
  const text = await readFile(new URL('../docs/API.md', import.meta.url), 'utf8');
  const [, after] = text.split(`\n## ${chapter}\n`);
  const [within] = after.split('\n## ');
  return [...within.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, block]) => block);
}

test('the quick start leads from a key to a verified code', async ({ home: { house }, page }) => {
  const owner = { name: 'Olga Owner', email: 'olga@quickstart.example', password: newPassword() };
  await house.addWorkspace('House of beginners', owner);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/developers`);
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New API key' });
  await dialog.getByLabel('Name', { exact: true }).fill('Sign-in');
  await dialog.getByRole('radio', { name: /^Test key/ }).check();
  await dialog.getByRole('checkbox', { name: /^otp:write/ }).check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = (await dialog.locator('.copyable-value').first().textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();

  const [given, ...steps] = await commands('From a key to a verified code');
  expect(given).toMatch(/^ *export POSTERN=https:\S+\n *export KEY=pst_test_…\n$/);
  expect(steps).toHaveLength(3);
  // The address and the key are this house's; all else is as it stands there.
  const began = Date.now();
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', steps.join('\n')], {
    env: { ...process.env, POSTERN: house.url, KEY: key },
  });
  expect(stdout).toBe('{"verified":true,"verdict":"verified","tries_left":2}');
  expect(Date.now() - began, 'minutes are for reading').toBeLessThan(60_000);
});
