// How a number stands at Meta: a fall in quality is an alert, and what Meta told can be read.

import { expect, test } from './fixtures.ts';
import { newPassword, type Person } from './support/house.ts';
import { signIn } from './support/inbox.ts';

test('a fall in quality marks the numbers for admins, is told with what to do, and is seen', async ({ fresh: house, page, newContext }) => {
  const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const agent: Person = { name: 'Bruno Castellanos', email: 'bruno@harbour.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addNumber(workspace, owner);
  await signIn(page, house, owner);
  const colleague = await (await newContext()).newPage();
  await signIn(colleague, house, agent);
  const marked = (page: typeof colleague) => page.getByRole('link', { name: 'Numbers' }).getByText('A number has a new alert');
  await expect(marked(page)).toHaveCount(0);

  await page.getByRole('link', { name: 'Numbers' }).click();
  const card = page.getByRole('article');
  await expect(card.getByText('Quality: High')).toBeVisible();
  await card.getByRole('link', { name: 'Health, profile, events' }).click();
  const facts = page.locator('.facts');
  await expect(facts.getByText('2,000 within 24 hours')).toBeVisible();

  await house.sim.ask('facts', { set: { quality_rating: 'RED' } });
  await expect(marked(page)).toBeAttached();
  await expect(facts.locator('div').filter({ has: page.getByText('Quality', { exact: true }) })).toContainText('Low');
  await expect(page.getByRole('img', { name: 'Quality until now' })).toBeVisible();
  await expect(marked(colleague)).toHaveCount(0);

  await page.getByRole('link', { name: /^Alerts/ }).click();
  await expect(page.getByText(/quality of this number is low now/)).toBeVisible();
  await expect(page.getByText(/Meta flagged this number/)).toBeVisible();
  await page.getByRole('button', { name: 'Mark all as seen' }).click();
  await expect(page.getByText('Seen by Amal Haddad')).toHaveCount(2);
  await expect(marked(page)).toHaveCount(0);
});

test('what Meta told of a number is read line by line, as text', async ({ fresh: house, page }) => {
  const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee', owner);
  await house.addNumber(workspace, owner);
  await house.sim.ask('event', { field: 'account_review_update', value: { decision: 'APPROVED' } });
  await house.sim.ask('event', {
    field: 'account_alerts',
    value: {
      entity_type: 'BUSINESS',
      entity_id: 123456,
      alert_severity: 'WARNING',
      alert_status: 'ACTIVE',
      alert_type: 'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED',
      alert_description: 'Not yet <b>verified</b>.',
    },
  });
  await signIn(page, house, owner);
  await page.getByRole('link', { name: 'Numbers' }).click();
  await page.getByRole('article').getByRole('link', { name: 'Health, profile, events' }).click();
  await page.getByRole('link', { name: 'Events' }).click();
  const events = page.locator('.event');
  await expect(events).toHaveCount(2);
  await events.filter({ hasText: 'Account alerts' }).locator('summary').click();
  await expect(page.getByText('Not yet <b>verified</b>.')).toBeVisible();
  await page.getByLabel('Show').selectOption('account_review_update');
  await expect(events).toHaveCount(1);
  await events.locator('summary').click();
  await expect(events.getByText('APPROVED', { exact: true })).toBeVisible();
});

test('a profile is saved at Meta, and a wrong PIN is told in plain words', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 422 /);
  const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  const workspace = await house.addWorkspace('Harbour Coffee', owner);
  await house.addNumber(workspace, owner);
  await signIn(page, house, owner);
  await page.getByRole('link', { name: 'Numbers' }).click();
  await page.getByRole('article').getByRole('link', { name: 'Health, profile, events' }).click();
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByLabel('About').fill('Coffee by the harbour');
  await page.getByLabel('Website', { exact: true }).fill('harbour.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/begins with https:\/\//).first()).toBeVisible();
  await page.getByLabel('Website', { exact: true }).fill('https://harbour.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Profile saved')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('About')).toHaveValue('Coffee by the harbour');

  await page.getByRole('link', { name: 'Registration' }).click();
  const register = page.locator('form', { has: page.getByRole('heading', { name: 'Register' }) });
  await register.getByLabel('PIN').fill('12');
  await register.getByRole('button', { name: 'Register' }).click();
  await expect(register.getByText('A PIN has six digits.')).toBeVisible();
});
