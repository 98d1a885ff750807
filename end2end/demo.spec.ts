// The first command of the README, as a newcomer runs it: built programs, one address, customers who write.

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { target } from './support/house.ts';
import { atInbox, reply, thread, tick, view } from './support/inbox.ts';
import { Program } from './support/program.ts';
import { until } from './support/until.ts';
import type { Page } from '@playwright/test';

test.describe('the demo', () => {
  let folder: string;
  let taken: Server;
  let port: number;
  const open: Program[] = [];

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postern-demo-'));
    chmodSync(folder, 0o711);
    taken = createServer();
    await new Promise<void>((ready) => taken.listen(0, '127.0.0.1', ready));
    const address = taken.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });

  test.afterAll(async () => {
    for (const demo of open) await demo.stop();
    taken.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('customers write, a reply goes out, Ctrl-C ends all of it, and --reset begins anew', async ({ page }) => {
    const first = await start();
    expect(first.url, 'the port was taken: another one').not.toContain(`:${port}`);
    await signIn(page, first);
    await view(page, 'All');
    const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link');
    await expect(rows.first(), 'within a minute').toBeVisible({ timeout: 60_000 });
    await rows.first().click();
    await expect(thread(page).locator('[data-message]').first()).toBeVisible();
    await reply(page, 'Good morning! What can we do for you?');
    await tick(page, 'Good morning! What can we do for you?', 'Read');
    const talk = new URL(page.url()).pathname;
    await page.goto('about:blank');
    await stop(first.demo);

    const second = await start();
    expect([second.email, second.password], 'the same folder keeps its people').toEqual([first.email, first.password]);
    // The session lasts as well.
    await page.goto(second.url + talk);
    await atInbox(page);
    await tick(page, 'Good morning! What can we do for you?', 'Read');
    const refused = run(['--reset']);
    await until('it is refused', 30_000, async () => refused.exit() !== undefined);
    expect(refused.exit()).toBe(1);
    expect(refused.said()).toContain('a demo runs with');
    await page.goto('about:blank');
    await stop(second.demo);

    const third = await start('--reset');
    expect(third.password, 'begun anew').not.toBe(first.password);
    await stop(third.demo);
  });

  function run(args: string[]): Program {
    const xtask = process.env.POSTERN_TEST_XTASK;
    if (!xtask) throw new Error('POSTERN_TEST_XTASK is missing: run `cargo xtask test --only browser`');
    const log = join(tmpdir(), `postern-demo-${process.pid}-${open.length}.log`);
    rmSync(log, { force: true });
    const demo = Program.start(
      'the demo',
      xtask,
      ['demo', '--port', String(port), '--data', folder, ...args],
      { ...process.env, CARGO_TARGET_DIR: target },
      folder,
      log,
    );
    open.push(demo);
    return demo;
  }

  async function start(...args: string[]) {
    const demo = run(args);
    const told = await until('the demo tells its address', 100_000, async () => {
      demo.mustLive();
      return demo.said().match(/Postern is at +(\S+)\n +e-mail +(\S+)\n +password +(\S+)/);
    });
    return { demo, url: told[1], email: told[2], password: told[3] };
  }

  async function stop(demo: Program): Promise<void> {
    await demo.stop('SIGINT');
    expect(demo.exit(), demo.said()).toBe(0);
    expect(living(), 'nothing of it goes on').toEqual([]);
  }

  /** Programs that were started with the folder, or work in it. */
  function living(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(folder));
  }
});

async function signIn(page: Page, at: { url: string; email: string; password: string }): Promise<void> {
  const lives = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/auth/setup');
  await page.goto(`${at.url}/sign-in`);
  await lives;
  await page.getByLabel('E-mail').fill(at.email);
  await page.getByLabel('Password').fill(at.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await atInbox(page);
}
