// The tests' own eyes: what goes wrong in a page is seen, or every other test proves less than it says.

import { expect, test } from './fixtures.ts';
import { House } from './support/house.ts';
import { toSignIn } from './support/inbox.ts';
import { until } from './support/until.ts';

test('a broken page rule, a line of the console and an error that nobody catches are each noted', async ({ page, watch }) => {
  // Not a shared installation: those must not meet a report.
  const house = await House.open();
  try {
    await toSignIn(page, house);
    expect(watch.faults).toEqual([]);
    await page.evaluate(() => {
      document.body.setAttribute('style', 'color: red');
      console.error('something is wrong');
      setTimeout(() => {
        throw new Error('nobody catches this');
      });
    });
    for (const fault of [/^csp report: .*style-src/, /^console: something is wrong/, /^page: .*nobody catches this/]) {
      await until(`${fault} is noted`, 15_000, async () => watch.faults.some((noted) => fault.test(noted)));
    }
    await until('the server tells it too', 15_000, async () => house.said().includes('csp report'));
    await expect(page.locator('body')).not.toHaveCSS('color', 'rgb(255, 0, 0)');
    await page.goto('about:blank');
    watch.faults.length = 0;
  } finally {
    await house.close();
  }
});
