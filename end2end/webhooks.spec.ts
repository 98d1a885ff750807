// The callers' platform as its admins see it: endpoints that hear of what happens, with what became of each delivery;
// one-time codes and their limits; the log of tests.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { House, newPassword, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';
import { until } from './support/until.ts';

const PRIVATE = { env: { POSTERN_PRIVATE_ENDPOINTS: 'true' } };
const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

interface Post {
  headers: IncomingHttpHeaders;
  body: string;
  answered: number;
}

/** Somebody's system: it takes what is posted, answers what it is told to, and remembers. */
class Receiver {
  readonly posts: Post[] = [];
  status = 204;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece) => (body += piece));
      request.on('end', () => {
        this.posts.push({ headers: request.headers, body, answered: this.status });
        response.writeHead(this.status, { 'content-type': 'text/plain', server: 'harbour-till' }).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((listens) => receiver.server.listen(0, '127.0.0.1', listens));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks/postern`;
  }

  async got(count: number): Promise<Post> {
    await until(`${count} posts`, 20_000, async () => this.posts.length >= count);
    return this.posts[count - 1];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

/** Standard Webhooks 1.0, written from its text: HMAC-SHA-256 of `id.timestamp.body`, base64, under the secret's bytes. */
function signs(secret: string, { headers, body }: Post): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(text).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.POSTERN_TEST_SHOTS) await page.screenshot({ path: `${process.env.POSTERN_TEST_SHOTS}/${name}.png` });
}

const toast = (page: Page, text: string | RegExp) => expect(page.getByRole('status').getByText(text).last()).toBeVisible();

/** Makes an endpoint by hand and gives its secret; one is on its page then. */
async function make(page: Page, url: string, description: string): Promise<string> {
  await page.getByRole('button', { name: 'New endpoint' }).click();
  const dialog = page.getByRole('dialog', { name: 'New endpoint' });
  await dialog.getByLabel('Address').fill(url);
  await dialog.getByLabel('Description').fill(description);
  await dialog.getByRole('button', { name: 'Make the endpoint' }).click();
  const shown = dialog.locator('.copyable-value');
  await expect(shown).toHaveText(/^whsec_[0-9A-Za-z+/]{43}=$/);
  const secret = (await shown.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 2, name: new URL(url).host })).toBeFocused();
  return secret;
}

test('an endpoint hears of what happens, and its log tells what became of each delivery', async ({ page, watch }) => {
  test.setTimeout(240_000);
  watch.allow(/^console: Failed to load resource: .* 4(09|22) /);
  const receiver = await Receiver.open();
  const house = await House.open(PRIVATE);
  try {
    const owner = person('Olga Owner', 'olga@hooks.example');
    const workspace = await house.addWorkspace('House of hooks', owner);
    const head = await house.signIn(owner, workspace);
    let people = 0;
    const happens = () => {
      people += 1;
      const form = { name: `Customer ${people}`, phone: `+49151${String(23456700 + people)}`, email: '', owner: null };
      return house.must('/api/contacts/create', { form }, head);
    };
    await signIn(page, house, owner);
    await page.goto(`${house.url}/settings/developers`);
    await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await expect(page).toHaveURL(/\?show=webhooks$/);
    await expect(page.getByText('No endpoint yet')).toBeVisible();

    // Made, with a mistake first; every kind is chosen unless somebody chooses.
    await page.getByRole('button', { name: 'New endpoint' }).click();
    const form = page.getByRole('dialog', { name: 'New endpoint' });
    for (const box of await form.getByRole('checkbox').all()) await expect(box).toBeChecked();
    await form.getByLabel('Address').fill('https://user:word@shop.example.com/');
    await form.getByRole('button', { name: 'Make the endpoint' }).click();
    await expect(form.getByText(/Leave user and password out/)).toBeVisible();
    await form.getByLabel('Address').fill(receiver.url);
    await form.getByRole('button', { name: 'Choose none' }).click();
    await form.getByRole('button', { name: 'Make the endpoint' }).click();
    await expect(form.getByText('Choose at least one kind of events.')).toBeVisible();
    await form.getByRole('button', { name: 'Cancel' }).click();
    const secret = await make(page, receiver.url, 'The till at the harbour');
    await expect(page).toHaveURL(/&endpoint=[0-9a-f-]{36}$/);
    expect(await page.content()).not.toContain(secret);
    await expect(page.getByText('Nothing was delivered yet.')).toBeVisible();

    // A test arrives, signed; the list renews itself.
    await page.getByRole('button', { name: 'Send a test' }).click();
    const first = await receiver.got(1);
    expect(JSON.parse(first.body)).toMatchObject({ type: 'postern.test' });
    expect(signs(secret, first)).toBe(true);
    expect(signs(secret, { ...first, body: first.body.replace('test', 'tent') })).toBe(false);
    const rows = page.getByRole('table', { name: 'Deliveries' }).locator('tbody').getByRole('row');
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText('Delivered');
    await expect(rows.first()).toContainText('204');
    await expect(rows.first()).toContainText(String(first.headers['webhook-id']));
    await rows.first().getByRole('link', { name: 'postern.test' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'postern.test' })).toBeFocused();
    await expect(page.getByText(/^HTTP 204/)).toContainText('server: harbour-till');
    const body = page.getByRole('region', { name: 'Body' }).or(page.locator('pre[aria-labelledby=hook-body]'));
    expect(JSON.parse((await body.textContent()) ?? '')).toEqual(JSON.parse(first.body));
    await page.goBack();
    await expect(page.getByRole('heading', { level: 2, name: 'Deliveries' })).toBeVisible();

    // What happens by itself arrives too; then the receiver breaks, and the log says so.
    await happens();
    const told = await receiver.got(2);
    expect(JSON.parse(told.body)).toMatchObject({ type: 'contact.changed' });
    expect(signs(secret, told)).toBe(true);
    receiver.status = 500;
    await page.getByRole('button', { name: 'Send a test' }).click();
    const broken = await receiver.got(3);
    await expect(rows.first()).toContainText('Waiting');
    await expect(rows.first()).toContainText('500: the endpoint did not take it');
    await expect(rows.first()).toContainText('Next try');
    await page.getByRole('link', { name: 'Waiting', exact: true }).click();
    await expect(page).toHaveURL(/&state=waiting$/);
    await expect(rows).toHaveCount(1);

    // Tried now, under the same id.
    receiver.status = 200;
    await rows.first().getByRole('link', { name: 'postern.test' }).click();
    await page.getByRole('button', { name: 'Try now' }).click();
    const again = await receiver.got(4);
    expect(again.headers['webhook-id']).toBe(broken.headers['webhook-id']);
    expect(signs(secret, again)).toBe(true);
    await expect(page.getByText('Attempt 2')).toBeVisible();
    await expect(page.locator('.session-marks')).toHaveText('Delivered');
    await page.getByRole('link', { name: new URL(receiver.url).host }).click();

    // Paused: what happens waits, and goes when it is resumed.
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByText(/A member paused it/)).toBeVisible();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await toast(page, /This endpoint is paused, and nothing goes there/);
    await happens();
    await expect(async () => {
      await page.getByRole('button', { name: 'Renew' }).click();
      await expect(page.getByText('1 waiting')).toBeVisible({ timeout: 1_000 });
    }).toPass();
    expect(receiver.posts).toHaveLength(4);
    await page.getByRole('button', { name: 'Resume' }).click();
    let asked = page.getByRole('dialog', { name: 'Resume the endpoint?' });
    await asked.getByRole('button', { name: 'Resume' }).click();
    await receiver.got(5);
    await expect(rows.first()).toContainText('Delivered');

    // Once more, and what waited is skipped.
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByText(/A member paused it/)).toBeVisible();
    await happens();
    await expect(async () => {
      await page.getByRole('button', { name: 'Renew' }).click();
      await expect(page.getByText('1 waiting')).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await page.getByRole('button', { name: 'Resume' }).click();
    asked = page.getByRole('dialog', { name: 'Resume the endpoint?' });
    await asked.getByRole('radio', { name: /^Skip them/ }).check();
    await asked.getByRole('button', { name: 'Resume' }).click();
    await expect(rows.first()).toContainText('Skipped');

    // Another secret: both sign for a day.
    await page.getByRole('button', { name: 'New secret' }).click();
    asked = page.getByRole('dialog', { name: 'Another signing secret?' });
    await asked.getByRole('button', { name: 'Make a new secret' }).click();
    const second = (await asked.locator('.copyable-value').textContent()) ?? '';
    expect(second).toMatch(/^whsec_/);
    expect(second).not.toBe(secret);
    await asked.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByText(/The one before it signs too/)).toBeVisible();
    await page.getByRole('button', { name: 'Send a test' }).click();
    const both = await receiver.got(6);
    expect([signs(secret, both), signs(second, both)]).toEqual([true, true]);
    // And another, which ends the one until now at once.
    await page.getByRole('button', { name: 'New secret' }).click();
    await asked.getByRole('radio', { name: /^It ends at once/ }).check();
    await asked.getByRole('button', { name: 'Make a new secret' }).click();
    const third = (await asked.locator('.copyable-value').textContent()) ?? '';
    await asked.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    const alone = await receiver.got(7);
    expect([secret, second, third].map((one) => signs(one, alone))).toEqual([false, false, true]);

    // Gone pauses it; resumed, all that failed goes again.
    receiver.status = 410;
    await page.getByRole('button', { name: 'Send a test' }).click();
    await receiver.got(8);
    await expect(page.getByText('Paused: it answered 410 Gone')).toBeVisible();
    await expect(rows.first()).toContainText('Failed');
    receiver.status = 200;
    await page.getByRole('button', { name: 'Resume' }).click();
    await toast(page, 'The endpoint is on again.');
    await page.getByRole('button', { name: 'Send all failed again' }).click();
    await toast(page, 'One delivery goes out once more.');
    await receiver.got(9);
    await expect(page.getByRole('button', { name: 'Send all failed again' })).toHaveCount(0);

    // A time goes again; one that ends before it begins is none.
    await page.getByRole('button', { name: 'Send a time again' }).click();
    asked = page.getByRole('dialog', { name: 'Send what happened in a time again' });
    await asked.getByLabel('From').fill('2001-01-02T00:00');
    await asked.getByLabel('Until, not included').fill('2001-01-01T00:00');
    await asked.getByRole('button', { name: 'Send again' }).click();
    await expect(asked.getByText('The end has to be later than the beginning.')).toBeVisible();
    await asked.getByLabel('Until, not included').fill('2001-01-03T00:00');
    await asked.getByRole('button', { name: 'Send again' }).click();
    await toast(page, 'There was nothing to send again.');

    // Changed, then deleted.
    await page.getByRole('button', { name: 'Change' }).click();
    asked = page.getByRole('dialog', { name: 'Change the endpoint' });
    await asked.getByRole('button', { name: 'Choose none' }).click();
    await asked.getByRole('checkbox', { name: /^task\.changed/ }).check();
    await asked.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('list', { name: 'Events' })).toHaveText('task.changed');
    await page.getByRole('button', { name: 'Delete' }).click();
    asked = page.getByRole('dialog', { name: 'Delete this endpoint?' });
    await expect(asked).toContainText(new URL(receiver.url).host);
    await asked.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No endpoint yet')).toBeVisible();
    await expect(page).toHaveURL(/\?show=webhooks$/);
  } finally {
    // Whoever still looks would miss the server.
    await page.goto('about:blank');
    await house.close();
    await receiver.close();
  }
});

test('limits of codes are saved, and what is wrong with them is said beside it', async ({ home: { house }, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 422 /);
  const owner = person('Olga Owner', 'olga.limits@hooks.example');
  await house.addWorkspace('House of limits', owner);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/developers?show=codes`);
  await expect(page.getByText('No code yet')).toBeVisible();
  await page.getByLabel('Whole number').fill('3456789');
  await page.getByRole('button', { name: 'Find' }).click();
  await expect(page.locator('#phone')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('All codes, in an hour').fill('none');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/Choose a number from 1 to 1,000,000/)).toBeVisible();
  await expect(page.locator('#workspace_hour')).toBeFocused();
  await page.getByLabel('All codes, in an hour').fill('40');
  await page.getByLabel('Only to these countries').fill('de, Atlantis');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/“ATLANTIS” is no country/)).toBeVisible();
  await page.getByLabel('Only to these countries').fill('de, at');
  await page.getByRole('button', { name: 'Save' }).click();
  await toast(page, /The limits are saved/);
  await page.reload();
  await expect(page.getByLabel('All codes, in an hour')).toHaveValue('40');
  await expect(page.getByLabel('Only to these countries')).toHaveValue('AT, DE');
});

