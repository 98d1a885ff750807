// The team: invited, let in, given another role, shut out, removed; each in a workspace of the test's own.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { clean, fits } from './support/axe.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import { atInbox, customer, open, row, signIn, view } from './support/inbox.ts';

/** What is refused on purpose, and whoever is shut out: Chromium writes a line about each. */
const REFUSED = [/^console: Failed to load resource: .* 4\d\d /, /^console: WebSocket connection to .* failed/];

/** A workspace whose people may come and go. */
interface Own {
  house: House;
  workspace: string;
  name: string;
  owner: Person;
}

let serial = 0;

/** Somebody nobody has met: several tests share an installation. */
function person(name: string): Person {
  serial += 1;
  return { name, email: `${name.toLowerCase().replaceAll(' ', '.')}.${serial}@team.example`, password: newPassword() };
}

async function make(house: House, name: string): Promise<Own> {
  const owner = person('Olga Owner');
  return { house, name, owner, workspace: await house.addWorkspace(name, owner) };
}

async function join(own: Own, name: string, role: 'agent' | 'manager' | 'admin'): Promise<Person> {
  const who = person(name);
  await own.house.addMember(own.workspace, who, role);
  return who;
}

/** Asks the server what the person's page does not offer. */
async function call(own: Own, who: Person, path: string, body: unknown) {
  const signed = await own.house.ask('/auth/sign-in', { email: who.email, password: who.password });
  const entry = JSON.parse(signed.text);
  const { token } = entry.in ?? entry;
  return own.house.ask(path, body, { authorization: `Bearer ${token}`, 'x-workspace-id': own.workspace });
}

async function idOf(own: Own, who: Person): Promise<string> {
  const { text } = await call(own, own.owner, '/api/team/list', {});
  const found = JSON.parse(text).members.find((member: { email: string }) => member.email === who.email);
  return found.id;
}

/** Asks to come in by a mailed invitation, as somebody who has an account already. */
async function ask(own: Own, who: Person): Promise<void> {
  await own.house.addWorkspace(`Elsewhere of ${who.name}`, who);
  const invited = await call(own, own.owner, '/api/team/invite', { form: { email: who.email, role: 'agent' } });
  expect(invited.status, invited.text).toBe(200);
  const letter = await own.house.post.letter(who.email, /^Join /);
  const link = letter.links.find((link) => link.includes('/invitation#')) ?? '';
  const accepted = await call(own, who, '/api/invitation/accept', { token: new URL(link).hash.slice(1) });
  expect(accepted.status, accepted.text).toBe(200);
}

async function toTeam(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/settings/team`);
  await expect(page.getByRole('heading', { level: 1, name: 'Team' })).toBeVisible();
}

const members = (page: Page) => page.getByRole('table', { name: /^Members/ });
const waiting = (page: Page) => page.getByRole('region', { name: 'Waiting for approval' });
const line = (page: Page, who: Person) => members(page).getByRole('row').filter({ hasText: who.email });
const role = (page: Page, who: Person) => line(page, who).getByRole('combobox', { name: `Role of ${who.name}` });
const membersHead = (page: Page) => page.getByRole('heading', { name: /^Members/ });

function invitation(page: Page, words: string): Locator {
  return page.getByRole('region', { name: /^Invitations/ }).getByRole('listitem').filter({ hasText: words });
}

/** Chooses from the menu of a member. */
async function act(page: Page, who: Person, what: RegExp): Promise<void> {
  await line(page, who).getByRole('button', { name: `Actions for ${who.name}` }).click();
  await page.getByRole('button', { name: what }).click();
}

async function undo(page: Page): Promise<void> {
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click();
}

test('an invitation is mailed, stands in the list, is sent again and withdrawn', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Letters');
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite to the team' });
  const email = dialog.getByRole('textbox', { name: 'E-mail' });
  await expect(email).toBeFocused();

  await email.fill(own.owner.email);
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await expect(dialog.getByText('This person is a member already')).toBeVisible();

  const nina = person('Nina Next').email;
  await email.fill(nina);
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('manager');
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await expect(dialog.getByText(`The invitation to ${nina} is on its way.`)).toBeVisible();
  await expect(page.getByText(`Invited: ${nina}`)).toBeVisible();
  // It stays for the next one.
  await expect(email).toHaveValue('');
  await expect(email).toBeFocused();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();

  await expect(invitation(page, nina)).toContainText('Manager');
  await expect(invitation(page, nina)).toContainText(`by ${own.owner.name}`);
  const first = await house.post.letter(nina, /^Join Team of Letters/);
  await invitation(page, nina).getByRole('button', { name: `Resend: ${nina}` }).click();
  await expect(page.getByText(`Sent again to ${nina}`)).toBeVisible();
  await expect.poll(() => house.post.letters(nina).length).toBe(2);
  const second = await house.post.letter(nina, /^Join Team of Letters/);
  expect(second.links[0]).not.toBe(first.links[0]);

  await invitation(page, nina).getByRole('button', { name: `Withdraw: ${nina}` }).click();
  await expect(page.getByText(`Withdrawn: ${nina}`)).toBeVisible();
  await expect(invitation(page, nina)).toHaveCount(0);
  await expect(membersHead(page), 'the focus is not lost with the line').toBeFocused();
});

test('a link is made, and shown once', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Links');
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite to the team' });
  await dialog.getByRole('radio', { name: /^By link/ }).check();
  await dialog.getByRole('textbox', { name: 'Only addresses at' }).fill('team.example');
  const days = dialog.getByRole('textbox', { name: 'Good for how many days' });
  await expect(days).toHaveValue('7');
  await days.fill('40');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await expect(dialog.getByText('Choose 1 to 30 days.')).toBeVisible();
  await expect(days).toBeFocused();
  await days.fill('14');
  await dialog.getByRole('button', { name: 'Make the link' }).click();

  await expect(dialog.getByText('The link is shown only now.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Copy: Link to join' })).toBeFocused();
  const link = await dialog.locator('.copyable-value').innerText();
  expect(link.startsWith(`${house.url}/invitation#`)).toBe(true);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  expect(await page.content()).not.toContain(new URL(link).hash);

  const listed = invitation(page, 'Link for anyone at team.example');
  await expect(listed).toContainText('Agent');
  await expect(listed.getByRole('button', { name: /^Resend/ }), 'there is nobody to mail it to').toHaveCount(0);
  await listed.getByRole('button', { name: /^Withdraw/ }).click();
  await expect(listed).toHaveCount(0);
});

