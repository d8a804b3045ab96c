/** Languages by their BCP 47 tags. */

/** Of a call that names none. */
export const defaultLanguage = 'en-US'

/**
 * `es` understands `es-MX`, and `es-ES` is good enough for plain `es`; `es-ES` does not claim `es-MX`.
 */
export function understands(languages: readonly string[], wanted: string): boolean {
  const tag = wanted.toLowerCase()
  return languages.some(language => {
    const known = language.toLowerCase()
    return known === tag || tag.startsWith(`${known}-`) || known.startsWith(`${tag}-`)
  })
}

/** In English, as in "Spanish (es)"; a tag that nobody knows stands for itself. */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(tag)
    return name === undefined || name === tag ? tag : `${name} (${tag})`
  } catch {
    // A tag that Intl refuses is still better named than dropped.
    return tag
  }
}

/** The canonical spelling: `ES-es` is `es-ES`. Throws RangeError for what is no tag. */
export function canonicalLanguage(tag: string): string {
  return Intl.getCanonicalLocales(tag)[0] ?? tag
}

/** Whatever the region: `es-ES` and `es-MX` are one. */
export function sameLanguage(one: string, other: string): boolean {
  const [a = '', b = ''] = [one, other].map(tag => tag.split('-')[0]?.toLowerCase())
  return a === b
}
