// Tasks: made, worked on and found again; from a message; and what a phone and a keyboard make of them.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { customer, open, row, signIn, view } from './support/inbox.ts';

const person = (name: string, email: string): Person => ({ name, email, password: newPassword() });

/** An installation with a number, its owner and an agent. */
async function furnish(house: House) {
  const owner = person('Olga Owner', 'olga@tasks.example');
  const agent = person('Ana Agent', 'ana@tasks.example');
  const workspace = await house.addWorkspace('House of Tasks', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addNumber(workspace, owner);
  return { owner, agent };
}

async function toTasks(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/tasks`);
  await expect(page.getByRole('heading', { level: 1, name: 'Tasks' })).toBeVisible();
}

/** Makes a task for a contact who has written, and waits for its page. */
async function make(page: Page, title: string, whom: string, more: (dialog: ReturnType<Page['getByRole']>) => Promise<void> = async () => {}): Promise<void> {
  await page.getByRole('button', { name: 'New task' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New task' });
  await expect(dialog.getByLabel('For whom')).toBeFocused();
  await dialog.getByLabel('For whom').fill(whom.slice(0, 4));
  await dialog.getByRole('button', { name: whom }).click();
  await dialog.getByLabel('What is to be done').fill(title);
  await more(dialog);
  await dialog.getByRole('button', { name: 'Make task' }).click();
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
}

const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'Lists of tasks' }).getByRole('link', { name });
const line = (page: Page, title: string) => page.getByRole('list', { name: 'Tasks' }).getByRole('link', { name: title });

test('a task is made, worked on before the eyes of another, and stands in the lists where it belongs', async ({ fresh: house, page, newContext, watch }) => {
  // Who looks at a task while it is deleted is told so, and Chromium writes a line of it.
  watch.allow(/^console: Failed to load resource: .* 404 .*\/api\/task\/show$/);
  const { owner, agent } = await furnish(house);
  const maria = customer('Maria Moreira');
  await house.sim.say(maria, 'I need my papers');
  await signIn(page, house, owner);
  await expect(row(page, maria.name)).toBeVisible();
  await toTasks(page, house);
  await expect(page.getByRole('heading', { name: 'Nothing to do' })).toBeVisible();
  await clean(page, 'tasks, empty');
  await make(page, 'Tax return', maria.name, async (dialog) => {
    await dialog.getByLabel('Due').fill('2020-01-31');
    await dialog.getByRole('switch', { name: /^Share with the contact/ }).check();
  });
  await clean(page, 'tasks');

  const anas = await (await newContext()).newPage();
  await anas.setViewportSize(DESKTOP);
  await signIn(anas, house, agent);
  await toTasks(anas, house);
  await tab(anas, 'Overdue').click();
  await expect(line(anas, 'Tax return')).toContainText('Overdue');
  await line(anas, 'Tax return').click();
  await expect(anas.getByRole('heading', { level: 1, name: 'Tax return' })).toBeVisible();

  const add = page.getByRole('textbox', { name: 'Add a line' });
  for (const words of ['Payslips', 'Rent contract']) {
    await add.fill(words);
    await add.press('Enter');
    await expect(anas.getByRole('checkbox', { name: words })).toBeVisible();
  }
  await anas.getByRole('checkbox', { name: 'Payslips' }).check();
  await expect(page.getByRole('checkbox', { name: 'Payslips' })).toBeChecked();

  await page.getByLabel('Write a comment').fill('I begin tomorrow');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(anas.getByText('I begin tomorrow')).toBeVisible();
  await page.getByRole('textbox', { name: 'Ask the contact for a document' }).fill('Passport');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(anas.getByRole('region', { name: 'Documents' })).toContainText('Passport');

  await page.getByRole('combobox', { name: 'Owner' }).selectOption({ label: agent.name });
  await expect(anas.getByRole('combobox', { name: 'Owner' })).toHaveValue(/.+/);
  await toTasks(anas, house);
  await tab(anas, 'Mine').click();
  await expect(line(anas, 'Tax return')).toContainText('1/2');

  await page.getByRole('combobox', { name: 'Status' }).selectOption({ label: 'Done' });
  await expect(line(anas, 'Tax return')).toHaveCount(0);
  await tab(anas, 'Done').click();
  await expect(line(anas, 'Tax return')).toBeVisible();

  // An agent deletes nothing; an owner is asked first.
  await line(anas, 'Tax return').click();
  await expect(anas.getByRole('button', { name: 'Delete task' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Delete task' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete task' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Tasks' })).toBeVisible();
  await expect(anas.getByRole('heading', { name: 'This task is not there' })).toBeVisible();
});

test('a task is made from the menu of a message, on a phone and with nothing but the keyboard', async ({ fresh: house, page }) => {
  const { owner } = await furnish(house);
  const maria = customer('Maria Moreira');
  await house.sim.say(maria, 'Please send me the invoice');
  await signIn(page, house, owner);
  await view(page, 'All');
  await open(page, maria.name);
  const message = page.getByRole('listitem').filter({ hasText: 'Please send me the invoice' }).last();
  await message.hover();
  await message.getByRole('button', { name: 'Actions for this message' }).click();
  await page.getByRole('link', { name: 'Make a task' }).click();
  const dialog = page.getByRole('dialog', { name: 'New task' });
  await expect(dialog.getByLabel('What is to be done')).toHaveValue('Please send me the invoice');
  await expect(dialog.getByLabel('What is to be done')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Please send me the invoice' })).toBeVisible();

  await page.setViewportSize(PHONE);
  await fits(page, 'task, phone');
  await clean(page, 'task, phone');
  await page.goto(`${house.url}/tasks`);
  await expect(line(page, 'Please send me the invoice')).toBeVisible();
  await fits(page, 'tasks, phone');
  await clean(page, 'tasks, phone');
});
