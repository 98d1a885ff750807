// Much of everything: pages up, pages down, and a place that is kept.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { customer, line, open, row, signIn, thread, view } from './support/inbox.ts';

const unavailable = { status: 503, contentType: 'application/json', body: '{"code":"unavailable"}' };

/** Scrolls the thread as far up as it goes. */
async function up(page: Page): Promise<void> {
  await thread(page).evaluate((scroll) => scroll.scrollTo(0, -scroll.scrollHeight));
}

test('a thread of 120 lines is read upwards, and stays where it is read', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 503 /);
  const tom = customer('Tom Talkative');
  const began = Date.now() - 3_600_000;
  const text = (n: number) => `Line ${String(n).padStart(3, '0')} of many.`;
  for (let n = 1; n <= 120; n += 1) await home.house.deliver(tom, text(n), new Date(began + n * 1000));
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, tom.name);
  await expect(line(page, text(120))).toBeVisible();

  // A page that fails says so, and is asked for again.
  let refused = 0;
  await page.route('**/api/conversation/thread', (route) => {
    refused += 1;
    return route.fulfill(unavailable);
  });
  await up(page);
  await expect(thread(page).getByText('The messages could not be read.')).toBeVisible();
  await page.unroute('**/api/conversation/thread');
  expect(refused).toBe(1);
  await thread(page).getByRole('button', { name: 'Try again' }).click();

  await expect
    .poll(async () => {
      await up(page);
      return thread(page).getByText('The conversation begins here').count();
    })
    .toBe(1);
  const texts = await thread(page).locator('[data-message] .bubble-text').allTextContents();
  expect(texts).toEqual(Array.from({ length: 120 }, (_, n) => text(n + 1)));

  // Something new below moves nothing up here.
  await line(page, text(40)).scrollIntoViewIfNeeded();
  await expect(page.getByRole('button', { name: 'Jump to the newest' })).toBeVisible();
  const top = () => line(page, text(40)).evaluate((line) => Math.round(line.getBoundingClientRect().top));
  const before = await top();
  for (const news of ['One more thing.', 'And one more.']) await home.house.sim.say(tom, news);
  await expect(page.getByRole('button', { name: '2 new messages' })).toBeVisible();
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(2);
  await page.getByRole('button', { name: '2 new messages' }).click();
  await expect(line(page, 'And one more.')).toBeInViewport();
  await expect(thread(page)).toBeFocused();
});

test('a list of 60 customers is read downwards, also after a page that failed', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 503 /);
  const began = Date.now() - 7_200_000;
  for (let n = 1; n <= 60; n += 1) {
    await home.house.deliver(customer(`Pia ${String(n).padStart(2, '0')}`), `I am number ${n}.`, new Date(began + n * 1000));
  }
  await page.route('**/api/inbox/list', (route) => route.fulfill(unavailable));
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  const list = page.getByRole('navigation', { name: 'Conversations' });
  const down = () => list.evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect
    .poll(async () => {
      await down();
      return list.getByText('The list could not be read.').count();
    })
    .toBe(1);
  await page.unroute('**/api/inbox/list');
  await list.getByRole('button', { name: 'Try again' }).click();
  await expect
    .poll(async () => {
      await down();
      return row(page, 'Pia ').count();
    })
    .toBe(60);
  const names = await row(page, 'Pia ').locator('.row-name').allTextContents();
  expect(names).toEqual(Array.from({ length: 60 }, (_, n) => `Pia ${String(60 - n).padStart(2, '0')}`));
});

test('a list of 200 customers draws those near the reader, keeps the place and is walked by keyboard', async ({ home, page }) => {
  const began = Date.now() - 10_800_000;
  const people = Array.from({ length: 200 }, (_, n) => customer(`Ola ${String(n + 1).padStart(3, '0')}`));
  for (const [n, ola] of people.entries()) await home.house.deliver(ola, 'Hello.', new Date(began + n * 1000));
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  const list = page.getByRole('navigation', { name: 'Conversations' });
  const ola = (n: number) => row(page, people[n - 1].name);
  const down = () => list.evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect
    .poll(async () => {
      await down();
      return ola(1).count();
    })
    .toBe(1);
  await expect(ola(1)).toBeInViewport();
  await expect(ola(200)).toHaveCount(0);
  expect(await row(page, '').count()).toBeLessThanOrEqual(120);

  // What happens elsewhere moves nothing here: somebody below writes, and goes to the top.
  await list.evaluate((list) => list.scrollBy(0, -3600));
  await expect(ola(60)).toHaveCount(1);
  await ola(60).scrollIntoViewIfNeeded();
  await expect(ola(10)).toHaveCount(1);
  const top = () => ola(60).evaluate((row) => Math.round(row.getBoundingClientRect().top));
  const before = await top();
  await home.house.sim.say(people[9], 'Hello again.');
  await expect(ola(10)).toHaveCount(0);
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(2);

  // Another list begins at its beginning, and is walked over every edge of what is drawn.
  const search = page.getByRole('searchbox', { name: 'Search name or number' });
  await search.fill('Ola');
  await expect(ola(10)).toBeInViewport();
  await expect.poll(() => list.evaluate((list) => list.scrollTop)).toBe(0);
  await expect
    .poll(async () => {
      await down();
      return ola(1).count();
    })
    .toBe(1);
  await list.evaluate((list) => list.scrollTo(0, 0));
  await ola(200).focus();
  for (let n = 0; n < 130; n += 1) await page.keyboard.press('j');
  await expect(ola(70)).toBeFocused();
  await expect(ola(70)).toBeInViewport();
  for (let n = 0; n < 130; n += 1) await page.keyboard.press('k');
  await expect(ola(200)).toBeFocused();
});

test('what comes faster than a slow machine shows it is all shown, once and in its order', async ({ home, page }) => {
  const bea = customer('Bea Burst');
  const neds = Array.from({ length: 7 }, (_, n) => customer(`Ned ${n} Between`));
  const began = Date.now() - 61_000;
  const text = (n: number) => `Burst ${n}.`;
  const say = (n: number) => home.house.deliver(bea, text(n), new Date(began + n * 1000));
  await say(1);
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, bea.name);
  await expect(line(page, text(1))).toBeVisible();
  const browser = await page.context().newCDPSession(page);
  await browser.send('Emulation.setCPUThrottlingRate', { rate: 8 });
  for (let n = 2; n <= 60; n += 1) {
    await say(n);
    // In between somebody else.
    await home.house.deliver(neds[n % 7], text(n), new Date(began + n * 1000));
  }
  const texts = () => thread(page).locator('[data-message] .bubble-text').allTextContents();
  await expect.poll(texts, { timeout: 20_000 }).toEqual(Array.from({ length: 60 }, (_, n) => text(n + 1)));
  for (const ned of neds) await expect(row(page, ned.name)).toBeVisible();
  await expect(row(page, bea.name)).toContainText(text(60));
});
