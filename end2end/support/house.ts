// A whole installation of one's own: the server with its private PostgreSQL, and Meta pretended.

import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Post } from './post.ts';
import { freePort, Program, run } from './program.ts';
import { SimControl, type Customer } from './sim.ts';
import { until } from './until.ts';

/** Where the programs were built. */
export const target =
  process.env.POSTERN_TEST_TARGET ??
  process.env.CARGO_TARGET_DIR ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'postern', 'target');
const site = process.env.POSTERN_TEST_SITE ?? process.env.POSTERN_SITE ?? join(target, 'site-dev');

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** Somebody who can sign in. */
export interface Person {
  name: string;
  email: string;
  password: string;
}

/** A member's password that no context word is part of. */
export const newPassword = () => `${hex(3)}-${hex(3)}-${hex(3)}`;

export class House {
  readonly folder: string;
  readonly port: number;
  readonly sim: SimControl;
  readonly appSecret = hex(16);
  readonly verifyToken = hex(12);
  /** The access token of the simulated WhatsApp account. */
  readonly token = `EAA${hex(24)}`;
  readonly number = '106540352242922';
  readonly account = '102290129340398';
  /** The mail server that its letters go to. */
  readonly post: Post;
  private readonly simPort: number;
  private readonly extra: Record<string, string>;
  private server?: Program;
  private meta?: Program;

  private constructor(folder: string, port: number, simPort: number, post: Post, extra: Record<string, string>) {
    this.folder = folder;
    this.port = port;
    this.simPort = simPort;
    this.post = post;
    this.extra = extra;
    this.sim = new SimControl(`http://127.0.0.1:${simPort}`);
  }

