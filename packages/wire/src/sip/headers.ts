import { splitOutsideQuotes } from './parameters.ts'

/** RFC 3261 §7.3.3 and the extensions that define a one-letter form. */
const compactNames: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
}

interface HeaderField {
  readonly key: string
  readonly name: string
  readonly value: string
}

/** Header fields in the order of the wire. Names compare without case, compact names count as their long form. */
export class SipHeaders {
  readonly #fields: HeaderField[] = []

  constructor(fields: Iterable<readonly [name: string, value: string]> = []) {
    for (const [name, value] of fields) this.append(name, value)
  }

  append(name: string, value: string): this {
    this.#fields.push(field(name, value))
    return this
  }

  prepend(name: string, value: string): this {
    this.#fields.unshift(field(name, value))
    return this
  }

  /** Replaces every field of that name by one, at the place of the first. */
  set(name: string, value: string): this {
    const next = field(name, value)
    const at = this.#fields.findIndex(one => one.key === next.key)
    if (at === -1) return this.append(name, value)
    this.remove(name)
    this.#fields.splice(at, 0, next)
    return this
  }

  remove(name: string): this {
    const { key } = field(name, '')
    for (let index = this.#fields.length - 1; index >= 0; index -= 1) {
      if (this.#fields[index]?.key === key) this.#fields.splice(index, 1)
    }
    return this
  }

  get(name: string): string | undefined {
    const { key } = field(name, '')
    return this.#fields.find(one => one.key === key)?.value
  }

  all(name: string): string[] {
    const { key } = field(name, '')
    return this.#fields.filter(one => one.key === key).map(one => one.value)
  }

  /** Values of a header that may be a comma separated list, over all its fields. Not for credentials or dates. */
  list(name: string): string[] {
    return this.all(name)
      .flatMap(value => splitOutsideQuotes(value, ','))
      .filter(value => value !== '')
  }

  copy(): SipHeaders {
    return new SipHeaders(this.entries())
  }

  entries(): [name: string, value: string][] {
    return this.#fields.map(({ name, value }) => [name, value])
  }

  /** Keys in lower case, values in the order of the wire. */
  toMap(): ReadonlyMap<string, readonly string[]> {
    const map = new Map<string, string[]>()
    for (const { key, value } of this.#fields) {
      const values = map.get(key)
      if (values) values.push(value)
      else map.set(key, [value])
    }
    return map
  }
}

function field(given: string, value: string): HeaderField {
  const name = given.length === 1 ? (compactNames[given.toLowerCase()] ?? given) : given
  return { key: name.toLowerCase(), name, value }
}
