import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of a program that a test needs, or undefined where it is not installed and the test is to be skipped.
 * Under PARLEY_REQUIRE_PROGRAMS=1, which CI sets, a missing program is an error.
 */
export function program(name: string): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isExecutable)
  if (found === undefined && process.env['PARLEY_REQUIRE_PROGRAMS'] === '1') {
    throw new Error(`the program ${name} is required here and not installed`)
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