  /** Builds it up, running, with nobody in it; with further settings of the server. */
  static async open({ env = {} }: { env?: Record<string, string> } = {}): Promise<House> {
    for (const needed of [join(target, 'debug/postern'), join(target, 'debug/sim'), join(site, 'site.json')]) {
      if (!existsSync(needed)) throw new Error(`${needed} is missing: run \`cargo xtask test --only browser\``);
    }
    const folder = mkdtempSync(join(tmpdir(), 'postern-e2e-'));
    // Started as root, PostgreSQL runs as another user, who must be let through.
    chmodSync(folder, 0o711);
    mkdirSync(join(folder, 'logs'));
    const house = new House(folder, await freePort(), await freePort(), await Post.open(folder), env);
    house.meta = Program.start(
      'sim',
      join(target, 'debug/sim'),
      [
        ...['serve', '--port', String(house.simPort), '--callback', house.callback],
        ...['--phone-number-id', house.number, '--waba-id', house.account],
      ],
      { ...clean(), SIM_APP_SECRET: house.appSecret, SIM_VERIFY_TOKEN: house.verifyToken, SIM_TOKEN: house.token },
      folder,
      house.log('sim'),
    );
    try {
      await house.meta.ready(() => answers(`${house.sim.url}/_control/deliveries`));
      await house.serve();
    } catch (fault) {
      await house.close();
      throw fault;
    }
    return house;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  private get callback(): string {
    return `http://127.0.0.1:${this.port}/webhooks/whatsapp`;
  }

  async serve(): Promise<void> {
    this.server = Program.start('postern', this.program, ['serve'], this.settings(), this.folder, this.log('postern'));
    await this.server.ready(() => answers(`${this.url}/health/ready`));
  }

  async rest(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  /** A sub-command; it finds the database of the running server, or starts and stops it by itself. */
  async postern(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    return run(this.program, args, { ...this.settings(), POSTERN_LOG: 'warn', ...env }, this.folder);
  }

  /** A workspace with its owner, made at the command line; gives its id. */
  async addWorkspace(name: string, owner: Person): Promise<string> {
    const told = await this.postern(
      ['workspace', 'add', '--name', name, '--owner-email', owner.email, '--owner-name', owner.name],
      { POSTERN_NEW_PASSWORD: owner.password },
    );
    return ids(told)[0];
  }

  async addMember(workspace: string, person: Person, role: 'agent' | 'manager' | 'admin'): Promise<void> {
    await this.postern(
      ['member', 'add', '--workspace', workspace, '--email', person.email, '--name', person.name, '--role', role],
      { POSTERN_NEW_PASSWORD: person.password },
    );
  }

  /** The ids of a person's workspaces. */
  async workspacesOf(person: Person): Promise<string[]> {
    return ids(await this.postern(['workspace', 'list', '--email', person.email]));
  }

  /** Posts to the interface that the pages use. The headers may lie, of the host too. */
  async ask(path: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
    const asked = request({
      ...{ host: '127.0.0.1', port: this.port, path, method: 'POST', agent: false },
      headers: { host: `localhost:${this.port}`, 'content-type': 'application/json', origin: this.url, ...headers },
    });
    return new Promise((resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => (text += piece));
        answer.on('error', reject).on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.end(JSON.stringify(body));
    });
  }

  /** Asks for what must go well; gives the answer, if it has one. */
  async must(path: string, body: unknown, headers: Record<string, string> = {}) {
    const { status, text } = await this.ask(path, body, headers);
    if (status < 200 || status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Signs a person in who has no second factor; gives the headers that server functions know them by. */
  async signIn({ email, password }: Person, workspace: string): Promise<Record<string, string>> {
    const entry = await this.must('/auth/sign-in', { email, password });
    return { authorization: `Bearer ${entry.in.token}`, 'x-workspace-id': workspace };
  }

  /** Connects the simulated number as that person. */
  async addNumber(workspace: string, admin: Person): Promise<void> {
    const form = {
      name: 'Support',
      phone_number_id: this.number,
      account_id: this.account,
      token: this.token,
      app_secret: null,
    };
    await this.must('/api/channels/connect', { form }, await this.signIn(admin, workspace));
  }

  /** The address that the server prints while nobody owns the installation. */
  async setUpLink(): Promise<string> {
    const path = await until('the set-up link is printed', 15_000, async () =>
      this.said().match(/\/setup#[A-Za-z0-9_-]+/)?.[0],
    );
    return this.url + path;
  }

  /** Everything that the server wrote to its log. */
  said(): string {
    return this.server?.said() ?? '';
  }

  /** A customer's message as Meta would have posted it at that moment, also long ago. */
  async deliver(from: Customer, text: string, at: Date): Promise<void> {
    await this.tell({
      contacts: [{ profile: { name: from.name }, wa_id: from.digits }],
      messages: [
        {
          from: from.digits,
          id: `wamid.${Buffer.from(hex(18)).toString('base64')}`,
          timestamp: String(Math.floor(at.getTime() / 1000)),
          type: 'text',
          text: { body: text },
        },
      ],
    });
  }

  private async tell(news: object): Promise<void> {
    const metadata = { display_phone_number: '15550783881', phone_number_id: this.number };
    const value = { messaging_product: 'whatsapp', metadata, ...news };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: this.account, changes: [{ field: 'messages', value }] }],
    });
    const signature = createHmac('sha256', this.appSecret).update(body).digest('hex');
    const answer = await fetch(this.callback, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
    if (answer.status !== 200) throw new Error(`the webhook was answered ${answer.status}`);
  }

  async close(): Promise<void> {
    try {
      await this.rest();
    } finally {
      await this.meta?.stop();
      await this.post.close();
      if (!process.env.POSTERN_TEST_KEEP) rmSync(this.folder, { recursive: true, force: true });
    }
  }

  private log(name: string): string {
    return join(this.folder, 'logs', `${name}.log`);
  }

  private get program(): string {
    return join(target, 'debug/postern');
  }

  private settings(): NodeJS.ProcessEnv {
    return {
      ...clean(),
      POSTERN_DATA: join(this.folder, 'data'),
      POSTERN_LISTEN: `127.0.0.1:${this.port}`,
      POSTERN_BASE_URL: this.url,
      POSTERN_SITE: site,
      POSTERN_GRAPH_URL: `${this.sim.url}/v24.0`,
      POSTERN_APP_SECRET: this.appSecret,
      POSTERN_VERIFY_TOKEN: this.verifyToken,
      POSTERN_SMTP_URL: this.post.url,
      POSTERN_SMTP_CA: this.post.ca,
      POSTERN_MAIL_FROM: 'Postern <postern@harbour.example>',
      ...this.extra,
    };
  }
}

/** Nothing of the developer's own environment may configure an installation. */
function clean(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(POSTERN_|DATABASE_|SIM_)/.test(name));
  return Object.fromEntries(kept);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function ids(text: string): string[] {
  return text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
}
