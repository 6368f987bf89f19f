import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/pages/browser/chromium.ts'],
    // Stories start processes; the machine may be slow. A condition that never comes ends here.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Two cores, of which two files at once leave a third idle: stories wait much. Those of one file that mostly wait are told together.
    maxWorkers: 3,
    maxConcurrency: 3,
    // Nothing is mocked and no module keeps what would matter to another file: loading them once saves a third of the processor's time.
    pool: 'threads',
    isolate: false,
  },
})
