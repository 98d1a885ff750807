// A hand that works in the inbox, and how long each of its moves waits for the next picture on the screen.

import { expect, type CDPSession, type Locator, type Page } from '@playwright/test';
import { composer } from '../support/inbox.ts';

/** Moves in milliseconds, from the input to the picture that shows what came of it. What took 16 and less counts as 16. */
export interface Spread {
  moves: number;
  p50: number;
  p75: number;
  p95: number;
  p98: number;
  most: number;
}

interface Entry {
  id: number;
  at: number;
  ms: number;
}

/** What the page collects; the browser tells of an event some time after it. */
interface Kept {
  events: Entry[];
  long: { at: number; ms: number }[];
}

declare global {
  interface Window {
    hand: Kept;
  }
}

/** What the browser counts of a page: seconds of work, among others. */
type Metrics = Map<string, number>;

/** The browser tells of no event that was shown sooner. */
const LEAST_MS = 16;

export class Hand {
  private constructor(
    private readonly page: Page,
    private readonly browser: CDPSession,
  ) {}

  /** Begins to watch. */
  static async lay(page: Page): Promise<Hand> {
    await page.evaluate((least) => {
      window.hand = { events: [], long: [] };
      const watch = (type: string, keep: (entry: PerformanceEntry) => void, more: object = {}) =>
        new PerformanceObserver((list) => list.getEntries().forEach(keep)).observe({ type, ...more });
      watch(
        'event',
        (entry) => {
          const { interactionId } = entry as PerformanceEntry & { interactionId: number };
          if (interactionId) window.hand.events.push({ id: interactionId, at: entry.startTime, ms: entry.duration });
        },
        { durationThreshold: least },
      );
      watch('longtask', (entry) => window.hand.long.push({ at: entry.startTime, ms: entry.duration }));
    }, LEAST_MS);
    return new Hand(page, await page.context().newCDPSession(page));
  }

  /** Works for so long, on a machine so many times slower. */
  async work(seconds: number, slower: number) {
    await this.browser.send('Emulation.setCPUThrottlingRate', { rate: slower });
    const begun = await this.now();
    const before = await this.measured();
    const moves: { kind: string; from: number }[] = [];
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      for (const [kind, move] of this.moves()) {
        for (const step of move) {
          moves.push({ kind, from: await this.now() });
          await step();
          // A person takes longer between two moves.
          await this.page.waitForTimeout(60);
        }
      }
    }
    moves.push({ kind: 'end', from: await this.now() });
    await this.page.waitForTimeout(1000);
    await this.browser.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    const kept = await this.page.evaluate(() => window.hand);
    return this.tell(moves, kept, begun, before);
  }

  /** One round of what agents do all day. */
  private moves(): [string, (() => Promise<void>)[]][] {
    const { page } = this;
    const rows = page.locator('#rows .row');
    const nth = (n: number) => () => click(rows.nth(n));
    const press = (key: string) => () => page.keyboard.press(key);
    const word = [...'thanks'].map((letter) => press(letter));
    const views = page.getByRole('group', { name: 'Whose conversations' });
    const tab = (name: string) => () => click(views.getByRole('button', { name }));
    return [
      ['open a conversation', [nth(1), nth(4), nth(2)]],
      ['write', [() => click(composer(page)), ...word, ...word.map(() => press('Backspace')), press('Escape')]],
      ['walk the list', [nth(0), press('j'), press('j'), press('j'), press('k')]],
      ['another view', [tab('Mine'), tab('All')]],
    ];
  }

  private now(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  private async tell(moves: { kind: string; from: number }[], kept: Kept, begun: number, before: Metrics) {
    const kinds = new Map<string, number[]>();
    for (const [n, { kind, from }] of moves.slice(0, -1).entries()) {
      const until = moves[n + 1].from;
      const waits = kept.events.filter(({ at }) => at >= from && at < until).map(({ ms }) => ms);
      kinds.set(kind, [...(kinds.get(kind) ?? []), Math.max(LEAST_MS, ...waits)]);
    }
    const end = moves[moves.length - 1].from;
    const long = kept.long.filter(({ at }) => at >= begun && at < end).map(({ ms }) => ms);
    const total = long.reduce((sum, ms) => sum + ms, 0);
    const after = await this.measured();
    // Of each second since, in ms.
    const share = (name: string) => {
      const worked = (after.get(name) ?? 0) - (before.get(name) ?? 0);
      return Math.round((1000 * worked) / ((after.get('Timestamp') ?? 0) - (before.get('Timestamp') ?? 0)));
    };
    return {
      all: spread([...kinds.values()].flat()),
      kinds: Object.fromEntries([...kinds].map(([kind, waits]) => [kind, spread(waits)])),
      long_tasks: { count: long.length, ms_of_each_second: Math.round(total / ((end - begun) / 1000)) },
      ms_of_each_second: {
        all: share('TaskDuration'),
        script: share('ScriptDuration'),
        style: share('RecalcStyleDuration'),
        layout: share('LayoutDuration'),
      },
      nodes: after.get('Nodes') ?? 0,
      heap_mb: Math.round((after.get('JSHeapUsedSize') ?? 0) / 1e5) / 10,
    };
  }

  private async measured(): Promise<Metrics> {
    await this.browser.send('Performance.enable');
    const { metrics } = await this.browser.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}

/** A click where the thing stands now: rows move while messages come in. */
async function click(what: Locator): Promise<void> {
  await expect(what).toBeVisible();
  await what.click({ force: true, noWaitAfter: true });
}

function spread(waits: number[]): Spread {
  const sorted = [...waits].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { moves: sorted.length, p50: at(0.5), p75: at(0.75), p95: at(0.95), p98: at(0.98), most: at(1) };
}
