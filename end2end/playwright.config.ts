// People's paths, in a real Chromium, against real programs.

import { defineConfig } from '@playwright/test';
import { browserOptions } from './support/browser.ts';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  testIgnore: ['shots/**', 'bench/**'],
  // Each worker runs a browser, a server, a PostgreSQL and a simulator of its own.
  workers: Number(process.env.POSTERN_TEST_WORKERS ?? 1),
  fullyParallel: false,
  // A test that passes only the second time has failed.
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    ...browserOptions,
    screenshot: 'only-on-failure',
    trace: process.env.POSTERN_TEST_TRACE ? 'retain-on-failure' : 'off',
  },
});
