// Away and back: an hour offline, a line that died without a word, a server that does not answer, a phone's own Back.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { PHONE } from './support/browser.ts';
import { atInbox, composer, customer, line, open, reply, row, signIn, tick, view } from './support/inbox.ts';

declare global {
  interface Window {
    stayed?: boolean;
  }
}

/** Holds as long as the page is not loaded anew. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => {
    window.stayed = true;
  });
  return () => page.evaluate(() => window.stayed === true);
}

test('after an hour away the page catches up without a reload, and goes on', async ({ home, page, watch }) => {
  watch.allow(
    /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED/,
    /^console: WebSocket connection to .* failed/,
    // A part that is fetched before anybody asks for it, and again when somebody does.
    /^console: TypeError: Failed to fetch\s+at .*__wasm_split/,
  );
  const hana = customer('Hana Hour');
  await home.house.sim.say(hana, 'Before lunch.');
  await page.clock.install();
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, hana.name);
  const stayed = await mark(page);
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  for (const text of ['During lunch.', 'Still lunch.']) await home.house.sim.say(hana, text);
  await page.clock.fastForward('01:00:00');
  await page.context().setOffline(false);
  for (const text of ['During lunch.', 'Still lunch.']) await expect(line(page, text)).toHaveCount(1);
  await expect(page.getByText('You are offline.')).toBeHidden();
  await reply(page, 'Here we are again.');
  await tick(page, 'Here we are again.', 'Read');
  expect(await stayed()).toBe(true);
});

test('a line that died without a word is noticed, and opened again', async ({ home, page }) => {
  const dora = customer('Dora Dead-Line');
  let sockets = 0;
  let deaf = 0;
  await page.routeWebSocket(/\/live$/, (socket) => {
    sockets += 1;
    const mine = sockets;
    const server = socket.connectToServer();
    socket.onMessage((text) => server.send(text));
    server.onMessage((text) => {
      if (mine > deaf) socket.send(text);
    });
  });
  await page.clock.install();
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await home.house.sim.say(dora, 'Hello?');
  await expect(row(page, dora.name)).toContainText('Hello?');
  const stayed = await mark(page);
  deaf = sockets;
  await home.house.sim.say(dora, 'Nobody hears me.');
  await page.clock.fastForward('01:30');
  await expect(row(page, dora.name)).toContainText('Nobody hears me.');
  expect(sockets).toBeGreaterThan(deaf);
  expect(await stayed()).toBe(true);
});

test('a server that does not answer is named, and the inbox appears once it does', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: net::ERR_FAILED/);
  await signIn(page, home.house, home.agent);
  await page.route('**/auth/refresh', (route) => route.abort());
  await page.reload();
  await expect(page.getByText('The server does not answer.')).toBeVisible();
  await page.unroute('**/auth/refresh');
  await atInbox(page);
  await expect(page.getByText('The server does not answer.')).toHaveCount(0);
});

test('on a phone Back and Escape close the details first, and the way back leads back', async ({ home, page }) => {
  const fara = customer('Fara Phone');
  await home.house.sim.say(fara, 'On the go.');
  await page.setViewportSize(PHONE);
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, fara.name);
  const details = page.getByRole('complementary', { name: 'Details' });
  const heading = page.getByRole('heading', { level: 2, name: fara.name });
  const toggle = page.getByRole('button', { name: 'Show details' });
  await expect(details).toHaveCount(0);

  for (const close of [() => page.goBack(), () => page.keyboard.press('Escape')]) {
    await toggle.click();
    await expect(details).toBeVisible();
    await expect(details.getByRole('button', { name: 'Hide details' })).toBeFocused();
    await close();
    await expect(details).toHaveCount(0);
    await expect(heading).toBeVisible();
    await expect(toggle).toBeFocused();
  }
  await toggle.click();
  await details.getByRole('button', { name: 'Hide details' }).click();
  await expect(details).toHaveCount(0);

  // The page's own way back is a step back: forward leads into the conversation again.
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await expect(row(page, fara.name)).toBeVisible();
  await expect(page).toHaveURL(/\/inbox$/);
  await page.goForward();
  await expect(heading).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/\/inbox$/);

  // Opened by its address, there is no step to take back: the list takes its place.
  await open(page, fara.name);
  await page.reload();
  await expect(heading).toBeVisible();
  await expect(composer(page)).toBeVisible();
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(row(page, fara.name)).toBeVisible();
});

test('a part that was wanted offline is fetched when the network is back', async ({ home, page, watch }) => {
  watch.allow(
    /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED/,
    /^console: WebSocket connection to .* failed/,
    /^console: TypeError: Failed to fetch\s[^]*__wasm_split/,
  );
  await signIn(page, home.house, home.agent);
  // The page lives, and hears when the network goes.
  await view(page, 'All');
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await page.getByRole('link', { name: 'Numbers' }).click();
  const missing = page.getByText('This part could not be fetched');
  await expect(missing).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();
  await expect(missing).toHaveCount(0);
});
