// Who a contact is: merged and parted, called something else; and who has to be answered before their window closes.

import { expect, test } from './fixtures.ts';
import { customer, details, open, row, signIn, view } from './support/inbox.ts';

test('two contacts are merged from the details and parted by undo', async ({ home, page }) => {
  const [mona, monaToo] = [customer('Mona Merged'), customer('Mona Secondphone')];
  await home.house.sim.say(mona, 'From my first phone.');
  await home.house.sim.say(monaToo, 'From my second phone.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, mona.name);
  await details(page, true);
  await page.getByText('Merge with another contact…').click();
  await page.getByRole('searchbox', { name: 'Search name, username or number' }).fill('secondph');
  await page.getByRole('button', { name: `Merge with ${monaToo.name}` }).click();
  await expect(page.getByText(`Merged with ${monaToo.name}`)).toBeVisible();
  // One conversation is open, and its contact is the one that is left; both numbers are theirs.
  await expect(row(page, monaToo.name)).toHaveCount(0);
  await expect(row(page, mona.name)).toHaveCount(1);
  const pane = page.getByRole('complementary', { name: 'Details' });
  // The first also stands under the name.
  for (const { digits } of [mona, monaToo]) await expect(pane.locator('.person-id', { hasText: digits })).toBeVisible();
  await expect(pane.getByRole('button', { name: `Undo the merge with ${monaToo.name}` })).toBeVisible();
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('They are two contacts again')).toBeVisible();
  await expect(row(page, mona.name)).toBeVisible();
  await expect(row(page, monaToo.name)).toBeVisible();
  await expect(pane.getByText(`+${monaToo.digits}`, { exact: true })).toHaveCount(0);
});

test('a contact is called what the team calls them, and found by it', async ({ home, page }) => {
  const nick = customer('xX_nick_Xx');
  await home.house.sim.say(nick, 'Hello.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, nick.name);
  await details(page, true);
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name for your team').fill('Nicholas Renamed');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Nicholas Renamed' })).toBeVisible();
  await expect(row(page, 'Nicholas Renamed')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Details' }).getByText(nick.name)).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search name or number' }).fill('nicholas');
  await expect(row(page, 'Nicholas Renamed')).toBeVisible();
});

test('those whose window closes first stand first, and what is pressing shows', async ({ home, page }) => {
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000);
  const [late, soon, fresh] = [customer('Late Lou'), customer('Soon Sue'), customer('Fresh Fay')];
  await home.house.deliver(fresh, 'Just now.', hours(0.1));
  await home.house.deliver(late, 'Nearly a day ago.', hours(23.7));
  await home.house.deliver(soon, 'This morning.', hours(22.5));
  await signIn(page, home.house, home.agent);
  await view(page, 'Closing soon');
  const place = async (name: string) => {
    const names = await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').allInnerTexts();
    return names.findIndex((text) => text.includes(name));
  };
  await expect(row(page, late.name)).toBeVisible();
  await expect(row(page, soon.name)).toBeVisible();
  await expect.poll(async () => (await place(late.name)) < (await place(soon.name))).toBe(true);
  await expect(row(page, late.name).locator('.ring.urgent')).toBeVisible();
  await expect(row(page, soon.name).locator('.ring.soon')).toBeVisible();
  await open(page, late.name);
  await expect(page.getByText(/^1[0-9] min left$/)).toBeVisible();
  // Whoever writes again has a day once more, and stands behind them.
  await home.house.sim.say(late, 'Are you there?');
  await expect.poll(async () => [await place(soon.name), (await place(late.name)) === 0]).toEqual([0, false]);
});
