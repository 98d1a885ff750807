// Teams: made, filled and deleted; and a workspace in which agents see their own and their teams' conversations alone.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { customer, details, open, row, signIn, view } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

/** An installation with a number, its owner, a manager and an agent. */
async function furnish(house: House) {
  const owner = person('Olga Owner', 'olga@teams.example');
  const manager = person('Mia Manager', 'mia@teams.example');
  const agent = person('Ana Agent', 'ana@teams.example');
  const workspace = await house.addWorkspace('House of Teams', owner);
  await house.addMember(workspace, manager, 'manager');
  await house.addMember(workspace, agent, 'agent');
  await house.addNumber(workspace, owner);
  return { workspace, owner, manager, agent };
}

async function toTeams(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/settings/teams`);
  await expect(page.getByRole('heading', { level: 1, name: 'Teams' })).toBeVisible();
}

const card = (page: Page, team: string) => page.getByRole('region', { name: team, exact: true });
const limit = (page: Page) => page.getByRole('switch', { name: /^Agents see only their own/ });

async function make(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New team' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New team' });
  await expect(dialog.getByLabel('Name of the team')).toBeFocused();
  await dialog.getByLabel('Name of the team').fill(name);
  await dialog.getByRole('button', { name: 'Create team' }).click();
  await expect(dialog).toBeHidden();
  await expect(card(page, name)).toBeVisible();
}

/** Chooses beside the open conversation. */
async function choose(page: Page, what: 'Assigned to' | 'Team', whom: string): Promise<void> {
  await details(page, true);
  const saved = page.waitForResponse((answer) => /\/api\/conversation\/(assign|team)$/.test(answer.url()));
  await page.getByRole('combobox', { name: what }).selectOption({ label: whom });
  expect((await saved).status()).toBe(200);
}

test("agents see their own and their teams' conversations alone, and what is handed over comes and goes before their eyes", async ({
  fresh: house,
  page,
  newContext,
  watch,
}) => {
  // A conversation that is gone is asked for once more, and is not there.
  watch.allow(/^console: Failed to load resource: .* 404 /, /^console: WebSocket connection to .* failed/);
  const { owner, agent } = await furnish(house);
  const [hers, other] = [customer('Hera Hers'), customer('Otto Other')];
  await house.sim.say(hers, 'Is anybody there?');
  await house.sim.say(other, 'A secret of Otto');
  await signIn(page, house, owner);
  await toTeams(page, house);
  await expect(page.getByRole('heading', { name: 'No teams yet' })).toBeVisible();
  await make(page, 'Sales');

  const anas = await (await newContext()).newPage();
  await anas.setViewportSize(DESKTOP);
  await signIn(anas, house, agent);
  await view(anas, 'All');
  await expect(row(anas, hers.name)).toBeVisible();
  await expect(row(anas, other.name)).toBeVisible();
  await open(anas, other.name);

  await limit(page).check();
  await expect(page.getByText('Agents see only their own and their teams\' conversations now')).toBeVisible();
  await expect(row(anas, hers.name)).toHaveCount(0);
  await expect(row(anas, other.name)).toHaveCount(0);
  await expect(anas.getByText('A secret of Otto')).toHaveCount(0);

  // Given to her it comes.
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, hers.name);
  await choose(page, 'Assigned to', agent.name);
  await expect(row(anas, hers.name)).toBeVisible();
  await house.sim.say(other, 'Another secret of Otto');
  await house.sim.say(hers, 'Thank you!');
  await expect(row(anas, hers.name)).toContainText('Thank you!');
  await expect(row(anas, other.name)).toHaveCount(0);
  await anas.getByRole('searchbox', { name: 'Search name or number' }).fill('Otto');
  await expect(anas.getByText('Otto')).toHaveCount(0);
  await anas.getByRole('searchbox', { name: 'Search name or number' }).fill('');

  // Given to her team it comes, and goes when she is no longer in it.
  await open(page, other.name);
  await choose(page, 'Team', 'Sales');
  await expect(row(page, other.name)).toContainText('Sales');
  await expect(row(anas, other.name)).toHaveCount(0);
  await toTeams(page, house);
  await expect(card(page, 'Sales')).toContainText('1 open conversation');
  await card(page, 'Sales').getByRole('combobox', { name: 'Add somebody to Sales' }).selectOption({ label: agent.name });
  await expect(page.getByText(`${agent.name} is in Sales now`)).toBeVisible();
  await expect(row(anas, other.name)).toBeVisible();
  await expect(row(anas, other.name)).toContainText('Sales');
  await open(anas, other.name);
  await expect(anas.getByText('A secret of Otto').first()).toBeVisible();
  await card(page, 'Sales').getByRole('button', { name: `Take ${agent.name} out of Sales` }).click();
  await expect(row(anas, other.name)).toHaveCount(0);
  await expect(anas.getByText('A secret of Otto')).toHaveCount(0);

  // Taken from her it goes.
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, hers.name);
  await choose(page, 'Assigned to', 'Nobody');
  await expect(row(anas, hers.name)).toHaveCount(0);
});

test("a manager makes, renames and deletes teams and gives them numbers; the switch is an admin's", async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { workspace, manager, agent } = await furnish(house);
  const asAgent = await house.signIn(agent, workspace);
  for (const [path, body] of [
    ['/api/teams/list', {}],
    ['/api/teams/create', { name: 'Mine' }],
    ['/api/teams/limit', { limited: true }],
  ] as const) {
    expect((await house.ask(path, body, asAgent)).status, path).toBe(403);
  }
  expect((await house.ask('/api/teams/limit', { limited: true }, await house.signIn(manager, workspace))).status).toBe(403);

  await signIn(page, house, manager);
  await toTeams(page, house);
  await clean(page, 'teams, empty');
  await make(page, 'Sales');
  await make(page, 'Support');
  await expect(limit(page)).toBeDisabled();
  await page.getByRole('button', { name: 'New team' }).click();
  const dialog = page.getByRole('dialog', { name: 'New team' });
  await dialog.getByLabel('Name of the team').fill('sales');
  await dialog.getByRole('button', { name: 'Create team' }).click();
  await expect(dialog.getByText('Another team is called so.')).toBeVisible();
  await expect(dialog.getByLabel('Name of the team')).toBeFocused();
  await clean(page, 'teams, a name that is taken');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const number = page.getByRole('region', { name: 'Where new conversations go' }).getByRole('combobox', { name: /^Support/ });
  await number.selectOption({ label: 'Sales' });
  await expect(page.getByText('New conversations of Support go there now')).toBeVisible();
  await house.sim.say(customer('Nora New'), 'Hello');
  await expect(async () => {
    await page.reload();
    await expect(card(page, 'Sales')).toContainText('1 open conversation', { timeout: 1000 });
  }).toPass();

  await card(page, 'Sales').getByRole('button', { name: 'Rename Sales' }).click();
  const renaming = page.getByRole('dialog', { name: 'Rename Sales' });
  await renaming.getByLabel('Name of the team').fill('Selling');
  await renaming.getByRole('button', { name: 'Save name' }).click();
  await expect(card(page, 'Selling')).toBeVisible();
  await page.setViewportSize(PHONE);
  await fits(page, 'teams');
  await clean(page, 'teams, on a phone');
  await page.setViewportSize(DESKTOP);
  await card(page, 'Selling').getByRole('button', { name: 'Delete Selling' }).click();
  const deleting = page.getByRole('dialog', { name: 'Delete Selling?' });
  await expect(deleting).toContainText('Its one open conversation will be no team\'s.');
  await deleting.getByRole('button', { name: 'Delete team' }).click();
  await expect(card(page, 'Selling')).toHaveCount(0);
  await expect(card(page, 'Support')).toBeVisible();
});

test('an agent is told who looks after the teams', async ({ home: { house, agent }, page }) => {
  await signIn(page, house, agent);
  await toTeams(page, house);
  await expect(page.getByRole('heading', { name: 'Managers look after the teams' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'New team' })).toHaveCount(0);
});
