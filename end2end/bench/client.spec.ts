// Lighthouse on the pages, those of the portal too, and how long the inbox takes to answer a hand: with few rows and with thousands, at rest and
// while messages come in. The installation is `cargo xtask bench client`'s, with its full inbox.

import { chromium, expect, test, type Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DESKTOP, browserOptions } from '../support/browser.ts';
import { atInbox, view } from '../support/inbox.ts';
import { freePort } from '../support/program.ts';
import { Hand } from './hand.ts';
import { lighthouse, medians, type Form, type Told } from './lighthouse.ts';
import { share } from './portal.ts';

/** What the bench tells this spec. */
function told(name: string): string {
  const value = process.env[`POSTERN_BENCH_${name}`];
  if (!value) throw new Error(`POSTERN_BENCH_${name} is missing: run \`cargo xtask bench client\``);
  return value;
}

const url = told('URL');
const rounds = Number(told('ROUNDS'));
const seconds = Number(told('SECONDS'));
const rows = Number(told('ROWS'));

test('the pages and the inbox under a hand', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const port = await freePort();
  // A profile on the disk: only there does another program on the debugging port find the session's cookie.
  const context = await chromium.launchPersistentContext(folder, {
    ...browserOptions,
    ...browserOptions.launchOptions,
    args: [...browserOptions.launchOptions.args, `--remote-debugging-port=${port}`],
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const pages = [...(await portal(page, port)), await audit(page, 'sign-in', `${url}/sign-in`, port)];
    await signIn(page);
    await page.goto('about:blank');
    pages.push(await audit(page, 'inbox', `${url}/inbox`, port));
    await page.goto(`${url}/inbox`);
    await atInbox(page);
    await view(page, 'All');
    const hands = seconds > 0 ? await measure(page) : null;
    writeFileSync(told('OUT'), JSON.stringify({ lighthouse: pages, hands }));
    expect(short(pages), 'what a client sees is quick on a phone, and open to everybody').toEqual([]);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function signIn(page: Page): Promise<void> {
  const lives = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/auth/setup');
  await page.goto(`${url}/sign-in`);
  await lives;
  await page.getByLabel('E-mail').fill(told('EMAIL'));
  await page.getByLabel('Password').fill(told('PASSWORD'));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await atInbox(page);
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await page.getByRole('button', { name: told('WORKSPACE') }).click();
  await atInbox(page);
}

/** What a client sees: the PIN, all that is shared with them, and a task. */
async function portal(page: Page, port: number): Promise<Audited[]> {
  const who = { url, email: told('EMAIL'), password: told('PASSWORD'), workspace: told('WORKSPACE_ID') };
  const link = await share(who);
  await page.goto(link.address);
  const pages = [await audit(page, 'portal: PIN', page.url(), port)];
  await page.goto(link.address);
  await page.getByLabel('PIN').fill(link.pin);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Hello/ })).toBeVisible();
  const home = page.url();
  await page.goto('about:blank');
  pages.push(await audit(page, 'portal: home', home, port), await audit(page, 'portal: task', link.task, port));
  return pages;
}

/** Medians of the portal, as a phone sees it, that are below what is promised. */
function short(pages: Audited[]): string[] {
  const bars = [['performance', 95], ['accessibility', 100]] as const;
  const phones = pages
    .filter(({ page }) => page.startsWith('portal'))
    .map(({ page, forms }) => ({ page, medians: forms.find(({ form }) => form === 'mobile')?.medians }));
  return phones.flatMap(({ page, medians }) =>
    bars
      .filter(([score, bar]) => (medians?.[score] ?? 0) < bar)
      .map(([score, bar]) => `${page}: ${score} ${medians?.[score]}, and ${bar} is promised`),
  );
}

interface Audited {
  page: string;
  forms: { form: Form; medians: Partial<Told>; rounds: Told[] }[];
}

/** A page as a phone and as a desktop see it for the first time. */
async function audit(tab: Page, name: string, address: string, port: number): Promise<Audited> {
  const browser = await tab.context().newCDPSession(tab);
  const forms: Audited['forms'] = [];
  for (const form of ['mobile', 'desktop'] satisfies Form[]) {
    const each = [];
    for (let round = 0; round < rounds; round += 1) {
      // The session stays, and nothing else.
      await browser.send('Network.clearBrowserCache');
      each.push(await lighthouse(told('LIGHTHOUSE'), address, port, form));
    }
    forms.push({ form, medians: medians(each), rounds: each });
    console.log(`    ${name} (${form}): ${JSON.stringify(each[0])}`);
  }
  return { page: name, forms };
}

/** The same hand in each situation; the last is also measured as a machine four times slower. */
async function measure(page: Page) {
  const hand = await Hand.lay(page);
  const hands: object[] = [];
  const work = async (situation: string, slower: number) => {
    const found = await hand.work(seconds, slower);
    hands.push({ situation, slower, ...found });
    console.log(`    ${situation}, ${slower} times slower: ${JSON.stringify(found.all)}`);
  };
  await work('a page of rows, at rest', 1);
  const begun = Date.now();
  await fill(page);
  const filled_s = (Date.now() - begun) / 1000;
  console.log(`    ${rows} rows after ${filled_s} s`);
  await work('all rows, at rest', 1);
  const load = incoming();
  try {
    await work('all rows, messages coming in', 1);
    await work('all rows, messages coming in', 4);
    expect(load.exitCode, 'messages came in to the end').toBeNull();
  } finally {
    load.kill();
  }
  return { rows, filled_s, each: hands };
}

/** Scrolls until so many rows were read. */
async function fill(page: Page): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await expect
    .poll(
      () =>
        page.evaluate(() => {
          const list = document.querySelector('#rows');
          const row = list?.querySelector('.row');
          if (!list || !row) return 0;
          list.scrollTop = list.scrollHeight;
          return Math.floor(list.scrollHeight / row.getBoundingClientRect().height);
        }),
      { timeout: 600_000, intervals: [50] },
    )
    .toBeGreaterThanOrEqual(rows);
  await page.evaluate(() => document.querySelector('#rows')?.scrollTo(0, 0));
}

/** Customers of this workspace write until they are stopped. */
function incoming() {
  const [program, ...args] = JSON.parse(told('LOAD')) as string[];
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
