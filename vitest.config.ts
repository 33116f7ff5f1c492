// How the suite runs: one PostgreSQL for all of it, few workers, one copy of graphql.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Vite would take graphql's module build beside the one that Node gives to the packages, and
    // an error made by one copy is not an error to the other.
    alias: [
      {
        find: /^graphql$/,
        replacement: join(import.meta.dirname, 'node_modules', 'graphql', 'index.js'),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
