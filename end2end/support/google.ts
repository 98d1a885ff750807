// Google, pretended: OpenID Connect over real HTTP with real signatures, and an idea of the protocol of its own.

import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What it does wrong with the next tokens. */
export type Lie =
  | 'nonce'
  | 'audience'
  | 'issuer'
  | 'alg none'
  | 'HS256 with the public key'
  | 'expired'
  | 'unknown key'
  | 'rubbish'
  | 'huge'
  | 'silent';

/** Whoever is signed in there. */
export interface Identity {
  sub: string;
  name: string;
  email: string;
  verified: boolean;
}

export class Google {
  readonly client = `client-${randomBytes(4).toString('hex')}`;
  readonly secret = randomBytes(16).toString('hex');
  lie?: Lie;
  who: Identity = { sub: '1', name: 'Nobody', email: 'nobody@harbour.example', verified: true };
  private key: KeyObject;
  private jwk: Record<string, unknown>;
  private readonly codes = new Map<string, URLSearchParams>();
  private readonly server: Server;

  private constructor() {
    [this.key, this.jwk] = pair();
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((fault: unknown) => {
        response.writeHead(500).end(String(fault));
      });
    });
  }

  static async open(): Promise<Google> {
    const google = new Google();
    await new Promise<void>((up) => google.server.listen(0, '127.0.0.1', up));
    return google;
  }

  /** By number, so that it is another site than an installation at `localhost`. */
  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The settings of an installation that knows it. */
  get settings(): Record<string, string> {
    return {
      POSTERN_GOOGLE_CLIENT_ID: this.client,
      POSTERN_GOOGLE_CLIENT_SECRET: this.secret,
      POSTERN_GOOGLE_ISSUER: this.issuer,
    };
  }

  rotate(): void {
    [this.key, this.jwk] = pair();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((down) => this.server.close(down));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.issuer);
    const json = (value: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        json({
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/keys`,
          authorization_response_iss_parameter_supported: true,
        });
        return;
      case '/keys':
        json({ keys: [this.jwk] });
        return;
      case '/authorize':
        response.writeHead(200, { 'content-type': 'text/html' }).end(this.page(url.searchParams));
        return;
      case '/token':
        this.token(new URLSearchParams(await body(request)), response, json);
        return;
      default:
        response.writeHead(204).end();
    }
  }

  /** The page on which one agrees, or does not. */
  private page(asked: URLSearchParams): string {
    for (const [name, value] of [
      ['response_type', 'code'],
      ['client_id', this.client],
      ['code_challenge_method', 'S256'],
    ] as const) {
      if (asked.get(name) !== value) throw new Error(`${name} is ${asked.get(name)}`);
    }
    const code = randomBytes(16).toString('hex');
    this.codes.set(code, asked);
    const back = (more: Record<string, string>) => {
      const to = new URL(asked.get('redirect_uri') ?? '');
      const told = { state: asked.get('state') ?? '', iss: this.issuer, ...more };
      for (const [name, value] of Object.entries(told)) to.searchParams.set(name, value);
      return to.href.replaceAll('&', '&amp;');
    };
    return `<!doctype html><html lang="en"><title>Google, pretended</title><h1>Choose an account</h1>
      <p><a href="${back({ code })}">Continue as ${this.who.name}</a></p>
      <p><a href="${back({ error: 'access_denied' })}">Cancel</a></p></html>`;
  }

  private token(form: URLSearchParams, response: ServerResponse, json: (value: unknown) => void): void {
    if (this.lie === 'silent') return;
    if (this.lie === 'rubbish') {
      response.writeHead(200).end('<html>');
      return;
    }
    if (this.lie === 'huge') {
      response.writeHead(200).end('x'.repeat(4 << 20));
      return;
    }
    const code = form.get('code') ?? '';
    const asked = this.codes.get(code);
    // Each is good once.
    this.codes.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    const right =
      asked?.get('code_challenge') === challenge &&
      asked.get('redirect_uri') === form.get('redirect_uri') &&
      form.get('client_id') === this.client &&
      form.get('client_secret') === this.secret &&
      form.get('grant_type') === 'authorization_code';
    if (!right) {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return;
    }
    json({ access_token: 'none of ours', token_type: 'Bearer', id_token: this.made(asked.get('nonce') ?? '') });
  }

  private made(nonce: string): string {
    const now = Math.floor(Date.now() / 1000);
    const header: Record<string, unknown> = { alg: 'RS256', typ: 'JWT', kid: this.jwk.kid };
    const claims: Record<string, unknown> = {
      ...{ iss: this.issuer, aud: this.client, azp: this.client, nonce, iat: now, exp: now + 3600 },
      ...{ sub: this.who.sub, name: this.who.name, email: this.who.email, email_verified: this.who.verified },
      ...{ hd: this.who.email.split('@')[1] },
    };
    if (this.lie === 'nonce') claims.nonce = 'of another way';
    if (this.lie === 'audience') claims.aud = 'somebody else';
    if (this.lie === 'issuer') claims.iss = 'https://accounts.google.com';
    if (this.lie === 'expired') claims.exp = now - 120;
    if (this.lie === 'unknown key') header.kid = 'of nobody';
    if (this.lie === 'alg none') header.alg = 'none';
    if (this.lie === 'HS256 with the public key') header.alg = 'HS256';
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part(header)}.${part(claims)}`;
    if (header.alg === 'none') return `${text}.`;
    const signature =
      header.alg === 'HS256'
        ? createHmac('sha256', JSON.stringify(this.jwk)).update(text).digest()
        : sign('RSA-SHA256', Buffer.from(text), this.key);
    return `${text}.${signature.toString('base64url')}`;
  }
}

function pair(): [KeyObject, Record<string, unknown>] {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return [privateKey, { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }];
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
