// Accessibility, as far as a machine can see it.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** No finding on the screen as it is now. */
export async function clean(page: Page, screen: string): Promise<void> {
  await rest(page);
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  const told = violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.failureSummary}`),
  );
  expect.soft(told, screen).toEqual([]);
}

/** Colours that are on their way from one look to another are neither's: what moves is brought to its end first. */
async function rest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    for (const moving of document.getAnimations()) {
      // What never ends has no end to be brought to.
      if (moving.effect?.getComputedTiming().endTime !== Infinity) moving.finish();
    }
    await frame();
  });
}

/** Nothing is wider than the window: people do not scroll sideways. */
export async function fits(page: Page, screen: string): Promise<void> {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect.soft(wide, `${screen} is as wide as the window`).toBeLessThanOrEqual(room);
}
