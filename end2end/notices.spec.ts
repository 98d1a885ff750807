// Notifications of the browser: for those who have them, once, and only as long as they are news.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { atInbox, customer, open, row, signIn, view } from './support/inbox.ts';

interface Notice {
  title: string;
  body: string;
  closed: boolean;
}

declare global {
  interface Window {
    /** Whether the reader looks elsewhere. */
    away: boolean;
    notices: Notice[];
  }
}

/** Notifications are allowed and on; what is shown is written down. */
async function withNotices(page: Page, how: 'shows' | 'throws' = 'shows'): Promise<void> {
  await page.addInitScript((throws) => {
    window.away = false;
    window.notices = [];
    document.hasFocus = () => !window.away;
    class Stub {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      onclick: unknown = null;
      private readonly notice: Notice;
      constructor(title: string, options: { body: string }) {
        if (throws) throw new TypeError('Illegal constructor');
        this.notice = { title, body: options.body, closed: false };
        window.notices.push(this.notice);
      }
      close() {
        this.notice.closed = true;
      }
    }
    Object.defineProperty(window, 'Notification', { value: Stub, configurable: true });
    localStorage.setItem('postern.notify', 'on');
  }, how === 'throws');
}

async function look(page: Page, away: boolean): Promise<void> {
  await page.evaluate((away) => {
    window.away = away;
    window.dispatchEvent(new Event(away ? 'blur' : 'focus'));
  }, away);
}

const notices = (page: Page) => page.evaluate(() => window.notices);

test('a browser without notifications shows the inbox all the same', async ({ home, page }) => {
  await page.addInitScript(() => {
    delete (window as { Notification?: unknown }).Notification;
  });
  const iris = customer('Iris Iphone');
  await home.house.sim.say(iris, 'Hello from a phone.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await expect(row(page, iris.name)).toBeVisible();
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await expect(page.getByRole('button', { name: 'This browser shows no notifications of a page' })).toBeVisible();
});

test('a browser that lets no page notify says so, and goes on', async ({ home, page }) => {
  await withNotices(page, 'throws');
  const andy = customer('Andy Android');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await look(page, true);
  await home.house.sim.say(andy, 'Hello from another.');
  await expect(row(page, andy.name)).toBeVisible();
  await look(page, false);
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await expect(page.getByRole('button', { name: 'This browser shows no notifications of a page' })).toBeVisible();
});

test('who looks elsewhere is told once, in one tab, and not of what was read', async ({ home, context, page }) => {
  await withNotices(page);
  const nils = customer('Nils Notice');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await look(page, true);
  await home.house.sim.say(nils, 'Are you there?');
  await expect.poll(() => notices(page)).toEqual([{ title: nils.name, body: 'Are you there?', closed: false }]);

  // Read: no news any more.
  await look(page, false);
  await open(page, nils.name);
  await expect.poll(async () => (await notices(page))[0].closed).toBe(true);

  // Looked at in another tab of the same person: this one keeps quiet.
  await look(page, true);
  const other = await context.newPage();
  await withNotices(other);
  await other.goto(`${home.house.url}/inbox`);
  await atInbox(other);
  await view(other, 'All');
  await look(other, false);
  await home.house.sim.say(nils, 'Still there?');
  await expect(row(page, nils.name)).toContainText('Still there?');
  await expect(row(other, nils.name)).toContainText('Still there?');
  expect(await notices(page)).toHaveLength(1);
  expect(await notices(other)).toEqual([]);
});

test('after a gap one notice tells of all that came in', async ({ home, page, newContext, watch }) => {
  watch.allow(
    /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED/,
    /^console: WebSocket connection to .* failed/,
  );
  await withNotices(page);
  const olga = customer('Olga Often');
  const colleague = await (await newContext()).newPage();
  await signIn(colleague, home.house, home.owner);
  await view(colleague, 'All');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await look(page, true);
  for (const text of ['One.', 'Two.', 'Three.']) await home.house.sim.say(olga, text);
  // What the server takes in only after the gap is news of its own.
  await expect(row(colleague, olga.name)).toContainText('3 unread messages');
  await page.context().setOffline(false);
  await expect(row(page, olga.name)).toContainText('3 unread messages');
  await expect.poll(() => notices(page)).toEqual([{ title: '3 new messages', body: `From ${olga.name}`, closed: false }]);
});

test('of customers who write at the same moment each is told', async ({ home, page }) => {
  await withNotices(page);
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await home.house.sim.say(customer('Tia First'), 'Is the line there?');
  await expect(row(page, 'Tia First')).toBeVisible();
  await look(page, true);
  const browser = await page.context().newCDPSession(page);
  // On a slow machine they are shown together.
  await browser.send('Emulation.setCPUThrottlingRate', { rate: 8 });
  const names = ['Una', 'Vic', 'Wes', 'Xia', 'Yan'];
  await Promise.all(names.map((name) => home.house.deliver(customer(`${name} Atonce`), `I am ${name}.`, new Date())));
  await expect
    .poll(async () => (await notices(page)).map(({ body }) => body).sort())
    .toEqual(names.map((name) => `I am ${name}.`));
});
