import { describe, expect, it } from 'vitest'
import { isTest, sourceFiles } from './source-files.ts'

/**
 * Numbers, words and names of people never stand in a log line but under keys that the logger redacts.
 * So a message is a constant, and none of these keys is given to a log call: they are the words under
 * which the code holds personal data, and the logger does not know them.
 */
const personalKeys = [
  'to',
  'from',
  'phone',
  'phoneNumber',
  'number',
  'caller',
  'callee',
  'body',
  'prompt',
  'plan',
  'request',
  'requestData',
  'request_data',
  'facts',
  'metadata',
  'summary',
  'entry',
  'digits',
  'email',
]

const logCall = /\blog(?:ger)?\??\.(?:trace|debug|info|warn|error|fatal)\(/g

/** The text between the parentheses of every log call. */
function logCalls(text: string): string[] {
  return [...text.matchAll(logCall)].map(match => {
    const start = match.index + match[0].length
    let depth = 1
    let end = start
    while (depth > 0 && end < text.length) {
      const sign = text[end]
      if (sign === '(') depth += 1
      if (sign === ')') depth -= 1
      end += 1
    }
    return text.slice(start, end - 1)
  })
}

/** What is wrong with a log call; null when nothing is. */
function faultOf(call: string): string | null {
  if (/`[^`]*\$\{/.test(call) || /'\s*\+|\+\s*'/.test(call)) return 'the message is put together from values'
  const words = call.replaceAll(/'[^']*'/g, "''")
  const key = personalKeys.find(name => new RegExp(`[{,]\\s*${name}\\s*[:,}]`).test(words))
  return key === undefined ? null : `the key ${key} is not redacted`
}

describe('log lines', () => {
  it('hold no personal data', () => {
    const calls = sourceFiles('packages')
      .filter(file => !isTest(file.path))
      .flatMap(file => logCalls(file.text).map(call => ({ path: file.path, call })))
    expect(calls.length).toBeGreaterThan(3)
    const faults = calls.flatMap(({ path, call }) => {
      const fault = faultOf(call)
      return fault === null ? [] : [`${path}: ${fault}: ${call}`]
    })
    expect(faults).toEqual([])
  })

  it.each([
    ["log.info({ to }, 'dialing')", false],
    ["log.info({ call_id: id, to: plan.to }, 'dialing')", false],
    ['log.warn(`no answer from ${number}`)', false],
    ["log.warn('no answer from ' + number)", false],
    ["log.error({ err: error, call_id: id }, 'the call to them broke')", true],
    ["log.info({ phone_number: number }, 'dialing')", true],
  ])('%s: %s', (line, fine) => {
    expect(logCalls(line).map(faultOf)[0] === null).toBe(fine)
  })
})
