// Letters: they leave over TLS, lead to this installation whatever a request says, and what people typed is text in them.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { newPassword, type House, type Person } from './support/house.ts';
import type { Letter } from './support/post.ts';

const RESET = /^Set a new password$/;
/** Everything that stands above a letter, once. */
const HEADERS = ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'];
const LIES = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  forwarded: 'host=evil.example;proto=https',
};
/** Whom a letter to somebody else must not reach. */
const THIRD = 'third@elsewhere.example';

test('a letter is handed over by TLS and password, as text and as a page', async ({ home: { house, agent } }) => {
  expect(await forgot(house, agent.email)).toEqual({ status: 204, text: '' });
  const letter = await house.post.letter(agent.email, RESET);
  expect(letter.secure, 'over TLS').toBe(true);
  expect(letter.user, 'by the user that was set').toBe(house.post.user);
  expect(letter.to).toEqual([agent.email]);
  expect(letter.from).toMatch(/^"?Postern"? <postern@harbour\.example>$/);
  expect(letter.headers['content-type']?.[0]).toMatch(/^multipart\/alternative/);
  expect(letter.text).toContain(letter.subject);
  expect(letter.html).toMatch(/^<!doctype html>/);
  expect(letter.html, 'nothing is fetched when it is opened').not.toMatch(/<(img|link|script|iframe)\b|url\(|@import/i);
});

test('its links lead here, also when the request was sent to another name', async ({ home: { house, manager } }) => {
  await forgot(house, manager.email, LIES);
  const letter = await house.post.letter(manager.email, RESET);
  const pages = hrefs(letter);
  expect(letter.links).toHaveLength(1);
  expect(pages).toEqual(letter.links);
  for (const link of pages) {
    expect(link.startsWith(`${house.url}/`), link).toBe(true);
    const { search, hash } = new URL(link);
    expect([search, hash.length > 40], 'the secret is in the fragment, which no server is sent').toEqual(['', true]);
  }
  expect(JSON.stringify(letter)).not.toContain('evil.example');
});

test('names full of markup are text in the page, and as they were typed in the text', async ({ home: { house }, page }) => {
  const olga: Person = { name: 'Olga Orlova', email: 'olga@markup.example', password: newPassword() };
  const eve: Person = { name: '<b>Eve</b> & "co"', email: 'eve@markup.example', password: newPassword() };
  const company = `<i>O'Neill</i> & "Söhne"`;
  const workspace = await house.addWorkspace(company, olga);
  const asOlga = await house.signIn(olga, workspace);

  await test.step('a workspace’s, in an invitation', async () => {
    await house.must('/api/team/invite', { form: { email: eve.email, role: 'agent' } }, asOlga);
    const letter = await house.post.letter(eve.email, /^Join /);
    expect(letter.html).toContain('&lt;i&gt;O&#39;Neill&lt;/i&gt; &amp; &quot;Söhne&quot;');
    await saysAsTyped(page, letter, company);
  });

  await test.step('a person’s, in what an admin is told of them', async () => {
    const invitation = new URL((await house.post.letter(eve.email, /^Join /)).links[0]).hash.slice(1);
    const { ticket } = await house.must('/auth/register', { ...eve, invitation, workspace_name: null });
    const { code } = await house.post.letter(eve.email, /^Confirm your address$/);
    await house.must('/auth/confirm', { ticket, code });
    const letter = await house.post.letter(olga.email, / asks to join /);
    expect(letter.html).toContain('&lt;b&gt;Eve&lt;/b&gt; &amp; &quot;co&quot;');
    await saysAsTyped(page, letter, eve.name);
  });
});

test('nobody writes a line above it', async ({ home: { house, workspace, owner } }) => {
  const lines = `Eve\r\nBcc: ${THIRD}`;
  const eve: Person = { name: lines, email: 'eve@lines.example', password: newPassword() };
  await expect(house.addMember(workspace, eve, 'agent'), 'a name is one line').rejects.toThrow(/characters/);
  await expect(house.addWorkspace(lines, owner), 'a workspace’s too').rejects.toThrow(/characters/);
  for (const more of [`\r\nBcc: ${THIRD}`, `\nBcc: ${THIRD}`, `\rBcc: ${THIRD}`, `, ${THIRD}`, `> RCPT TO:<${THIRD}`]) {
    expect((await forgot(house, owner.email + more)).status, more).toBeGreaterThanOrEqual(400);
  }
  await forgot(house, owner.email);
  const letter = await house.post.letter(owner.email, RESET);
  const above = Object.entries(letter.headers).flatMap(([name, values]) => values.map(() => name));
  expect(above.filter((name) => name !== 'content-transfer-encoding').sort()).toEqual(HEADERS);
  expect(letter.headers.to).toEqual([owner.email]);
  expect(house.post.letters(THIRD)).toEqual([]);
});

test('no answer tells whether an address is known, and nobody unknown gets a letter', async ({ home }) => {
  const { house, workspace } = home;
  const known: Person = { name: 'Knut Known', email: 'knut@harbour.example', password: newPassword() };
  await house.addMember(workspace, known, 'agent');
  const stranger = 'stranger@elsewhere.example';
  const [toStranger, toKnown] = [await forgot(house, stranger), await forgot(house, known.email)];
  expect(toStranger).toEqual(toKnown);
  expect(toKnown).toEqual({ status: 204, text: '' });
  // What was asked for first would have left first.
  await house.post.letter(known.email, RESET);
  expect(house.post.letters(stranger)).toEqual([]);
});

function forgot(house: House, email: string, headers: Record<string, string> = {}) {
  return house.ask('/auth/forgot', { email }, headers);
}

/** Where the page's links lead. */
function hrefs(letter: Letter): string[] {
  return [...letter.html.matchAll(/\bhref="([^"]*)"/g)].map(([, address]) => address.replaceAll('&amp;', '&'));
}

async function saysAsTyped(page: Page, letter: Letter, name: string): Promise<void> {
  expect(letter.subject).toContain(name);
  expect(letter.text).toContain(name);
  await page.setContent(letter.html);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(letter.subject);
  await expect(page.locator('b, i')).toHaveCount(0);
}
