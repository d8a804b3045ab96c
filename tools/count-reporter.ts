import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends a test run with one plain line, `N passed, N failed`, for people and programs that read the log's
 * end; also written to the file that PARLEY_TEST_COUNT names. A file that could not be loaded, or an error
 * outside of every test, counts as a failure.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: 'passed' | 'failed' | 'skipped') =>
      tests.filter(test => test.result().state === state).length
    const broken = modules.filter(module => module.errors().length > 0).length
    const failed = count('failed') + broken + unhandledErrors.length
    const skipped = count('skipped')
    const line = `${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`
    process.stdout.write(`\n${line}`)
    const file = process.env.PARLEY_TEST_COUNT
    if (file !== undefined && file !== '') writeFileSync(file, line)
  }
}
