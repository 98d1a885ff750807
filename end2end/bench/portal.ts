// A client's portal to look at: a contact with shared tasks and a link, made by the interface that the pages use.

export interface Link {
  address: string;
  pin: string;
  /** The page of a task with a list of steps, documents and comments. */
  task: string;
}

export interface Who {
  url: string;
  email: string;
  password: string;
  /** The id of the workspace. */
  workspace: string;
}

async function post(who: Who, path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${who.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(who.url).origin, ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Eight shared tasks, and one that a client has something to do in. */
export async function share(who: Who): Promise<Link> {
  const entry = await post(who, '/auth/sign-in', { email: who.email, password: who.password });
  const headers = { authorization: `Bearer ${entry.in.token}`, 'x-workspace-id': who.workspace };
  const ask = (path: string, body: unknown) => post(who, `/api/${path}`, body, headers);
  const contact = await ask('contacts/create', { form: { name: 'Amira Client', phone: '', email: '', owner: null } });
  const make = (title: string) =>
    ask('task/create', {
      task: { contact, title, description: 'What we need from you, by and by.', due: null, owner: null, shared: true },
    });
  for (let nth = 1; nth <= 8; nth += 1) await make(`Papers of the year ${2010 + nth}`);
  const task = await make('Papers for the visa');
  for (const step of ['You bring your papers', 'We check them', 'We hand them in']) {
    await ask('task/items', { id: task, act: { add: step } });
  }
  for (const name of ['A copy of your passport', 'Your contract of work']) await ask('task/ask', { id: task, name });
  for (let nth = 1; nth <= 10; nth += 1) {
    await ask('task/comment', { id: task, text: `News of day ${nth}: it goes on as it should.`, internal: false });
  }
  const link = await ask('links/make', { contact, form: { days: 1 } });
  return { address: link.address, pin: link.pin, task: `${new URL(link.address).origin}/portal/tasks/${task}` };
}
