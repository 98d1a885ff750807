// Which browser, and how it is started.

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export const browserOptions = {
  locale: 'en-GB',
  timezoneId: 'UTC',
  viewport: DESKTOP,
  launchOptions: {
    executablePath: process.env.POSTERN_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};
