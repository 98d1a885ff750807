// Nothing may go wrong unseen: console errors, page errors, broken page rules.

import type { BrowserContext, Page } from '@playwright/test';

export class Watch {
  readonly faults: string[] = [];
  private readonly allowed: RegExp[] = [
    // Chromium writes a line for every refused request; nobody being signed in is not a fault.
    /^console: Failed to load resource: .* 401 .*\/auth\/refresh$/,
  ];

  /** For a test that makes something fail on purpose: Chromium's own lines about it. */
  allow(...lines: RegExp[]): void {
    this.allowed.push(...lines);
  }

  follow(context: BrowserContext): void {
    context.on('console', (message) => {
      const text = `${message.text()} ${message.location().url}`.trim();
      if (message.type() === 'error' || /content.security.policy/i.test(text)) this.note(`console: ${text}`);
    });
    context.on('weberror', (error) => this.note(`page: ${error.error().stack ?? error.error()}`));
    context.on('request', (request) => {
      if (new URL(request.url()).pathname === '/csp-report') this.note(`csp report: ${request.postData()}`);
    });
    context.on('page', (page) => this.followPage(page));
  }

  private followPage(page: Page): void {
    page.on('crash', () => this.note(`crash: ${page.url()}`));
  }

  private note(fault: string): void {
    if (!this.allowed.some((line) => line.test(fault))) this.faults.push(fault);
  }
}
