/**
 * JSON text that PostgreSQL's `jsonb` takes for any value: it refuses NUL characters and lone halves of
 * surrogate pairs, both of which can come out of speech recognizers, models and customers' data. The
 * first are dropped, the second become U+FFFD.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(troubling, escape => {
    if (escape === '\\u0000') return ''
    return escape.startsWith('\\ud') ? '\uFFFD' : escape
  })
}

/** Every escape sequence, so that an escaped backslash before "u0000" is not mistaken for one. */
const troubling = /\\(?:u[0-9a-f]{4}|.)/g
