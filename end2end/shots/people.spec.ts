// The screens of those who come in, of one's own account and of the team.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Google } from '../support/google.ts';
import { House, newPassword } from '../support/house.ts';
import { atInbox, signIn, toSignIn } from '../support/inbox.ts';
import { shoot } from '../support/picture.ts';

const someone = (name: string) => ({ name, email: `${name.split(' ')[0]?.toLowerCase()}@harbour.example`, password: newPassword() });

test('coming in: forgotten, registered, invited, waiting', async ({ page, newContext, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const house = await House.open({ env: { POSTERN_REGISTRATION: 'open' } });
  let admins: Page | undefined;
  try {
    const owner = someone('Amal Haddad');
    const workspace = await house.addWorkspace('Harbour Coffee Roasters', owner);
    await toSignIn(page, house);
    await shoot(page, 'sign-in', 'open');
    await page.getByRole('link', { name: 'Register a workspace' }).click();
    await expect(page.getByLabel('Workspace')).toBeVisible();
    await shoot(page, 'register', 'empty');
    await page.goto(`${house.url}/forgot`);
    await expect(page.getByLabel('E-mail')).toBeVisible();
    await shoot(page, 'forgot', 'empty');

    const headers = await house.signIn(owner, workspace);
    const guest = someone('مريم Ξένη 🌿');
    guest.email = 'maryam@harbour.example';
    await house.must('/api/team/invite', { form: { email: guest.email, role: 'agent' } }, headers);
    const link = (await house.post.letter(guest.email, /^Join/)).links[0] ?? '';
    await page.goto('about:blank');
    await page.goto(link);
    await expect(page.getByRole('button', { name: 'Ask to join' })).toBeVisible();
    await shoot(page, 'invitation', 'new');
    await page.getByLabel('Your name').fill(guest.name);
    await page.getByLabel('Password', { exact: true }).fill(guest.password);
    await page.getByRole('button', { name: 'Ask to join' }).click();
    await expect(page.getByLabel('Code from the e-mail')).toBeVisible();
    await shoot(page, 'code', 'empty');
    const { code } = await house.post.letter(guest.email, /Confirm/);
    await page.getByLabel('Code from the e-mail').fill(code ?? '');
    await expect(page.getByRole('heading', { name: /^Your request is with/ })).toBeVisible();
    await shoot(page, 'waiting', 'waiting');

    admins = await (await newContext()).newPage();
    await house.addMember(workspace, someone('Bruno Castellanos-Wolfeschlegelsteinhausen'), 'agent');
    await house.addMember(workspace, someone('Chiara Lindqvist'), 'manager');
    await house.must('/api/team/link', { form: { role: 'agent', domain: 'harbour.example', days: 7 } }, headers);
    await house.must('/api/team/invite', { form: { email: 'someone.with.a.long.address@roasters.example', role: 'manager' } }, headers);
    await admins.goto(`${house.url}/sign-in?next=/settings/team`);
    await signIn(admins, house, owner);
    await admins.goto(`${house.url}/settings/team`);
    await expect(admins.getByRole('button', { name: /^Approve/ })).toBeVisible();
    await shoot(admins, 'team', 'full');
    await admins.getByRole('button', { name: 'Invite', exact: true }).click();
    await expect(admins.getByRole('dialog', { name: 'Invite to the team' })).toBeVisible();
    await shoot(admins, 'invite', 'empty');
    const { members } = await house.must('/api/team/list', {}, headers);
    for (const name of ['Sales', 'فريق الدعم 🌿 with a name that goes on for quite a while']) {
      const id = await house.must('/api/teams/create', { name }, headers);
      for (const { id: member } of members.filter((who: { state: string }) => who.state === 'active')) {
        await house.must('/api/teams/add', { id, member }, headers);
      }
    }
    await admins.goto(`${house.url}/settings/teams`);
    await expect(admins.getByRole('heading', { level: 2, name: 'Sales' })).toBeVisible();
    await shoot(admins, 'teams', 'full');
    await admins.goto(`${house.url}/settings/account`);
    await expect(admins.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
    await expect(admins.getByText('This browser', { exact: true })).toBeVisible();
    await shoot(admins, 'account', 'full');
    await admins.getByRole('region', { name: 'Delete your account' }).getByRole('button', { name: 'Delete account' }).click();
    await expect(admins.getByRole('list', { name: 'Workspaces that hold you' })).toBeVisible();
    await shoot(admins, 'delete-account', 'held');
    await admins.goto(`${house.url}/settings/account`);
    await expect(admins.getByText('This browser', { exact: true })).toBeVisible();
    const passkeys = admins.getByRole('button', { name: 'Add a passkey' });
    await shoot(admins, 'account', 'passkeys', () => passkeys.scrollIntoViewIfNeeded());
    await passkeys.click();
    await expect(admins.getByRole('dialog', { name: 'Add a passkey' })).toBeVisible();
    await shoot(admins, 'passkey', 'asked');
    await admins.goto(`${house.url}/settings/audit`);
    await expect(admins.getByRole('region', { name: 'Chain' })).toContainText('The chain is whole');
    await shoot(admins, 'audit', 'full');
    await admins.goto(`${house.url}/settings/delete`);
    await expect(admins.getByRole('list', { name: 'What goes' })).toBeVisible();
    await shoot(admins, 'delete-workspace', 'full');
    await admins.getByRole('button', { name: 'Delete workspace' }).click();
    await expect(admins.getByRole('dialog', { name: 'Delete it for good?' })).toBeVisible();
    await shoot(admins, 'delete-workspace', 'asked');
  } finally {
    // Pages whose server goes would say so in their consoles.
    await admins?.context().close();
    await page.context().close();
    await house.close();
  }
});

test('two-step sign-in is set up', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const owner = someone('Amal Haddad');
  await house.addWorkspace('Harbour Coffee', owner);
  await signIn(page, house, owner);
  await atInbox(page);
  await page.goto(`${house.url}/settings/account`);
  await page.getByRole('region', { name: 'Two-step sign-in' }).getByRole('button', { name: 'Set up' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await dialog.getByLabel('Your password').fill(owner.password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: /QR code/ })).toBeVisible();
  await shoot(page, 'two-step', 'seed');
});

test('a workspace is set up', async ({ fresh: house, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const owner = someone('Amal Haddad');
  await house.addWorkspace('Harbour Coffee Roasters', owner);
  await signIn(page, house, owner);
  await expect(page.getByText('0 of 5 done')).toBeVisible();
  await shoot(page, 'inbox', 'first-steps');
  await page.goto(`${house.url}/settings/workspace`);
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeVisible();
  await expect(page.getByText('0 of 5 done')).toBeVisible();
  await shoot(page, 'workspace', 'empty');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('محمصة الميناء ☕ Harbour Coffee Roasters & Sons');
  await page.getByRole('radio', { name: 'Teal' }).check();
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Lisbon');
  await page.getByRole('switch', { name: /We keep business hours/ }).check();
  await page.getByRole('button', { name: 'Add a second time: Monday' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('The workspace is saved')).toBeVisible();
  await page.getByRole('heading', { name: 'Name and look' }).scrollIntoViewIfNeeded();
  await shoot(page, 'workspace', 'filled');
  await page.getByRole('group', { name: 'Business hours' }).scrollIntoViewIfNeeded();
  await shoot(page, 'workspace', 'hours');
  await page.goto(`${house.url}/settings/account`);
  await page.getByRole('heading', { name: 'Notifications' }).scrollIntoViewIfNeeded();
  await shoot(page, 'account', 'habits');
});

test('by way of Google', async ({ page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 4\d\d /);
  const google = await Google.open();
  const house = await House.open({ env: { ...google.settings, POSTERN_REGISTRATION: 'open' } });
  try {
    const owner = someone('Amal Haddad');
    await house.addWorkspace('Harbour Coffee', owner);
    const come = async () => {
      await toSignIn(page, house);
      await page.getByRole('button', { name: 'Continue with Google' }).click();
      await page.getByRole('link', { name: /^Continue as/ }).click();
    };
    await toSignIn(page, house);
    await expect(page.getByRole('button', { name: 'Continue with Google' })).toBeVisible();
    await shoot(page, 'sign-in', 'google');
    google.who = { sub: '1', name: owner.name, email: owner.email, verified: true };
    await come();
    await expect(page.getByRole('heading', { name: 'There is an account with your address' })).toBeVisible();
    await shoot(page, 'arrived', 'taken');
    google.who = { sub: '2', name: 'مريم Ξένη 🌿', email: 'maryam.with.a.long.address@harbour.example', verified: true };
    await come();
    await expect(page.getByLabel('Your name')).toBeVisible();
    await shoot(page, 'arrived', 'newcomer');
    await signIn(page, house, owner);
    await page.goto(`${house.url}/settings/account`);
    await expect(page.getByRole('button', { name: 'Connect Google' })).toBeVisible();
    await shoot(page, 'account', 'google');
  } finally {
    // A page whose server goes would say so in its console.
    await page.context().close();
    await house.close();
    await google.close();
  }
});
