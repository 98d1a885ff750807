// Letters as a mail program shows them.

import { expect, test } from '../fixtures.ts';
import { newPassword, type Person } from '../support/house.ts';
import { shoot } from '../support/picture.ts';

test('letters', async ({ home: { house, owner }, page }) => {
  const eve: Person = { name: 'عبد الرحمن بن يوسف الخطيب 🌿', email: 'eve@letters.example', password: newPassword() };
  const olga: Person = { name: 'Olga Orlova', email: 'olga@letters.example', password: newPassword() };
  const picture = async (to: string, subject: RegExp, state: string) => {
    const letter = await house.post.letter(to, subject);
    await page.setContent(letter.html);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(letter.subject);
    await shoot(page, 'letter', state);
    return letter;
  };

  // Connecting the number was its first sign-in.
  await picture(owner.email, /^New sign-in/, 'new-sign-in');
  await house.must('/auth/forgot', { email: owner.email });
  await picture(owner.email, /^Set a new password$/, 'forgot');

  const workspace = await house.addWorkspace('Wolfeschlegelsteinhausenbergerdorff & Töchter, Gemüseimport', olga);
  const form = { email: eve.email, role: 'agent' };
  await house.must('/api/team/invite', { form }, await house.signIn(olga, workspace));
  const { links } = await picture(eve.email, /^Join /, 'invitation-long-names');
  const invitation = new URL(links[0]).hash.slice(1);
  const { ticket } = await house.must('/auth/register', { ...eve, invitation, workspace_name: null });
  const { code } = await picture(eve.email, /^Confirm your address$/, 'code');
  await house.must('/auth/confirm', { ticket, code });
  await picture(olga.email, / asks to join /, 'asks-to-join-long-names');
});
