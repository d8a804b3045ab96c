import fc from 'fast-check'

/** Bodies with one thing wrong, and what is no JSON at all. */

export interface Mutated {
  /** As it is sent. */
  readonly text: string
  /** Where it was changed. */
  readonly path: readonly (string | number)[]
}

/** JSON that `JSON.stringify` does not write: `written` puts it in. */
const raw = (json: string) => `@@raw:${json}@@`

const written = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(/"@@raw:([^"]*)@@"/g, (_, json: string) => json)

const nested = (depth: number, of: '[' | '{'): string =>
  of === '[' ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)

/** What hardly any field takes. */
const unlikely: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 31) - 1,
  raw('1e400'),
  raw('-1e400'),
  raw('1e-400'),
  raw('-0'),
  raw('0.1e-7'),
  raw('123456789012345678901234567890'),
  '',
  ' ',
  '0',
  'NaN',
  'Infinity',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfff',
  '\u202e\ufeff',
  "'; drop table calls; --",
  '{{a|b}}',
  '../../etc/passwd',
  'x'.repeat(100_000),
  '9999-99-99T99:99:99Z',
  '+0000-01-01T00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  [],
  {},
  [[]],
  [null],
  { '': '' },
  { toString: 1 },
  Array.from({ length: 5_000 }, () => 0),
  JSON.parse(nested(31, '[')),
  JSON.parse(nested(40, '{')),
  JSON.parse(nested(900, '[')),
]

const strangeKeys = [
  '',
  ' ',
  'id',
  'account_id',
  'constructor',
  'toString',
  'a\u0000',
  '\ud800',
  'k'.repeat(5_000),
]

/** The body with one value changed, one field more, or one less. */
export function mutationsOf(bodies: fc.Arbitrary<unknown>): fc.Arbitrary<Mutated> {
  const change = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...unlikely).map(to => ({ kind: 'replace', to }) as const) },
    { weight: 2, arbitrary: fc.constantFrom(...strangeKeys).map(key => ({ kind: 'add', key }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'remove' } as const) },
  )
  return fc.tuple(bodies, change, fc.nat({ max: 10_000 })).map(([body, changed, at]) => {
    const whole = structuredClone(body)
    const places = placesIn(whole)
    const place = places[at % places.length] ?? []
    if (changed.kind === 'replace') return { text: written(replaced(whole, place, changed.to)), path: place }
    if (changed.kind === 'remove') return { text: written(removed(whole, place)), path: place }
    const target = valueAt(whole, place)
    if (!isObject(target)) return { text: written(replaced(whole, place, { [changed.key]: 1 })), path: place }
    const more = replaced(whole, place, { ...target, [changed.key]: 1 })
    return { text: written(more), path: [...place, changed.key] }
  })
}

function placesIn(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return [at, ...value.slice(0, 5).flatMap((part, n) => placesIn(part, [...at, n]))]
  if (!isObject(value)) return [at]
  return [at, ...Object.entries(value).flatMap(([key, part]) => placesIn(part, [...at, key]))]
}

function valueAt(whole: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown>)[part], whole)
}

function replaced(whole: unknown, path: readonly (string | number)[], to: unknown): unknown {
  const last = path.at(-1)
  if (last === undefined) return to
  ;(valueAt(whole, path.slice(0, -1)) as Record<string | number, unknown>)[last] = to
  return whole
}

function removed(whole: unknown, path: readonly (string | number)[]): unknown {
  const last = path.at(-1)
  if (last === undefined) return null
  const holder = valueAt(whole, path.slice(0, -1))
  if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete (holder as Record<string, unknown>)[last]
  return whole
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A payload with its header fields that no operation which takes JSON can read. */
export interface Unreadable {
  readonly what: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

export function unreadable(body: unknown): readonly Unreadable[] {
  const json = JSON.stringify(body)
  const as = (what: string, payload: string | Uint8Array, headers: Record<string, string> = {}) => ({
    what,
    headers: { 'content-type': 'application/json', ...headers },
    payload: Buffer.from(payload as string),
  })
  return [
    as('half of it', json.slice(0, Math.ceil(json.length / 2))),
    as('two of it', `${json}${json}`),
    as('a comment', `/* */${json}`),
    as('single quotes', "{'a':1}"),
    as('NaN', '{"a":NaN}'),
    as('a raw NUL', `{"a":"\0"}`),
    as('no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
    as(
      'half a character',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
    ),
    as('UTF-16', Buffer.from(json, 'utf16le')),
    as('UTF-16 that is said', Buffer.from(json, 'utf16le'), {
      'content-type': 'application/json; charset=utf-16',
    }),
    as('gzip that is none', json, { 'content-encoding': 'gzip' }),
    as('a prototype', '{"__proto__":{"isAdmin":true}}'),
    as('a prototype further in', '{"a":{"constructor":{"prototype":{"isAdmin":true}}}}'),
    as('depth', nested(100_000, '[')),
    as('depth of objects', nested(20_000, '{')),
    as('a megabyte', JSON.stringify('x'.repeat(1_100_000))),
    as('text', json, { 'content-type': 'text/plain' }),
    as('XML', '<a/>', { 'content-type': 'application/xml' }),
    as('a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
    as('a nameless type', json, { 'content-type': ';;' }),
    as('parts without a boundary', json, { 'content-type': 'multipart/form-data' }),
    as('broken parts', '--x\r\nbroken', { 'content-type': 'multipart/form-data; boundary=x' }),
  ]
}
