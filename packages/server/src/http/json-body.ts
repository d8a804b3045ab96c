import { ApiError } from '@parley/contract/errors'
import type { Api } from './deps.ts'

/** How far objects and lists may stand in each other: nothing that the API takes comes near. */
const deepest = 32

/**
 * Bodies of `application/json`. Names that reach for a prototype are refused, and so is what is nested so deep that
 * walking through it is the attack. Clients send the type also with nothing: that is no body, not a broken one.
 */
export function acceptJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, given, done) => {
    const text = given.toString()
    if (text.length === 0) done(null, undefined)
    else if (isDeeperThan(text, deepest))
      done(new ApiError('malformed_json', { detail: `Nested deeper than ${deepest} levels` }))
    else void parse(request, text, done)
  })
}

const quote = 0x22
const backslash = 0x5c
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b])
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** By its brackets alone, before anything walks through it. */
export function isDeeperThan(json: string, most: number): boolean {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === quote) isQuoted = !isQuoted
    else if (isQuoted) at += code === backslash ? 1 : 0
    else if (closing.has(code)) depth -= 1
    else if (opening.has(code) && (depth += 1) > most) return true
  }
  return false
}