test('a test key may have what reaches nobody, and the log of tests says what it is', async ({ home: { house }, page }) => {
  const owner = person('Olga Owner', 'olga.tests@hooks.example');
  await house.addWorkspace('House of tests', owner);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/developers?show=tests`);
  await expect(page.getByText('No test yet')).toBeVisible();
  await expect(page.getByText(/Nothing of it reached anybody/)).toBeVisible();
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New API key' });
  await dialog.getByLabel('Name', { exact: true }).fill('Trying it out');
  await dialog.getByRole('checkbox', { name: /^contacts:read/ }).check();
  await dialog.getByRole('checkbox', { name: /^messages:write/ }).check();
  await dialog.getByRole('radio', { name: /^Test key/ }).check();
  // What it may not is neither offered nor chosen any more.
  await expect(dialog.getByRole('checkbox', { name: /^contacts:read/ })).toHaveCount(0);
  await expect(dialog.getByRole('checkbox', { name: /^messages:write/ })).toBeChecked();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await expect(dialog.locator('.copyable-value').first()).toHaveText(/^pst_test_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const line = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Trying it out' }) });
  await expect(line.locator('.session-marks')).toContainText('Test');
  await expect(line.getByRole('list', { name: 'May' })).toHaveText('messages:write');
});

test('whoever is no admin sees none of it', async ({ home: { house, agent }, page }) => {
  await signIn(page, house, agent);
  for (const show of ['webhooks', 'codes', 'tests']) {
    await page.goto(`${house.url}/settings/developers?show=${show}`);
    await expect(page.getByText('Ask one of them when a system needs to come in.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Webhooks', exact: true })).toHaveCount(0);
  }
});

// As the server writes them; codes and tests come by the API alone, and this is how they look.
const CODES = [
  { state: 'verified', delivery: 'read', tries: 1 },
  { state: 'pending', delivery: 'failed', tries: 0, fault_code: 131026, fault: 'This number has no WhatsApp.' },
  { state: 'failed', delivery: 'delivered', tries: 3 },
  { state: 'expired', delivery: null, tries: 0, test: true, country: null },
].map((one, nth) => ({
  ...{ id: `0199a1b2-0000-7000-8000-00000000000${nth}`, purpose: 'sign-in', test: false, key: null, last_digits: '6789', country: 'DE' },
  ...{ channel: null, template: null, tries_left: 0, created_at: 1_790_000_000_000 - nth * 3_600_000, expires_at: 1_790_000_300_000 },
  ...{ ended_at: null, delivery_at: null, fault_code: null, fault: null, ...one },
}));
const TESTS = [
  { kind: 'otp', body: JSON.stringify({ code: '402913', id: CODES[0].id, purpose: 'sign-in' }) },
  { kind: 'message', body: JSON.stringify({ type: 'text', text: { body: 'مرحبا, your parcel is here 📦' } }) },
].map((one, nth) => ({
  ...one,
  ...{ id: `0199a1b2-0000-7000-8000-00000000001${nth}`, key: null, phone: '+4915123456789', at: 1_790_000_000_000 - nth * 60_000 },
}));

for (const [width, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  test(`each part is clean on a ${width}, light and dark`, async ({ page, watch }) => {
    test.setTimeout(240_000);
    watch.allow(/^console: Failed to load resource: .* 4(09|22) /);
    const receiver = await Receiver.open();
    const house = await House.open(PRIVATE);
    try {
      const owner = person('Olga Owner', 'olga@hooks.example');
      await house.addWorkspace('House of hooks', owner);
      await page.setViewportSize(viewport);
      await signIn(page, house, owner);
      const both = async (name: string) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await fits(page, `${name} ${width}`);
          await clean(page, `${name} ${width} ${colorScheme}`);
          await shot(page, `${name}-${width}-${colorScheme}`);
        }
      };
      const at = (show: string) => page.goto(`${house.url}/settings/developers?show=${show}`);
      await at('webhooks');
      await expect(page.getByText('No endpoint yet')).toBeVisible();
      await both('hooks-empty');
      await page.getByRole('button', { name: 'New endpoint' }).click();
      await both('hooks-form');
      await page.keyboard.press('Escape');
      await make(page, receiver.url, 'The till in the shop by the harbour, القاهرة 🏪, and whatever else stands in this long line');
      await page.getByRole('button', { name: 'Send a test' }).click();
      const rows = page.getByRole('table', { name: 'Deliveries' }).locator('tbody').getByRole('row');
      await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1);
      receiver.status = 500;
      await page.getByRole('button', { name: 'Send a test' }).click();
      await expect(rows.filter({ hasText: 'Waiting' }).filter({ hasText: '500' })).toHaveCount(1);
      await page.getByRole('button', { name: 'Close' }).first().click();
      await both('hooks-one');
      await page.getByRole('heading', { name: 'Deliveries' }).scrollIntoViewIfNeeded();
      await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
      await shot(page, `hooks-log-${width}`);
      await page.getByRole('button', { name: 'New secret' }).click();
      await both('hooks-rotate');
      await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click();
      await expect(page.getByRole('dialog').locator('.copyable-value')).toBeVisible();
      await both('hooks-secret');
      await page.keyboard.press('Escape');
      await rows.first().getByRole('link').click();
      await expect(page.getByText('Attempt 1')).toBeVisible();
      await both('hooks-delivery');
      await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
      await expect(page.getByRole('link', { name: /^Open the endpoint/ })).toBeVisible();
      await both('hooks-list');
      await at('codes');
      await expect(page.getByText('No code yet')).toBeVisible();
      await both('codes-empty');
      await page.route('**/api/codes/list', (route) => route.fulfill({ json: { codes: CODES, next: null } }));
      await page.getByRole('button', { name: 'Renew' }).click();
      await expect(page.getByText('This number has no WhatsApp. (131026)')).toBeVisible();
      await both('codes');
      await at('tests');
      await expect(page.getByText('No test yet')).toBeVisible();
      await both('tests-empty');
      await page.route('**/api/codes/tests', (route) => route.fulfill({ json: { messages: TESTS, next: null } }));
      await page.getByRole('button', { name: 'Renew' }).click();
      await expect(page.getByText('402913')).toBeVisible();
      await both('tests');
      await at('keys');
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByRole('radio', { name: /^Test key/ }).check();
      await both('key-test');
    } finally {
      await page.goto('about:blank');
      await house.close();
      await receiver.close();
    }
  });
}
