// What one does to a conversation: undone by mouse, given to a colleague, and never asked for without end.

import { expect, test } from './fixtures.ts';
import { customer, line, open, row, signIn, view } from './support/inbox.ts';
import type { Customer } from './support/sim.ts';

test('what was closed is undone by mouse, also from another conversation', async ({ home, page }) => {
  const [una, vito] = [customer('Una Undo'), customer('Vito Visited')];
  await home.house.sim.say(una, 'That was all.');
  await home.house.sim.say(vito, 'And this is another.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, una.name);
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(row(page, una.name)).toHaveCount(0);
  await open(page, vito.name);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, una.name)).toBeVisible();
  await expect(line(page, 'And this is another.')).toBeVisible();
  await open(page, una.name);
  await expect(page.getByText('This conversation is closed.')).toHaveCount(0);
});

test('a refused change is taken back, and its success is not claimed', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 503 /);
  const rita = customer('Rita Refused');
  await home.house.sim.say(rita, 'Leave this open.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, rita.name);
  const unavailable = { status: 503, contentType: 'application/json', body: '{"code":"unavailable"}' };
  await page.route('**/api/conversation/close', (route) => route.fulfill(unavailable));
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(page.getByText('The conversation was not closed.')).toBeVisible();
  await expect(page.getByText('Conversation closed', { exact: true })).toHaveCount(0);
  await expect(row(page, rita.name)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Close conversation' })).toBeVisible();
});

test('a look that cannot be told is not told again and again, and is told once it can be', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 503 /);
  const max = customer('Max Marked');
  await home.house.sim.say(max, 'Read me.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  let calls = 0;
  await page.route('**/api/conversation/read', (route) => {
    calls += 1;
    return route.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"unavailable"}' });
  });
  await open(page, max.name);
  await expect.poll(() => calls).toBe(1);
  await expect(row(page, max.name).getByText('1 unread message')).toHaveCount(0);
  // Each message is one more reason, and no more.
  await home.house.sim.say(max, 'And me.');
  await expect(line(page, 'And me.')).toBeVisible();
  await expect.poll(() => calls).toBe(2);
  await home.house.sim.say(max, 'And me too.');
  await expect(line(page, 'And me too.')).toBeVisible();
  await expect.poll(() => calls).toBe(3);

  await page.unroute('**/api/conversation/read');
  const told = page.waitForResponse((answer) => answer.url().endsWith('/api/conversation/read') && answer.ok());
  await home.house.sim.say(max, 'The last one.');
  await told;
  await page.reload();
  await view(page, 'All');
  await expect(row(page, max.name)).toContainText('The last one.');
  await expect(row(page, max.name).getByText('unread message')).toHaveCount(0);
});

test('a conversation is given to a colleague through its details, and stands among theirs', async ({ home, page, newContext }) => {
  const gina = customer('Gina Given');
  await home.house.sim.say(gina, 'Who can help me?');
  const colleague = await (await newContext()).newPage();
  await signIn(colleague, home.house, home.owner);
  await view(colleague, 'Mine');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, gina.name);
  const assignee = page.getByLabel('Assigned to', { exact: true });
  await assignee.selectOption({ label: home.owner.name });
  await expect(row(page, gina.name).getByText(`Assigned to ${home.owner.name}`)).toBeAttached();
  await expect(row(colleague, gina.name)).toBeVisible();

  // What the select shows is what is so, also when a colleague decides.
  await open(colleague, gina.name);
  await colleague.getByLabel('Assigned to', { exact: true }).selectOption({ label: 'Nobody' });
  await expect(assignee).toHaveValue('');
  await expect(row(colleague, gina.name)).toHaveCount(0);
});

test('the keyboard keeps its place in the list', async ({ home, page }) => {
  const [ada, ben] = [customer('Kay Lower'), customer('Kay Upper')];
  await home.house.sim.say(ada, 'First.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await expect(row(page, ada.name)).toBeVisible();
  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link');
  // Meta counts in seconds: who writes in the same one as the row above does not move.
  const sayOnTop = (who: Customer, text: string) =>
    expect(async () => {
      await home.house.sim.say(who, text);
      await expect(rows.filter({ hasText: who.name }).and(rows.first())).toContainText(text, { timeout: 2_000 });
    }).toPass({ timeout: 15_000 });
  await sayOnTop(ben, 'Second.');
  // From the search into the list.
  await page.keyboard.press('/');
  await page.keyboard.press('ArrowDown');
  await expect(row(page, ben.name)).toBeFocused();
  // A row that moves up takes the focus along.
  await page.keyboard.press('j');
  await expect(row(page, ada.name)).toBeFocused();
  await sayOnTop(ada, 'Third.');
  await expect(row(page, ada.name)).toBeFocused();
  // One that leaves gives it to its neighbour: the next one below.
  const below = await rows.nth(1).getAttribute('href');
  await page.keyboard.press('e');
  await expect(row(page, ada.name)).toHaveCount(0);
  await expect(rows.and(page.locator(`[href="${below}"]`))).toBeFocused();
});

test('an emptied search is empty, and another list begins without one', async ({ home, page }) => {
  const [zoe, yan] = [customer('Zoe Sought'), customer('Yan Beside')];
  await home.house.sim.say(zoe, 'Find me.');
  await home.house.sim.say(yan, 'Not me.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  const search = page.getByRole('searchbox', { name: 'Search name or number' });
  await search.fill('zoe');
  await expect(row(page, yan.name)).toHaveCount(0);
  await expect(row(page, zoe.name)).toBeVisible();
  // Typed and emptied at once: what was typed is not looked for afterwards.
  await search.fill('zoe so');
  await search.press('Escape');
  await expect(row(page, yan.name)).toBeVisible();
  await expect(search).toHaveValue('');

  await search.fill('zoe');
  await expect(row(page, yan.name)).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('go to: all');
  await page.getByRole('option', { name: 'Go to: All' }).click();
  await expect(search).toHaveValue('');
  await expect(row(page, yan.name)).toBeVisible();
});
