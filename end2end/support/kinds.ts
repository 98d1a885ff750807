// Every kind that a customer can send, by the simulator's own names for them (`sim/src/control.rs`).

import { expect, type Locator, type Page } from '@playwright/test';
import type { House } from './house.ts';
import { thread } from './inbox.ts';
import type { Customer } from './sim.ts';

/** A customer sends something, which is taken in; gives Meta's id of it. */
export async function send(house: House, from: Customer, said: Record<string, unknown>): Promise<string> {
  const answer = await house.sim.ask('say', { from: from.digits, name: from.name, ...said });
  await house.sim.settled();
  return String(answer?.id);
}

/** Any other field of a webhook about that customer: a call, a preference. */
export async function tell(house: House, from: Customer, field: string, variant?: string): Promise<void> {
  await house.sim.ask('event', { from: from.digits, name: from.name, field, variant });
  await house.sim.settled();
}

/** The newest line of the open thread that holds what is looked for. */
export function holding(page: Page, selector: string): Locator {
  return thread(page).locator('[data-message]').filter({ has: page.locator(selector) }).last();
}

/** The picture is here, not only room for it. */
export async function drawn(image: Locator): Promise<void> {
  await expect(image).toBeVisible();
  await expect.poll(() => image.evaluate((shown: HTMLImageElement) => shown.complete && shown.naturalWidth > 0)).toBe(true);
}
