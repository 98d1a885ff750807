// Lighthouse, on a browser that is open already.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Form = 'mobile' | 'desktop';

/** Scores of 100, and times in ms. */
export interface Told {
  performance: number;
  accessibility: number;
  best_practices: number;
  first_paint_ms: number;
  largest_paint_ms: number;
  blocked_ms: number;
  shift: number;
  bytes: number;
  /** Audits that are not passed, of those that count. */
  missed: string[];
}

interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { numericValue?: number; score: number | null }>;
  runtimeError?: { message: string };
}

/** Audits a page once. The session of that browser stays as it is. */
export async function lighthouse(program: string, address: string, port: number, form: Form): Promise<Told> {
  const args = [
    ...[program, address, `--port=${port}`, '--output=json', '--quiet', '--disable-storage-reset'],
    '--only-categories=performance,accessibility,best-practices',
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
  const report = JSON.parse(stdout) as Report;
  if (report.runtimeError) throw new Error(`${address}: ${report.runtimeError.message}`);
  const score = (category: string) => Math.round((report.categories[category]?.score ?? Number.NaN) * 100);
  const value = (audit: string) => {
    const found = report.audits[audit]?.numericValue;
    if (found === undefined) throw new Error(`${address}: Lighthouse told no ${audit}`);
    return Math.round(found * 1000) / 1000;
  };
  const counted = Object.values(report.categories).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0));
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    best_practices: score('best-practices'),
    first_paint_ms: value('first-contentful-paint'),
    largest_paint_ms: value('largest-contentful-paint'),
    blocked_ms: value('total-blocking-time'),
    shift: value('cumulative-layout-shift'),
    bytes: value('total-byte-weight'),
    missed: counted.map(({ id }) => id).filter((id) => (report.audits[id]?.score ?? 1) < 0.9),
  };
}

/** The middle one of each number. */
export function medians(rounds: Told[]): Partial<Told> {
  const middle = (key: keyof Told) => {
    const sorted = rounds.map((round) => round[key] as number).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  };
  const keys = (Object.keys(rounds[0]) as (keyof Told)[]).filter((key) => key !== 'missed');
  return Object.fromEntries(keys.map((key) => [key, middle(key)]));
}
