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
    // Files share the modules of their process: to import them anew for each took half of the time.
    // What a test changes beyond its own application and database, it puts back.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
