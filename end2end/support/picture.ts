// Pictures of a screen in every look: `<screen>-<state>-<size>-<theme>.png`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { DESKTOP, PHONE } from './browser.ts';

const folder = process.env.POSTERN_TEST_SHOTS ?? join(import.meta.dirname, '../../shots');

const SIZES = { '1440x900': DESKTOP, '390x844': PHONE };
const THEMES = ['light', 'dark'] as const;

/** Takes the screen as it stands, once for each size and theme; `ready` does what a size needs first. */
export async function shoot(page: Page, screen: string, state: string, ready?: () => Promise<void>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [size, pixels] of Object.entries(SIZES)) {
    await page.setViewportSize(pixels);
    await ready?.();
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.evaluate(() => document.fonts.ready);
      const path = join(folder, `${screen}-${state}-${size}-${theme}.png`);
      await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    }
  }
}
