// When something goes wrong: what is said, what was kept, what can be done.

import { expect, test } from './fixtures.ts';
import { composer, customer, line, open, reply, row, seek, signIn, thread, tick, view } from './support/inbox.ts';
import { until } from './support/until.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR);

test('outside the 24-hour window the composer says so and nothing can be sent; a note still can', async ({ home, page }) => {
  const elif = customer('Elif Late');
  await home.house.deliver(elif, 'I will be back next week.', ago(25));
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await seek(page, elif.name);
  await expect(page.getByText(/24 hours after a customer's message\. That ended/)).toBeVisible();
  await expect(composer(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Write a note' }).click();
  const note = page.getByRole('textbox', { name: 'Write a note that only colleagues see…' });
  await note.fill('Call her on Monday.');
  await note.press('Enter');
  await expect(line(page, 'Call her on Monday.').getByText('Note to colleagues')).toBeVisible();
  expect((await home.house.sim.sent()).filter((sent) => sent.to.includes(elif.digits))).toEqual([]);

  // Her next message opens it again, in front of the reader.
  await home.house.sim.say(elif, 'I am back.');
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  await reply(page, 'Welcome back!');
  await tick(page, 'Welcome back!', 'Read');
});

test('a window that closes while one reads shuts the composer', async ({ home, page }) => {
  const omar = customer('Omar Almost');
  await home.house.deliver(omar, 'Anyone there?', ago(23.99));
  await page.clock.install();
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, omar.name);
  await composer(page).fill('Just a moment');
  await page.clock.fastForward('02:00');
  await expect(page.getByText(/24 hours after a customer's message\. That ended/)).toBeVisible();
  // What was written stays to be read.
  await expect(composer(page)).toHaveValue('Just a moment');
  await expect(composer(page)).not.toBeEditable();
  await composer(page).press('Enter');
  await expect(line(page, 'Just a moment')).toHaveCount(0);
});

test('a refused message shows its reason, and a retry sends it once', async ({ home, page }) => {
  const ines = customer('Inês Retry');
  await home.house.sim.say(ines, 'Do you deliver?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, ines.name);
  await home.house.sim.fail({ fail_later: 131026 }, 1);
  await reply(page, 'We do, on Fridays.');
  await tick(page, 'We do, on Fridays.', 'Not delivered');
  const failed = line(page, 'We do, on Fridays.');
  await expect(failed.locator('.fate')).toContainText(/Not delivered\s+\S+/);
  await page.reload();
  await expect(failed.locator('.fate')).toContainText(/Not delivered\s+\S+/);

  await home.house.sim.fail({ error: 131042 }, 1);
  await reply(page, 'From eight to ten.');
  const refused = line(page, 'From eight to ten.');
  await expect(refused.locator('.fate')).toContainText(/Not delivered\s+\S+/);
  await refused.getByRole('button', { name: 'Retry' }).click();
  await tick(page, 'From eight to ten.', 'Read');
  const sent = (await home.house.sim.sent()).filter((each) => each.text === 'From eight to ten.');
  expect(sent).toHaveLength(1);
});

test('a passing fault is tried again by itself, in order, and sent once', async ({ home, page }) => {
  const kofi = customer('Kofi Patient');
  await home.house.sim.say(kofi, 'Hello?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, kofi.name);
  await home.house.sim.fail({ error: 131016 }, 1);
  for (const text of ['One.', 'Two.', 'Three.']) await reply(page, text);
  await tick(page, 'Three.', 'Read');
  await tick(page, 'One.', 'Read');
  const sent = (await home.house.sim.sent()).filter((each) => each.to.includes(kofi.digits));
  expect(sent.map((each) => each.text)).toEqual(['One.', 'Two.', 'Three.']);
});

test('a send without an answer is not sent again: its status settles it', async ({ home, page }) => {
  const lina = customer('Lina Cut');
  await home.house.sim.say(lina, 'Can I book a table?');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, lina.name);
  await home.house.sim.fail('cut', 1);
  await reply(page, 'For how many?');
  await tick(page, 'For how many?', 'Read');
  const sent = (await home.house.sim.sent()).filter((each) => each.text === 'For how many?');
  expect(sent).toHaveLength(1);
});

test('a message whose fate stays unknown says so, and the agent is asked after ten minutes', async ({ home, page }) => {
  const mara = customer('Mara Unknown');
  await home.house.sim.say(mara, 'Is it ready?');
  await page.clock.install();
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, mara.name);
  await home.house.sim.fail('cut_before', 1);
  await reply(page, 'It is ready.');
  await tick(page, 'It is ready.', 'Unknown');
  const unknown = line(page, 'It is ready.');
  await expect(unknown).toContainText('We are waiting for WhatsApp to tell.');
  await expect(unknown.getByRole('button', { name: 'Send again' })).toHaveCount(0);
  await page.clock.fastForward('11:00');
  await expect(unknown.getByRole('button', { name: 'Send again' })).toBeVisible();
  await expect(unknown.getByRole('button', { name: 'It arrived' })).toBeVisible();
});

test('what is not text is named and not lost', async ({ home, page }) => {
  const pavel = customer('Pavel Pictures');
  await home.house.sim.sayKind(pavel, 'image', { caption: 'The leak', mime_type: 'image/jpeg', sha256: 'x', id: '1' });
  await home.house.sim.sayKind(pavel, 'brand_new_kind', { anything: true });
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, pavel.name);
  // Meta does not have it.
  await expect(thread(page).getByText('This file could not be fetched.')).toBeVisible();
  await expect(thread(page).getByText('The leak')).toBeVisible();
  await expect(thread(page).getByText('A kind of message that is not shown yet')).toBeVisible();
});

test('what people write is text, never page', async ({ home, page }) => {
  const eve = { ...customer('<img src=x onerror=alert(1)>') };
  await home.house.sim.say(eve, '<script>document.title="owned"</script> javascript:alert(1) https://example.com/a?b=1');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, eve.name);
  await expect(line(page, '<script>')).toContainText('<script>document.title="owned"</script>');
  const links = thread(page).getByRole('link');
  await expect(links).toHaveCount(1);
  await expect(links).toHaveAttribute('href', 'https://example.com/a?b=1');
  await expect(links).toHaveAttribute('rel', /noopener/);
  await expect(page).not.toHaveTitle('owned');
});

test('a foreign or mistyped conversation is not there', async ({ home, page, watch }) => {
  watch.allow(/^console: Failed to load resource: .* 404 .*\/(api\/|nowhere$)/);
  await signIn(page, home.house, home.agent);
  await page.goto(`${home.house.url}/inbox/0192f0a0-0000-7000-8000-000000000001`);
  await expect(page.getByText('This conversation is not here')).toBeVisible();
  await page.goto(`${home.house.url}/nowhere`);
  await expect(page.getByText('There is nothing here')).toBeVisible();
});

test('a revoked token disconnects the number, everybody is told, and connecting again heals it', async ({ home, page, newContext }) => {
  const house = home.house;
  const tess = customer('Tess Token');
  await house.sim.say(tess, 'One more thing.');
  await signIn(page, house, home.agent);
  await view(page, 'All');
  await open(page, tess.name);
  const admin = await (await newContext()).newPage();
  await signIn(admin, house, home.owner);
  await admin.getByRole('link', { name: 'Numbers' }).click();
  const card = admin.getByRole('article');
  await expect(card.getByText('Connected', { exact: true }).first()).toBeVisible();

  await house.sim.revoke(house.token);
  await reply(page, 'Tell me.');
  await tick(page, 'Tell me.', 'Not delivered');
  await expect(page.getByText('This number is disconnected, so nothing can be sent.')).toBeVisible();
  await expect(card.getByText('Disconnected', { exact: true })).toBeVisible();
  await expect(card.getByText('Messages that come in are kept.')).toBeVisible();

  // What comes in is still shown.
  await house.sim.say(tess, 'Are you there?');
  await expect(line(page, 'Are you there?')).toBeVisible();

  await house.sim.restore(house.token);
  await card.getByRole('button', { name: 'Connect again' }).click();
  const dialog = admin.getByRole('dialog', { name: 'Connect a number' });
  await dialog.getByLabel('Name', { exact: true }).fill('Support');
  await dialog.getByLabel('Phone number ID').fill(house.number);
  await dialog.getByLabel('WhatsApp Business Account ID').fill(house.account);
  await dialog.getByLabel('Access token').fill(house.token);
  await dialog.getByRole('radio', { name: "This installation's app" }).check();
  await dialog.getByRole('button', { name: 'Connect a number' }).click();
  await admin.getByRole('dialog', { name: 'The number is connected' }).getByRole('button', { name: 'Done' }).click();
  await expect(card.getByText('Disconnected', { exact: true })).toHaveCount(0);
  await line(page, 'Tell me.').getByRole('button', { name: 'Retry' }).click();
  await tick(page, 'Tell me.', 'Read');
});

test('what is typed into the command bar before its list has come is done when it comes', async ({ home, page }) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/command_bar.*\.wasm/, async (route) => {
    await arrived;
    await route.continue();
  });
  await signIn(page, home.house, home.agent);
  const asked = page.waitForRequest(/command_bar.*\.wasm/);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('density');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await asked;
  await expect(page.getByRole('combobox')).toHaveValue('density');
  await expect(page.getByRole('option')).toHaveCount(0);
  await expect(page.locator('html')).not.toHaveAttribute('data-density', 'compact');
  arrive();
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  await expect(page.getByRole('dialog', { name: 'Search or run a command' })).toBeHidden();
});

test('the server restarts under an open page, and the page catches up', async ({ home, page, watch }) => {
  watch.allow(
    /^console: WebSocket connection to .* failed/,
    /^console: Failed to load resource: net::ERR_(CONNECTION_REFUSED|EMPTY_RESPONSE|CONNECTION_RESET)/,
    /^console: Failed to load resource: .* 503 /,
    // A part that is fetched before anybody asks for it, and again when somebody does.
    /^console: TypeError: Failed to fetch\s+at .*__wasm_split/,
  );
  const uma = customer('Uma Uptime');
  await home.house.sim.say(uma, 'Before.');
  await signIn(page, home.house, home.agent);
  await view(page, 'All');
  await open(page, uma.name);
  await home.house.rest();
  await home.house.sim.say(uma, 'While it was away.');
  await expect(page.getByText('The connection was lost.')).toBeVisible();
  await home.house.serve();
  await expect(line(page, 'While it was away.')).toBeVisible({ timeout: 45_000 });
  await expect(row(page, uma.name)).toContainText('While it was away.');
  await reply(page, 'Back again.');
  await until('it is sent once', 15_000, async () =>
    (await home.house.sim.sent()).filter((each) => each.text === 'Back again.').length === 1,
  );
});
