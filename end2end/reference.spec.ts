// The API's reference: every call is there, and its samples run as they are shown.

import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword } from './support/house.ts';
import { signIn } from './support/inbox.ts';

const run = promisify(execFile);

/** What a sample prints first is the status of the answer. */
const FINE = [200, 201, 202, 404, 409];

test('each sample in the reference runs as it is shown', async ({ home: { house }, page }) => {
  test.setTimeout(240_000);
  const owner = { name: 'Olga Owner', email: 'olga@reference.example', password: newPassword() };
  const workspace = await house.addWorkspace('House of samples', owner);
  await house.postern(['workspace', 'plan', '--workspace', workspace, '--plan', 'scale']);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/developers`);
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New API key' });
  await dialog.getByLabel('Name', { exact: true }).fill('Samples');
  for (const box of await dialog.getByRole('checkbox').all()) await box.check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = (await dialog.locator('.copyable-value').first().textContent()) ?? '';

  await page.goto(`${house.url}/developers`);
  const calls = page.locator('.reference-call');
  expect(await calls.count()).toBeGreaterThan(30);
  const folder = await mkdtemp(join(tmpdir(), 'postern-samples-'));
  const env = { ...process.env, POSTERN: house.url, KEY: key, FORCE_COLOR: '0' };
  const python = process.env.POSTERN_TEST_PYTHON;
  if (!python) throw new Error('POSTERN_TEST_PYTHON must name a Python that has requests: `cargo xtask test` does');
  const languages: [string, string, (file: string) => [string, string[]]][] = [
    ['curl', 'sh', (file) => ['sh', [file]]],
    ['python', 'py', (file) => [python, [file]]],
    ['typescript', 'mjs', (file) => [process.execPath, [file]]],
  ];
  for (const [mark, ending, program] of languages) {
    const samples = await calls.evaluateAll(
      (all, mark) => all.map((call) => [call.id, call.querySelector(`.sample-${mark}`)?.textContent ?? '']),
      mark,
    );
    for (const [id, text] of samples as [string, string][]) {
      const file = join(folder, `${id}.${ending}`);
      // What curl says of the status stands in its exit code alone: it is asked to print it.
      await writeFile(file, mark === 'curl' ? text.replace(/^curl /, "curl -sS -o /dev/null -w '%{http_code}' ") : text);
      const [command, args] = program(file);
      const { stdout } = await run(command, args, { env });
      const status = Number(/^\d+/.exec(stdout)?.[0]);
      // The log of tests is a test key's, and this one is live.
      const fine = id === 'test_messages_list' ? [403] : FINE;
      expect(fine, `${id} in ${mark}: ${stdout}`).toContain(status);
    }
  }
});

test('the language of the samples is chosen once for the whole page', async ({ home: { house }, page }) => {
  await page.goto(`${house.url}/developers`);
  const call = page.locator('#otp_create');
  await expect(call.locator('.sample-curl')).toBeVisible();
  await expect(call.locator('.sample-python')).toBeHidden();
  await page.getByText('Python', { exact: true }).click();
  await expect(call.locator('.sample-python')).toBeVisible();
  await expect(call.locator('.sample-curl')).toBeHidden();
  await expect(page.locator('#contacts_create .sample-python')).toBeVisible();
  await page.goto(`${house.url}/developers#window_closed`);
  await expect(page.locator('#window_closed')).toBeInViewport();
});

for (const [width, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the reference is clean on a ${width}, ${colorScheme}`, async ({ home: { house }, page }) => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.goto(`${house.url}/developers`);
      await expect(page.getByRole('heading', { name: 'Postern API' })).toBeVisible();
      await fits(page, `reference ${width}`);
      await clean(page, `reference ${width} ${colorScheme}`);
      const shots = process.env.POSTERN_TEST_SHOTS;
      if (shots) {
        await page.screenshot({ path: join(shots, `reference-${width}-${colorScheme}.png`) });
        await page.locator('#otp_create').scrollIntoViewIfNeeded();
        await page.goto(`${house.url}/developers#otp_create`);
        await page.screenshot({ path: join(shots, `reference-call-${width}-${colorScheme}.png`) });
      }
    });
  }
}
