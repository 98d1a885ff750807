// A mail server of one's own: TLS from the first byte, nobody unknown, and every letter kept as a person would read it.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { until } from './until.ts';

/** A letter that came. */
export interface Letter {
  subject: string;
  from: string;
  /** Its part for those who read text; empty when it has none. */
  text: string;
  /** Its part for those who read pages; empty when it has none. */
  html: string;
  /** By their names in lower case: what each line says, as it came. */
  headers: Record<string, string[]>;
  /** The http and https links of its text. */
  links: string[];
  /** Six digits that stand alone in its text. */
  code?: string;
  /** To whom it was handed over, which its headers need not say. */
  to: string[];
  /** Whether it came over TLS. */
  secure: boolean;
  /** Who handed it over. */
  user?: string;
}

export class Post {
  readonly user = `postern-${randomBytes(4).toString('hex')}`;
  readonly password = randomBytes(16).toString('hex');
  /** Where the certificate lies that whoever sends has to trust. */
  readonly ca: string;
  private readonly server: SMTPServer;
  private readonly came: Letter[] = [];
  private readonly faults: string[] = [];

  private constructor(ca: string, key: string, cert: string) {
    this.ca = ca;
    this.server = new SMTPServer({
      ...{ secure: true, key, cert, disabledCommands: ['STARTTLS'] },
      ...{ name: 'localhost', logger: false, disableReverseLookup: true, closeTimeout: 1_000 },
      onAuth: ({ username, password }, _session, answer) => {
        if (username === this.user && password === this.password) answer(null, { user: username });
        else answer(new Error('wrong user or password'));
      },
      // Taken once it can be found, so that what is sent later stands behind it.
      onData: (stream, session, answer) => {
        simpleParser(stream, { skipHtmlToText: true, skipTextToHtml: true }).then(
          (mail) => {
            this.came.push(read(mail, session));
            answer();
          },
          (fault) => answer(fault),
        );
      },
    });
    // Whoever does not trust the certificate, or breaks off.
    this.server.on('error', (fault) => this.faults.push(fault.message));
  }

  /** Opens it on a free port of this machine alone, with a certificate of its own in that folder. */
  static async open(folder: string): Promise<Post> {
    const { ca, key, cert } = await certified();
    const path = join(folder, 'post-ca.pem');
    writeFileSync(path, ca);
    const post = new Post(path, key, cert);
    await new Promise<void>((resolve, reject) => {
      post.server.once('error', reject);
      post.server.listen(0, '127.0.0.1', () => {
        post.server.off('error', reject);
        resolve();
      });
    });
    return post;
  }

  get url(): string {
    const address = this.server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return `smtps://${this.user}:${this.password}@localhost:${port}`;
  }

  /** Everything that came to that address, the oldest first. */
  letters(to: string): Letter[] {
    return this.came.filter((letter) => letter.to.includes(to.toLowerCase()));
  }

  /** The newest letter to that address with such a subject, as soon as there is one. */
  async letter(to: string, subject: RegExp): Promise<Letter> {
    try {
      return await until(`a letter to ${to} like ${subject}`, 15_000, async () =>
        this.letters(to).findLast((letter) => subject.test(letter.subject)),
      );
    } catch (late) {
      const came = this.came.map((letter) => `${letter.to.join()}: ${letter.subject}`);
      throw new Error([(late as Error).message, 'came:', ...came, 'went wrong:', ...this.faults].join('\n'));
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

function read(mail: ParsedMail, session: SMTPServerSession): Letter {
  const text = mail.text ?? '';
  const headers: Record<string, string[]> = {};
  for (const { key, line } of mail.headerLines) {
    (headers[key] ??= []).push(line.slice(line.indexOf(':') + 1).trim());
  }
  return {
    subject: mail.subject ?? '',
    from: mail.from?.text ?? '',
    text,
    html: mail.html || '',
    headers,
    links: text.match(/https?:\/\/[^\s<>"]+/g) ?? [],
    code: text.match(/(?<![\w-])\d{6}(?![\w-])/)?.[0],
    to: session.envelope.rcptTo.map(({ address }) => address.toLowerCase()),
    secure: session.secure,
    user: session.user,
  };
}

/** An authority of one's own and its certificate for `localhost`: rustls takes no authority for a server itself. */
async function certified(): Promise<{ ca: string; key: string; cert: string }> {
  const hours = (n: number) => new Date(Date.now() + n * 3_600_000);
  const common = { ...({ keyType: 'ec', algorithm: 'sha256' } as const), notBeforeDate: hours(-1), notAfterDate: hours(24) };
  const authority = await generate([{ name: 'commonName', value: 'Post of the tests' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { ca: authority.cert, key: server.private, cert: server.cert };
}