test('whoever asks to come in is seen without a reload, and is let in or told why not', async ({ home: { house }, page }) => {
  const own = await make(house, 'Team of Guests');
  const [iva, jon] = [person('Iva Invited'), person('Jon Joker')];
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await expect(line(page, own.owner)).toBeVisible();
  await expect(waiting(page)).toHaveCount(0);
  const rail = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Team/ });
  await expect(rail).toHaveCount(0);

  await ask(own, iva);
  // It is told, and not found at the next look.
  await expect(rail).toContainText('1 person asks to come in', { timeout: 3_000 });
  await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: /^Team(?!s)/ })).toContainText('1 person asks to come in');
  const guest = (who: Person) => waiting(page).getByRole('listitem').filter({ hasText: who.email });
  await expect(guest(iva)).toBeVisible({ timeout: 3_000 });
  await expect(guest(iva)).toContainText(/Asked .+ from network \S+\/(24|48)/);
  await expect(line(page, iva), 'who waits is no member').toHaveCount(0);
  await guest(iva).getByRole('combobox', { name: `Role of ${iva.name}` }).selectOption('manager');
  await guest(iva).getByRole('button', { name: `Approve ${iva.name}` }).click();
  await expect(page.getByText(`${iva.name} is in, and is told by e-mail`)).toBeVisible();
  await expect(role(page, iva)).toHaveValue('manager');
  await expect(waiting(page)).toHaveCount(0);
  await expect(rail).toHaveCount(0);
  await expect(membersHead(page), 'the focus is not lost with the line').toBeFocused();
  await house.post.letter(iva.email, /^You are in/);

  await ask(own, jon);
  await guest(jon).getByRole('button', { name: `Decline ${jon.name}` }).click();
  const dialog = page.getByRole('dialog', { name: `Decline ${jon.name}?` });
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await dialog.getByLabel('Reason').fill('We do not know you yet.');
  await dialog.getByRole('button', { name: 'Decline' }).click();
  await expect(dialog).toBeHidden();
  await expect(waiting(page)).toHaveCount(0);
  await expect(line(page, jon)).toHaveCount(0);
  expect((await house.post.letter(jon.email, /was declined$/)).text).toContain('We do not know you yet.');
});

