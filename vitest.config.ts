import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Stories start processes; the machine may be slow. A condition that never comes ends here.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Two cores: more at once only makes the stories wait for each other.
    maxWorkers: 2,
  },
})
