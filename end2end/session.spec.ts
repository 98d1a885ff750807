// Sessions: tabs share them, no script and no page can read their secrets.

import type { BrowserContext } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { atInbox, customer, fillSignIn, row, signIn, signOut, toSignIn, view } from './support/inbox.ts';

test('two tabs that begin at once refresh one after the other, and both stay in', async ({ home, context, page }) => {
  await signIn(page, home.house, home.agent);
  const traffic = refreshes(context);
  const tabs = await Promise.all([context.newPage(), context.newPage(), context.newPage()]);
  await Promise.all(tabs.map((tab) => tab.goto(`${home.house.url}/inbox`)));
  for (const tab of tabs) await atInbox(tab);
  expect(traffic.most, 'refreshes under way at the same time').toBe(1);
  expect(traffic.statuses.every((status) => status === 200), traffic.statuses.join()).toBe(true);
  // A replay would have ended every session: all of them still renew.
  for (const tab of tabs) {
    await tab.reload();
    await atInbox(tab);
  }
});

test('signing out in one tab signs out the others', async ({ home, context, page }) => {
  await signIn(page, home.house, home.agent);
  const other = await context.newPage();
  // Signing out while a socket opens refuses its ticket, and Chromium writes a line about it: let it open first.
  const live = other.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
  await other.goto(`${home.house.url}/inbox`);
  await atInbox(other);
  await live;
  await signOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(other).toHaveURL(/\/sign-in/);
  await other.goto(`${home.house.url}/settings/channels`);
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  await expect(other.getByText('Harbour Coffee')).toHaveCount(0);
});

test('a sign-out that the server did not hear is told, renews nothing, and reaches it later', async ({ home, context, page, watch }) => {
  watch.allow(/^console: Failed to load resource: net::ERR_\w+ .*\/auth\/sign-out$/);
  await signIn(page, home.house, home.agent);
  const traffic = refreshes(context);
  await context.route('**/auth/sign-out', (route) => route.abort());
  await signOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
  const told = page.getByText('the server does not know it yet');
  await expect(told).toBeVisible();
  await page.goto(`${home.house.url}/inbox`);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(told).toBeVisible();
  expect(traffic.statuses, 'nothing was renewed').toEqual([]);
  await context.unroute('**/auth/sign-out');
  await expect(told).toHaveCount(0, { timeout: 15_000 });
  const kept = (await context.cookies()).filter((cookie) => cookie.name.includes('refresh'));
  expect(kept, 'the server took the cookie away').toEqual([]);
});

test('after signing in one comes back to where one was', async ({ home, page }) => {
  await page.goto(`${home.house.url}/settings/channels`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillSignIn(page, home.owner);
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();
});

test('no token is in storage, address, page or script-readable cookie', async ({ home, context, page }) => {
  const secrets = new Set<string>();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  context.on('response', async (answer) => {
    if (new URL(answer.url()).pathname.startsWith('/auth/') && answer.ok()) {
      const body = await answer.json().catch(() => undefined);
      const token = body?.token ?? body?.in?.token;
      if (token) secrets.add(token);
    }
  });
  const addresses: string[] = [];
  context.on('request', (request) => addresses.push(request.url()));
  await signIn(page, home.house, home.agent);
  await page.reload();
  await atInbox(page);
  await expect.poll(() => secrets.size).toBeGreaterThan(0);
  await expect.poll(() => sockets.length).toBeGreaterThan(0);

  const cookies = await context.cookies();
  const refresh = cookies.filter((cookie) => cookie.httpOnly);
  expect(refresh.length, 'the refresh token is a cookie').toBeGreaterThan(0);
  for (const cookie of cookies) {
    // One says that there is something to renew, and nothing else.
    const empty = cookie.value === '1';
    expect.soft(cookie.httpOnly, cookie.name).toBe(!empty);
    expect.soft(cookie.secure, cookie.name).toBe(true);
    expect.soft(cookie.sameSite, cookie.name).toBe('Strict');
    expect.soft(cookie.path, cookie.name).toBe('/');
    expect.soft(cookie.name).toMatch(/^__Host-/);
    if (!empty) secrets.add(cookie.value);
  }
  const readable = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches_ = await caches.keys();
    return JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, databases, caches_,
      document.documentElement.outerHTML,
    ]);
  });
  for (const secret of secrets) {
    expect(readable).not.toContain(secret);
    for (const address of [...addresses, ...sockets]) expect(address).not.toContain(secret);
  }
  expect(readable).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}\./);
});

test('a page without a session holds no data', async ({ home, page }) => {
  const answer = await page.request.get(`${home.house.url}/inbox`);
  const html = await answer.text();
  for (const known of ['Harbour Coffee', home.owner.email, home.owner.name]) expect(html).not.toContain(known);
  expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
  expect(answer.headers()['cache-control']).toContain('no-store');
});

test('a wrong password says so, keeps the address and signs nobody in', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d .*\/auth\/sign-in$/);
  await toSignIn(page, home.house);
  await fillSignIn(page, { ...home.manager, password: 'not this one' });
  await expect(page.getByText('The address or the password is not right.')).toBeVisible();
  await expect(page.getByLabel('E-mail')).toHaveValue(home.manager.email);
  await expect(page.getByLabel('Password')).toBeFocused();
  await fillSignIn(page, home.manager);
  await atInbox(page);
});

test('the switcher leads to one\'s other workspace, and nothing of one stays in the other', async ({ home, page }) => {
  const anna = customer('Anna Only-Here');
  await home.house.sim.say(anna, 'For the roastery alone.');
  await signIn(page, home.house, home.manager);
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Workspace and settings' }).click();
    await page.getByRole('button', { name }).click();
  };
  await choose('Harbour Coffee');
  await view(page, 'All');
  await expect(row(page, anna.name)).toBeVisible();
  await choose('Quiet Books');
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await expect(page.getByText(anna.name)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText('Connect your first number')).toBeVisible();
  await choose('Harbour Coffee');
  await view(page, 'All');
  await expect(row(page, anna.name)).toBeVisible();
});

/** Watches the refreshes of all tabs: how many ran at once, and what they were answered. */
function refreshes(context: BrowserContext): { most: number; statuses: number[] } {
  const seen = { most: 0, statuses: [] as number[] };
  let running = 0;
  const isOne = (url: string) => new URL(url).pathname === '/auth/refresh';
  context.on('request', (request) => {
    if (isOne(request.url())) seen.most = Math.max(seen.most, (running += 1));
  });
  context.on('requestfailed', (request) => {
    if (isOne(request.url())) running -= 1;
  });
  context.on('response', (answer) => {
    if (isOne(answer.url())) {
      running -= 1;
      seen.statuses.push(answer.status());
    }
  });
  return seen;
}
