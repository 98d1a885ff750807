// A program in the background: its output in a file, ended by its own id.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from './until.ts';

export class Program {
  private ended = false;
  private code: number | null | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    private readonly log: string,
  ) {
    child.on('exit', (code) => {
      this.ended = true;
      this.code = code;
    });
    child.on('error', () => (this.ended = true));
  }

  static start(name: string, file: string, args: string[], env: NodeJS.ProcessEnv, cwd: string, log: string): Program {
    // Appended: what a server said before it was restarted is still wanted.
    const out = openSync(log, 'a');
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', out, out] });
    closeSync(out);
    return new Program(child, name, log);
  }

  said(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** How it ended: its code, or null when a signal ended it; undefined while it lives. */
  exit(): number | null | undefined {
    return this.code;
  }

  /** Its death is a fault that shows its last words. */
  mustLive(): void {
    if (this.ended) {
      throw new Error(`${this.name} ended:\n${this.said().split('\n').slice(-25).join('\n')}`);
    }
  }

  async ready(answers: () => Promise<boolean>): Promise<void> {
    await until(`${this.name} answers`, 60_000, async () => {
      this.mustLive();
      return answers();
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (this.ended) return;
    this.child.kill(signal);
    try {
      await until(`${this.name} ends`, 20_000, async () => this.ended);
    } catch (slow) {
      this.child.kill('SIGKILL');
      throw slow;
    }
  }
}

/** Runs a program to its end and gives what it printed. */
export async function run(file: string, args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<string> {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let told = '';
  child.stdout.on('data', (piece) => (out += piece));
  child.stderr.on('data', (piece) => (told += piece));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} failed (${code}):\n${told}${out}`);
  return out;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
