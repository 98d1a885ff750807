// Waiting for something to be so, with a deadline.

import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until `holds` gives something true, and gives it back. */
export async function until<T>(what: string, ms: number, holds: () => Promise<T | false | undefined | null>): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(50);
  }
}
