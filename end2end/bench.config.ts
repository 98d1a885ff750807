// What the pages cost a reader's machine, for `cargo xtask bench client`.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'bench',
  testMatch: '*.spec.ts',
  workers: 1,
  timeout: 0,
  expect: { timeout: 30_000 },
  reporter: 'list',
  outputDir: 'test-results',
});