test('an agent sees no list of the team, and the server gives none', async ({ home, page }) => {
  const { house, workspace, agent, owner } = home;
  await signIn(page, house, agent);
  await toTeam(page, house);
  await expect(page.getByRole('heading', { name: 'Admins run the team' })).toBeVisible();
  await expect(page.getByText(`Ask ${owner.name}`)).toBeVisible();
  await expect(members(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0);
  await clean(page, 'team, of an agent');
  const own = { house, workspace, owner, name: '' };
  expect((await call(own, agent, '/api/team/list', {})).status).toBe(403);
  const invited = await call(own, agent, '/api/team/invite', { form: { email: 'x@team.example', role: 'agent' } });
  expect(invited.status).toBe(403);
});

test('a role is lowered, the page of whoever had it follows, and undo gives it back', async ({ home: { house }, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Ranks');
  const ada = await join(own, 'Ada Admin', 'admin');
  const theirs = await (await newContext()).newPage();
  await signIn(theirs, house, ada);
  await toTeam(theirs, house);
  await expect(line(theirs, own.owner)).toBeVisible();
  await expect(role(theirs, own.owner), 'nobody changes who ranks above them').toBeDisabled();
  await expect(line(theirs, own.owner).getByRole('button', { name: /^Actions for/ })).toHaveCount(0);

  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await role(page, ada).selectOption('agent');
  await expect(page.getByText(`${ada.name} is an agent now`)).toBeVisible();
  await expect(theirs.getByRole('heading', { name: 'Admins run the team' })).toBeVisible();
  await expect(members(theirs)).toHaveCount(0);
  expect((await call(own, ada, '/api/team/list', {})).status).toBe(403);

  await undo(page);
  await expect(page.getByText(`${ada.name} is an admin now`)).toBeVisible();
  await expect(role(page, ada)).toHaveValue('admin');
  await expect(line(theirs, own.owner)).toBeVisible();
});

test('who is suspended is out within two seconds, and in again after undo', async ({ home: { house }, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Doors');
  const sam = await join(own, 'Sam Shutout', 'agent');
  const theirs = await (await newContext()).newPage();
  const live = theirs.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
  await signIn(theirs, house, sam);
  await live;
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await act(page, sam, /^Suspend/);
  const told = theirs.getByText(/You are suspended from/).first();
  await expect(page.getByText(`${sam.name} is suspended`)).toBeVisible();
  await expect(told).toBeVisible({ timeout: 2_000 });
  await expect(line(page, sam)).toContainText('Suspended');
  expect((await call(own, sam, '/api/inbox/counts', {})).status).toBe(403);

  await undo(page);
  await expect(page.getByText(`${sam.name} is back in`)).toBeVisible();
  await expect(line(page, sam)).toContainText('Active');
  await theirs.goto(`${house.url}/inbox`);
  await atInbox(theirs);
});

test('the access of a member is ended: this workspace closes in their browser until they sign in anew', async ({ home: { house }, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Keys');
  const eva = await join(own, 'Eva Elsewhere', 'agent');
  const theirs = await (await newContext()).newPage();
  const live = theirs.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
  await signIn(theirs, house, eva);
  await live;
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await line(page, eva).getByText('1 browser').click();
  await expect(line(page, eva).getByRole('listitem')).toContainText(/\/(24|48)/);
  await line(page, eva).getByRole('button', { name: `End access of ${eva.name}` }).click();
  const dialog = page.getByRole('dialog', { name: `End access of ${eva.name}?` });
  await dialog.getByRole('button', { name: 'End access' }).click();
  await expect(dialog).toBeHidden();
  await expect(line(page, eva)).toContainText('No browser');
  await expect(theirs.getByText(/ended your access/).first()).toBeVisible();
});

test('who is removed hands on what they had in hand', async ({ fresh: house, page, newContext, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Hands');
  const bea = await join(own, 'Bea Before', 'agent');
  const cyd = await join(own, 'Cyd Carries-On', 'agent');
  await house.addNumber(own.workspace, own.owner);
  const nora = customer('Nora Handed-On');
  await house.sim.say(nora, 'Who looks after me?');
  await signIn(page, house, own.owner);
  await view(page, 'All');
  await open(page, nora.name);
  await page.getByLabel('Assigned to', { exact: true }).selectOption({ label: bea.name });
  await expect(row(page, nora.name).getByText(`Assigned to ${bea.name}`)).toBeAttached();

  await toTeam(page, house);
  await act(page, bea, /^Remove/);
  const dialog = page.getByRole('dialog', { name: `Remove ${bea.name}?` });
  await expect(dialog.getByText(`${bea.name} loses access at once`)).toBeVisible();
  await dialog.getByLabel('Give 1 open conversation to').selectOption({ label: cyd.name });
  await dialog.getByRole('button', { name: 'Remove from the team' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`${bea.name} is removed`)).toBeVisible();
  await expect(line(page, bea)).toHaveCount(0);
  await expect(membersHead(page), 'the focus is not lost with the line').toBeFocused();

  const theirs = await (await newContext()).newPage();
  await signIn(theirs, house, cyd);
  await view(theirs, 'Mine');
  await expect(row(theirs, nora.name)).toBeVisible();
  expect((await call(own, bea, '/api/inbox/counts', {})).status).toBe(403);
});

test('the last owner stays one, and is told why', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED, /^console: Failed to load resource: net::ERR_\w+ .*\/team\/list$/);
  const own = await make(house, 'Team of Owners');
  const tom = await join(own, 'Tom Two', 'admin');
  const [mine, his] = [await idOf(own, own.owner), await idOf(own, tom)];
  const refused = await call(own, own.owner, '/api/team/role', { id: mine, role: 'agent' });
  expect(refused.status).toBe(409);

  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await expect(role(page, own.owner)).toBeDisabled();
  await expect(line(page, own.owner)).toContainText('The last owner. Hand the workspace over first.');
  await role(page, tom).selectOption('owner');
  await expect(page.getByText(`${tom.name} is an owner now`)).toBeVisible();
  await expect(role(page, own.owner)).toBeEnabled();

  // The other one gives it up, and this page has not heard of it.
  await page.route('**/api/team/list', (route) => route.abort());
  expect((await call(own, tom, '/api/team/role', { id: his, role: 'admin' })).status).toBe(200);
  await role(page, own.owner).selectOption('admin');
  const dialog = page.getByRole('dialog', { name: 'Give up your role?' });
  await dialog.getByRole('button', { name: 'Become an admin' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This is the last owner: hand the workspace over first.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.unroute('**/api/team/list');
  await expect(role(page, own.owner)).toHaveValue('owner');
  // Found at the next look, for what it was told could not be read.
  await expect(role(page, own.owner)).toBeDisabled({ timeout: 40_000 });
});

test('a workspace is handed over by whoever types its name', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Heirs');
  const hal = await join(own, 'Hal Heir', 'agent');
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  await act(page, hal, /^Hand over/);
  const dialog = page.getByRole('dialog', { name: `Hand over to ${hal.name}?` });
  const typed = dialog.getByRole('textbox', { name: "Type the workspace's name to go on" });
  await expect(typed).toBeFocused();
  await typed.fill('Team of Others');
  await dialog.getByRole('button', { name: 'Hand it over' }).click();
  await expect(dialog.getByText('This is not its name.')).toBeVisible();
  await expect(typed).toBeFocused();
  await typed.fill(own.name);
  await dialog.getByRole('button', { name: 'Hand it over' }).click();
  await expect(dialog).toBeHidden();
  await expect(role(page, hal)).toHaveValue('owner');
  await expect(role(page, hal)).toBeDisabled();
  await expect(role(page, own.owner)).toHaveValue('admin');
});

test('two-step sign-in is not required by somebody who has none', async ({ home: { house }, page, watch }) => {
  watch.allow(...REFUSED);
  const own = await make(house, 'Team of Steps');
  await signIn(page, house, own.owner);
  await toTeam(page, house);
  const required = page.getByRole('switch', { name: /^Require two-step sign-in/ });
  await required.click();
  await expect(page.getByRole('alert')).toContainText('Set up two-step sign-in for yourself first');
  await expect(page.getByRole('link', { name: 'Go to your account' })).toBeVisible();
  await expect(required).not.toBeChecked();
});

for (const size of [DESKTOP, PHONE]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the screens of the team are clean, ${size.width} wide, ${colorScheme}`, async ({ home: { house }, page }) => {
      const own = await make(house, 'Team of Looks');
      const long = person('Wolfeschlegelsteinhausenbergerdorff عبد الرحمن بن يوسف الخطيب 🌿');
      long.email = `wolfeschlegelsteinhausenbergerdorff.${serial}@a-long-name-of-a-company.example`;
      await house.addMember(own.workspace, long, 'manager');
      await ask(own, person('Gus Guest'));
      await call(own, own.owner, '/api/team/link', { form: { role: 'agent', domain: 'team.example', days: 7 } });
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await signIn(page, house, own.owner);
      await toTeam(page, house);
      const check = async (screen: string) => {
        await clean(page, screen);
        await fits(page, screen);
      };
      await expect(waiting(page)).toBeVisible();
      await expect(invitation(page, 'Link for anyone')).toBeVisible();
      await page.getByText('What each role may do').click();
      await line(page, own.owner).getByText('1 browser').click();
      await check('team');
      await line(page, long).getByRole('button', { name: /^Actions for/ }).click();
      await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible();
      await check('team, a menu');
      await page.getByRole('button', { name: /^Remove/ }).click();
      await expect(page.getByRole('dialog', { name: /^Remove/ })).toBeVisible();
      await check('remove a member');
      await page.keyboard.press('Escape');
      await expect(line(page, long).getByRole('button', { name: /^Actions for/ }), 'the focus comes back').toBeFocused();
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Invite to the team' });
      await expect(dialog).toBeVisible();
      await check('invite by e-mail');
      await dialog.getByRole('radio', { name: /^By link/ }).check();
      await dialog.getByRole('button', { name: 'Make the link' }).click();
      await expect(dialog.getByText('The link is shown only now.')).toBeVisible();
      await check('invite by link');
    });
  }
}
