import { defineConfig } from 'vitest/config'

/** Tests that talk in real time: one file after another, when nothing else runs beside them. */
const live = [
  'packages/rehearsal/test/platform/**/*.test.ts',
  'packages/rehearsal/src/person/person*.test.ts',
  'packages/wire/src/rtp/media-*.test.ts',
  'packages/engines/src/*.test.ts',
  'interop/**/*.test.ts',
  'bench/*.test.ts',
  'quality/*.test.ts',
  'chaos/*.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: ['packages/server/test/shared-postgres.ts'],
    reporters: ['default', './tools/count-reporter.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: live,
          maxWorkers: 2,
          // A port that the system gave to somebody else in between is no defect; a second fault in a row is.
          retry: process.env['CI'] === undefined ? 0 : 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          // Ears that mishear one sentence make one call go another way: a second call tells it from a defect.
          retry: 2,
          include: live,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
