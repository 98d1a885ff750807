// The screens between the busy ones: what is refused, what is gone, what is asked before something is lost.

import { expect, test } from '../fixtures.ts';
import { DESKTOP } from '../support/browser.ts';
import { newPassword, type Person } from '../support/house.ts';
import { atInbox, customer, details, detailsHere, fillSignIn, open, row, signIn, signOut, toSetUp, toSignIn, view } from '../support/inbox.ts';
import { shoot } from '../support/picture.ts';

const long = customer('Rindfleischetikettierungsüberwachungsaufgaben-Übertragungsgesellschaft mbH');
const yusuf = customer('عبد الرحمن بن يوسف الخطيب');

test('what is refused and what is gone', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const { house } = home;
  for (const turn of Array.from({ length: 40 }, (_, n) => n)) {
    await house.deliver(long, `Line ${turn + 1} of a long story about vegetables.`, new Date(Date.now() - (50 - turn) * 60_000));
  }
  await house.sim.say(yusuf, 'السلام عليكم، هل المحمصة مفتوحة اليوم؟');

  await toSetUp(page, `${house.url}/setup#not-the-code`);
  await page.getByLabel('Workspace').fill('Mine now');
  await page.getByLabel('Your name').fill('Mallory');
  await page.getByLabel('E-mail').fill('mallory@example.com');
  await page.getByLabel('Password').fill(newPassword());
  await page.getByRole('button', { name: 'Make the workspace' }).click();
  await expect(page.getByText('Postern is set up already')).toBeVisible();
  await shoot(page, 'set-up', 'done-already');

  const nobody: Person = { name: 'Nobody', email: 'nobody@example.com', password: 'not this one' };
  await toSignIn(page, house);
  for (let status = 0; status !== 429; ) {
    const answer = page.waitForResponse((each) => each.url().endsWith('/auth/sign-in'));
    await fillSignIn(page, nobody);
    status = (await answer).status();
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  }
  await expect(page.getByText('The address or the password is not right.')).toHaveCount(0);
  await shoot(page, 'sign-in', 'wait');

  await signIn(page, house, home.owner);
  await page.goto(`${house.url}/no/such/page`);
  await expect(page.getByText('There is nothing here')).toBeVisible();
  await shoot(page, 'page', 'not-found');
  await page.goto(`${house.url}/inbox/019aaaaa-0000-7000-8000-000000000000`);
  await expect(page.getByText('This conversation is not here')).toBeVisible();
  await shoot(page, 'conversation', 'gone');

  await page.setViewportSize(DESKTOP);
  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await view(page, 'Mine');
  await shoot(page, 'inbox', 'mine-empty');
  await view(page, 'All');
  await open(page, long.name);
  await details(page, true);
  await shoot(page, 'details', 'long-names', () => detailsHere(page, true));
  await page.keyboard.press('Escape');
  await details(page, false);
  await page.getByRole('region', { name: 'Messages' }).hover();
  await page.mouse.wheel(0, -1500);
  await expect(page.getByRole('button', { name: /Jump to the newest|new/ }).first()).toBeVisible();
  await house.sim.say(long, 'And one more line, while you read further up.');
  await shoot(page, 'conversation', 'reading-further-up');
  await page.setViewportSize(DESKTOP);
  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await view(page, 'All');
  await open(page, yusuf.name);
  await details(page, true);
  await shoot(page, 'details', 'arabic', () => detailsHere(page, true));
  await page.keyboard.press('Escape');
  await details(page, false);
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await view(page, 'All');
  await page.getByRole('button', { name: /Open.*Closed/ }).click();
  await expect(row(page, yusuf.name)).toBeVisible();
  await shoot(page, 'inbox', 'closed');

  await page.setViewportSize(DESKTOP);
  await page.goto(`${house.url}/inbox`);
  await atInbox(page);
  await page.keyboard.press('Control+k');
  const command = page.getByRole('dialog').getByRole('combobox');
  await command.fill('الخطيب');
  await expect(page.getByRole('dialog').getByRole('option').filter({ hasText: yusuf.name })).toBeVisible();
  await shoot(page, 'command-bar', 'results');
  await command.fill('zzzz');
  await expect(page.getByRole('dialog').getByRole('option')).toHaveCount(0);
  await shoot(page, 'command-bar', 'nothing');
  await page.keyboard.press('Escape');

  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('button', { name: 'Disconnect', exact: true }).first().click();
  await expect(page.getByRole('dialog', { name: 'Disconnect this number?' })).toBeVisible();
  await shoot(page, 'numbers', 'disconnect');
  await page.keyboard.press('Escape');
  await page.setViewportSize(DESKTOP);
  await signOut(page);

  await signIn(page, house, home.manager);
  await page.getByRole('button', { name: 'Workspace and settings' }).click();
  await shoot(page, 'menu', 'two-workspaces');
});

test('a number under the installation’s own app', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const owner: Person = { name: 'Amal Haddad', email: 'amal@harbour.example', password: newPassword() };
  await house.addWorkspace('Wolfeschlegelsteinhausenbergerdorff & Töchter, Gemüseimport', owner);
  await signIn(page, house, owner);
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('main').getByRole('button', { name: 'Connect a number' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a number' });
  await dialog.getByLabel('Name', { exact: true }).fill('Kundendienst für außergewöhnlich lange Namen 🌿 خدمة');
  await dialog.getByLabel('Phone number ID').fill(house.number);
  await dialog.getByLabel('WhatsApp Business Account ID').fill(house.account);
  await dialog.getByLabel('Access token').fill(house.token);
  await dialog.getByRole('radio', { name: "This installation's app" }).check();
  await shoot(page, 'connect', 'filled');
  await page.setViewportSize(DESKTOP);
  await dialog.getByRole('button', { name: 'Connect a number' }).click();
  const done = page.getByRole('dialog', { name: 'The number is connected' });
  await expect(done).toBeVisible();
  await shoot(page, 'connected', 'installations-app');
  await done.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('article').first()).toBeVisible();
  await shoot(page, 'numbers', 'long-names');
});
