// Contacts: added, found, changed, labelled, noted, merged; and what of it the inbox shows.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { customer, details, open, row, signIn, view } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

/** An installation with a number, its owner and an agent. */
async function furnish(house: House) {
  const owner = person('Olga Owner', 'olga@contacts.example');
  const agent = person('Ana Agent', 'ana@contacts.example');
  const workspace = await house.addWorkspace('House of Contacts', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addNumber(workspace, owner);
  return { workspace, owner, agent };
}

async function toContacts(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/contacts`);
  await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
}

const people = (page: Page) => page.getByRole('list', { name: 'Contacts' }).getByRole('link');
const line = (page: Page, name: string) => people(page).filter({ hasText: name });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

async function add(page: Page, form: { name: string; phone?: string; email?: string }): Promise<void> {
  await page.getByRole('button', { name: 'New contact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New contact' });
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  await dialog.getByLabel('Name', { exact: true }).fill(form.name);
  await dialog.getByLabel('Phone').fill(form.phone ?? '');
  await dialog.getByLabel('E-mail').fill(form.email ?? '');
  await dialog.getByRole('button', { name: 'Add contact' }).click();
}

async function makeLabel(page: Page, name: string, colour: string): Promise<void> {
  await page.getByRole('button', { name: 'Labels and fields' }).click();
  const dialog = page.getByRole('dialog', { name: 'Labels and fields' });
  await dialog.getByLabel('Name of the label').fill(name);
  await dialog.getByRole('radio', { name: colour }).check({ force: true });
  await dialog.getByRole('button', { name: 'Make label' }).click();
  await expect(dialog.getByRole('region', { name: 'Labels' }).getByRole('listitem').filter({ hasText: name })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

/** Ticks or unticks a label in the part of the page that is open. */
async function wear(page: Page, path: RegExp, name: string): Promise<void> {
  const box = page.getByRole('group', { name: 'Choose labels' }).getByRole('checkbox', { name });
  if (!(await box.isVisible())) await page.getByText('Choose labels').first().click();
  const saved = page.waitForResponse((answer) => path.test(answer.url()));
  await box.click();
  expect((await saved).status()).toBe(200);
}

test('somebody is added, found, changed, labelled, noted and told of, and the list shows it', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await toContacts(page, house);
  await expect(page.getByRole('heading', { name: 'Nobody is here yet' })).toBeVisible();
  await clean(page, 'contacts, empty');
  await makeLabel(page, 'VIP', 'Green');

  await add(page, { name: 'Zoë Quay', phone: '+49 (0)1512 3456789', email: 'zoe@quay.example' });
  await expect(heading(page, 'Zoë Quay')).toBeVisible();
  await expect(page.getByText('+4915123456789').first()).toBeVisible();
  await wear(page, /\/api\/contacts\/label$/, 'VIP');
  await page.getByLabel('New note').fill('Likes oat milk');
  await page.getByRole('button', { name: 'Add note' }).click();
  await expect(page.getByRole('region', { name: 'Notes' }).getByText('Likes oat milk')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Timeline' }).getByText('Likes oat milk')).toBeVisible();
  await clean(page, 'a contact');

  // Changed in its place, by keyboard.
  await page.getByRole('button', { name: 'Edit', exact: true }).press('Enter');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.getByLabel('Phone').fill('12');
  await page.getByLabel('Phone').press('Enter');
  await expect(page.getByLabel('Phone')).toBeFocused();
  await expect(page.getByLabel('Phone')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Phone').fill('+4915123456789');
  await page.getByLabel('Name', { exact: true }).fill('Zoë Harbour');
  await page.getByLabel('Looked after by').selectOption({ label: `${owner.name} (you)` });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(heading(page, 'Zoë Harbour')).toBeVisible();

  // A number is somebody's: they are named.
  await page.getByRole('link', { name: 'All contacts' }).click();
  await add(page, { name: 'Copy', phone: '+4915123456789' });
  const dialog = page.getByRole('dialog', { name: 'New contact' });
  await expect(dialog.getByRole('alert')).toContainText('Zoë Harbour has this number already.');
  await clean(page, 'a number that is taken');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await add(page, { name: 'Ben Ader' });
  await expect(heading(page, 'Ben Ader')).toBeVisible();
  await page.getByRole('link', { name: 'All contacts' }).click();

  await expect(people(page)).toHaveCount(2);
  await expect(people(page).first()).toContainText('Ben Ader');
  await expect(line(page, 'Zoë Harbour')).toContainText('VIP');
  await page.getByLabel('Order').selectOption({ label: 'Newest first' });
  await expect(people(page).first()).toContainText('Ben Ader');
  const filters = page.getByRole('search', { name: 'Look for' });
  await filters.getByLabel('Label').selectOption({ label: 'VIP' });
  await expect(people(page)).toHaveCount(1);
  await expect(people(page)).toContainText('Zoë Harbour');
  await filters.getByLabel('Looked after by').selectOption({ label: 'Nobody' });
  await expect(page.getByRole('heading', { name: 'Nobody is found' })).toBeVisible();
  await filters.getByLabel('Looked after by').selectOption({ label: 'Anybody' });
  await filters.getByLabel('Label').selectOption({ label: 'Any' });
  await filters.getByLabel('Name, number or address').fill('oe@quay');
  await expect(page.getByRole('heading', { name: 'Nobody is found' })).toBeVisible();
  await filters.getByLabel('Name, number or address').fill('zoe@quay.example');
  await expect(people(page)).toHaveCount(1);
  await clean(page, 'contacts');
  await page.setViewportSize(PHONE);
  await fits(page, 'contacts');
  await clean(page, 'contacts, on a phone');
  await line(page, 'Zoë Harbour').click();
  await expect(heading(page, 'Zoë Harbour')).toBeVisible();
  await fits(page, 'a contact');
  await clean(page, 'a contact, on a phone');
  await page.goBack();
  await expect(people(page).first()).toBeVisible();
});

test('a label on a conversation is seen by everybody at once, and found', async ({ fresh: house, page, newContext }) => {
  const { owner, agent } = await furnish(house);
  const ana = customer('Andrea Anchor');
  await house.sim.say(ana, 'Is anybody there?');
  await signIn(page, house, owner);
  await toContacts(page, house);
  await makeLabel(page, 'Urgent', 'Red');
  const theirs = await (await newContext()).newPage();
  await theirs.setViewportSize(DESKTOP);
  await signIn(theirs, house, agent);
  await view(theirs, 'All');
  await expect(row(theirs, ana.name)).toBeVisible();

  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, ana.name);
  await details(page, true);
  await wear(page, /\/api\/conversation\/label$/, 'Urgent');
  await expect(row(page, ana.name)).toContainText('Urgent');
  await expect(row(theirs, ana.name)).toContainText('Urgent');
  await house.sim.say(ana, 'Still there?');
  await expect(row(theirs, ana.name)).toContainText('Still there?');
  await expect(row(theirs, ana.name)).toContainText('Urgent');
  await theirs.getByRole('searchbox', { name: 'Search name or number' }).fill('#urg');
  await expect(row(theirs, ana.name)).toBeVisible();
  await theirs.getByRole('searchbox', { name: 'Search name or number' }).fill('#other');
  await expect(row(theirs, ana.name)).toHaveCount(0);
  await clean(page, 'details with labels');

  // From there to the contact, and back to the conversation.
  await page.getByRole('link', { name: 'Open contact' }).click();
  await expect(heading(page, ana.name)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Timeline' }).getByText('Still there?')).toBeVisible();
  await page.getByRole('link', { name: 'Conversation', exact: true }).click();
  await expect(page).toHaveURL(/\/inbox\//);
});

test('managers say which fields there are; what is put into one is held to its kind', async ({ fresh: house, page, newContext, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { workspace, owner, agent } = await furnish(house);
  const asAgent = await house.signIn(agent, workspace);
  const made = await house.ask('/api/fields/create', { name: 'Mine', kind: 'text', choices: [] }, asAgent);
  expect(made.status).toBe(403);
  await signIn(page, house, owner);
  await toContacts(page, house);
  await page.getByRole('button', { name: 'Labels and fields' }).click();
  const dialog = page.getByRole('dialog', { name: 'Labels and fields' });
  const fields = dialog.getByRole('region', { name: 'Fields' });
  for (const [name, kind] of [
    ['Plan', 'One of several'],
    ['Seats', 'Number'],
  ] as const) {
    await fields.getByLabel('Name of the field').fill(name);
    await fields.getByLabel('What stands in it').selectOption({ label: kind });
    if (kind === 'One of several') await fields.getByLabel('Choices').fill('Free\nGold');
    await fields.getByRole('button', { name: 'Make field' }).click();
    await expect(fields.getByRole('listitem').filter({ hasText: name })).toBeVisible();
  }
  await clean(page, 'labels and fields');
  // Their order is the managers' to say, by keyboard as well; the contact's page obeys.
  const names = fields.getByRole('listitem');
  await expect(fields.getByRole('button', { name: 'Move up: Plan' })).toBeDisabled();
  await fields.getByRole('button', { name: 'Move down: Plan' }).focus();
  await page.keyboard.press('Enter');
  await expect(names.first()).toContainText('Seats');
  await expect(fields.getByRole('button', { name: 'Move down: Plan' })).toBeDisabled();
  await expect(fields.getByRole('button', { name: 'Move up: Plan' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(names.first()).toContainText('Plan');
  await expect(fields.getByRole('button', { name: 'Move down: Plan' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(names.first()).toContainText('Seats');
  await page.keyboard.press('Escape');
  await add(page, { name: 'Ben Ader' });
  await expect(page.getByRole('region', { name: 'Fields' }).locator('label')).toHaveText(['Seats', 'Plan']);
  await page.getByLabel('Plan').selectOption({ label: 'Gold' });
  await page.getByLabel('Seats').fill('many');
  await page.getByLabel('Seats').press('Tab');
  await expect(page.getByText('Enter a number, such as 12 or -3.5.')).toBeVisible();
  await page.getByLabel('Seats').fill('12');
  await page.getByLabel('Seats').press('Tab');
  await expect(page.getByText('Enter a number, such as 12 or -3.5.')).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel('Seats')).toHaveValue('12');
  await expect(page.getByLabel('Plan')).toHaveValue('Gold');

  const theirs = await (await newContext()).newPage();
  await signIn(theirs, house, agent);
  await toContacts(theirs, house);
  await theirs.getByRole('button', { name: 'Labels and fields' }).click();
  await expect(theirs.getByText('Managers rename and delete labels')).toBeVisible();
  await expect(theirs.getByRole('region', { name: 'Fields' })).toHaveCount(0);
});

test('two contacts are made one, and two again, with their notes', async ({ fresh: house, page }) => {
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await toContacts(page, house);
  await add(page, { name: 'Ann Twin' });
  await expect(heading(page, 'Ann Twin')).toBeVisible();
  await page.getByLabel('New note').fill('Came by the fair');
  await page.getByRole('button', { name: 'Add note' }).click();
  await expect(page.getByRole('region', { name: 'Notes' }).getByText('Came by the fair')).toBeVisible();
  await page.getByRole('link', { name: 'All contacts' }).click();
  await add(page, { name: 'Bea Twin' });
  await expect(heading(page, 'Bea Twin')).toBeVisible();
  const same = page.getByRole('region', { name: 'The same person' });
  await same.getByText('Merge with another contact…').click();
  await same.getByRole('searchbox').fill('Ann');
  await same.getByRole('button', { name: /Ann Twin/ }).click();
  await expect(page.getByRole('region', { name: 'Notes' }).getByText('Came by the fair')).toBeVisible();
  await page.getByRole('link', { name: 'All contacts' }).click();
  await expect(people(page)).toHaveCount(1);
  await line(page, 'Bea Twin').click();
  await same.getByRole('button', { name: /Ann Twin/ }).click();
  await expect(page.getByText('They are two contacts again')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Notes' }).getByText('Came by the fair')).toHaveCount(0);
  await page.getByRole('link', { name: 'All contacts' }).click();
  await expect(people(page)).toHaveCount(2);
});

test('the book asks for the same again after a contact, on the way back and when it is loaded again', async ({ fresh: house, page }) => {
  const { owner } = await furnish(house);
  await signIn(page, house, owner);
  await toContacts(page, house);
  await makeLabel(page, 'VIP', 'Green');
  for (const name of ['Zoë Quay', 'Zora Quill', 'Abel Ames']) {
    await add(page, { name });
    await expect(heading(page, name)).toBeVisible();
    if (name !== 'Zora Quill') await wear(page, /\/api\/contacts\/label$/, 'VIP');
    await toContacts(page, house);
  }
  const filters = page.getByRole('search', { name: 'Look for' });
  const asked = async () => {
    await expect(page).toHaveURL(/search=zo.*label=.*owner=nobody.*order=newest/);
    await expect(filters.getByLabel('Name, number or address')).toHaveValue('zo');
    await expect(filters.getByLabel('Label').locator('option:checked')).toHaveText('VIP');
    await expect(filters.getByLabel('Looked after by')).toHaveValue('-');
    await expect(filters.getByLabel('Order')).toHaveValue('newest');
    await expect(people(page)).toHaveCount(1);
    await expect(line(page, 'Zoë Quay')).toBeVisible();
  };
  await filters.getByLabel('Name, number or address').fill('zo');
  await expect(people(page)).toHaveCount(2);
  await filters.getByLabel('Label').selectOption({ label: 'VIP' });
  await filters.getByLabel('Looked after by').selectOption({ label: 'Nobody' });
  await filters.getByLabel('Order').selectOption({ label: 'Newest first' });
  await asked();
  await line(page, 'Zoë Quay').click();
  await expect(heading(page, 'Zoë Quay')).toBeVisible();
  await page.goBack();
  await asked();
  // One goes on from whom one has looked at.
  await expect(line(page, 'Zoë Quay')).toBeFocused();
  await page.reload();
  await asked();
  // The contact's own way to the book, also after a reload.
  await line(page, 'Zoë Quay').click();
  await expect(heading(page, 'Zoë Quay')).toBeVisible();
  await page.reload();
  await page.getByRole('link', { name: 'All contacts' }).click();
  await asked();
  await filters.getByLabel('Name, number or address').fill('');
  await expect(page).not.toHaveURL(/search=/);
});

test('the list of conversations is narrowed by labels, which stand in the address and obey what happens', async ({ fresh: house, page }) => {
  const { owner } = await furnish(house);
  const [amira, bento, dana] = ['Amira Haddad', 'Bento Sousa', 'Dana Field'].map(customer);
  for (const who of [amira, bento, dana]) await house.sim.say(who, `I am ${who.name}`);
  await signIn(page, house, owner);
  await view(page, 'All');
  await expect(page.getByRole('button', { name: 'Filter by label' })).toHaveCount(0);
  await expect(row(page, dana.name)).toBeVisible();
  await toContacts(page, house);
  await makeLabel(page, 'VIP', 'Green');
  await makeLabel(page, 'Late', 'Red');
  // Amira's contact, Bento's conversation.
  await line(page, amira.name).click();
  await wear(page, /\/api\/contacts\/label$/, 'VIP');
  await page.goto(`${house.url}/inbox`);
  await view(page, 'All');
  await open(page, bento.name);
  await details(page, true);
  await wear(page, /\/api\/conversation\/label$/, 'VIP');

  const button = page.getByRole('button', { name: 'Filter by label' });
  const choices = page.getByRole('group', { name: 'Filter by label' });
  const chosen = page.getByRole('group', { name: 'Only with these labels' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  await choices.getByRole('checkbox', { name: 'VIP' }).focus();
  await page.keyboard.press('Space');
  await expect(row(page, dana.name)).toHaveCount(0);
  await expect(row(page, amira.name)).toBeVisible();
  await expect(row(page, bento.name)).toBeVisible();
  await expect(page).toHaveURL(/\/inbox\/.*\?labels=/);
  await clean(page, 'inbox, labels to choose from');
  await page.keyboard.press('Escape');
  await expect(choices).toHaveCount(0);
  await expect(button).toBeFocused();
  // The counts are of the same: Amira's message alone is unread.
  const all = page.getByRole('group', { name: 'Whose conversations' }).getByRole('button', { name: /^All/ });
  await expect(all).toHaveAccessibleName(/1 unread message$/);
  // What comes in moves up when it wears the label, and is not shown when it does not.
  await house.sim.say(dana, 'Me too');
  await house.sim.say(amira, 'Still there?');
  await expect(row(page, amira.name)).toContainText('Still there?');
  await expect(row(page, dana.name)).toHaveCount(0);

  // In the address: on another conversation, when loaded again, and on the way back.
  await open(page, amira.name);
  await expect(page).toHaveURL(/\/inbox\/.*\?labels=/);
  await page.reload();
  await expect(chosen.getByRole('button', { name: 'Take away: VIP' })).toBeVisible();
  await expect(row(page, bento.name)).toBeVisible();
  await expect(row(page, dana.name)).toHaveCount(0);
  // A colleague's label counts at once, without a word from here.
  await house.sim.say(dana, 'And now?');
  await button.click();
  await choices.getByRole('checkbox', { name: 'Late' }).check();
  await expect(page.getByRole('heading', { name: 'Nothing here wears these labels' })).toBeVisible();
  await chosen.getByRole('button', { name: 'Take away: Late' }).click();
  await expect(row(page, bento.name)).toBeVisible();
  await button.click();

  await page.goBack();
  await expect(page.getByRole('heading', { level: 2, name: bento.name })).toBeVisible();
  await expect(page).toHaveURL(/\?labels=/);
  await page.setViewportSize(PHONE);
  await page.goBack();
  await expect(chosen).toBeVisible();
  await expect(page).toHaveURL(/\/inbox\?labels=/);
  await button.click();
  await expect(choices).toBeVisible();
  await fits(page, 'inbox, labels, phone');
  await clean(page, 'inbox, labels, phone');
  await choices.getByRole('checkbox', { name: 'VIP' }).uncheck();
  await expect(row(page, dana.name)).toBeVisible();
  await expect(page).not.toHaveURL(/labels=/);
  await page.setViewportSize(DESKTOP);
});
