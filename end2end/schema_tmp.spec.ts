import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, test } from './fixtures.ts';
import { newPassword, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

test('schemathesis', async ({ home, page }) => {
  test.setTimeout(580_000);
  const { house } = home;
  await signIn(page, house, home.owner);
  await page.goto(`${house.url}/settings/developers`);
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New API key' });
  await dialog.getByLabel('Name', { exact: true }).fill('All');
  for (const box of await dialog.getByRole('checkbox').all()) await box.check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = (await dialog.locator('.copyable-value').first().textContent()) ?? '';
  await house.postern(['workspace', 'plan', '--workspace', home.workspace, '--plan', 'scale']);
  const out = await new Promise<string>((resolve) => {
    execFile('/tmp/sv/bin/schemathesis', ['run', `${house.url}/api/v1/openapi.json`, '-H', `Authorization: Bearer ${key}`, '--checks', 'all',
      '--rate-limit', '900/m', '--max-examples', '15', '--no-color', '--continue-on-failure'], { maxBuffer: 1 << 26, timeout: 420_000 }, (_e, so, se) => resolve(so + se));
  });
  writeFileSync('/tmp/schema.log', out);
});
