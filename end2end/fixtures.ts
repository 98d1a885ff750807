// What every spec stands on. A worker has one furnished installation; `fresh` gives a test an empty one of its own.

import { test as base, expect, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { House, newPassword, type Person } from './support/house.ts';
import { Watch } from './support/watch.ts';

export { expect };

/** A workspace with a connected number and three people. */
export interface Furnished {
  house: House;
  workspace: string;
  owner: Person;
  agent: Person;
  /** Belongs to a second workspace as well, which has no number. */
  manager: Person;
}

/** Opens browsers of their own for people, each watched. */
export type NewContext = (options?: BrowserContextOptions) => Promise<BrowserContext>;

interface Each {
  watch: Watch;
  newContext: NewContext;
  fresh: House;
  page: Page;
}

interface Shared {
  home: Furnished;
}

export const test = base.extend<Each, Shared>({
  home: [
    async ({}, use) => {
      const house = await House.open();
      try {
        await use(await furnish(house));
        expect(house.said(), 'the server met no broken page rule').not.toContain('csp report');
      } finally {
        await house.close();
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.faults, 'errors in the console, broken page rules, crashes').toEqual([]);
  },

  newContext: async ({ browser, watch }, use) => {
    const open: BrowserContext[] = [];
    await use(async (options) => {
      const context = await watched(browser, watch, options);
      open.push(context);
      return context;
    });
    for (const context of open) await context.close();
  },

  context: async ({ newContext, contextOptions }, use) => {
    await use(await newContext(contextOptions));
  },

  fresh: async ({}, use) => {
    const house = await House.open();
    try {
      await use(house);
      expect(house.said(), 'the server met no broken page rule').not.toContain('csp report');
    } finally {
      await house.close();
    }
  },
});

async function watched(browser: Browser, watch: Watch, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  watch.follow(context);
  return context;
}

async function furnish(house: House): Promise<Furnished> {
  const person = (name: string, email: string) => ({ name, email, password: newPassword() });
  const owner = person('Amal Haddad', 'amal@harbour.example');
  const agent = person('Bruno Castellanos', 'bruno@harbour.example');
  const manager = person('Chiara Lindqvist', 'chiara@harbour.example');
  const workspace = await house.addWorkspace('Harbour Coffee', owner);
  await house.addMember(workspace, agent, 'agent');
  await house.addWorkspace('Quiet Books', manager);
  await house.addMember(workspace, manager, 'manager');
  await house.addNumber(workspace, owner);
  return { house, workspace, owner, agent, manager };
}
