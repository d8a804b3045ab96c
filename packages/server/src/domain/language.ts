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

/** The canonical spelling: `ES-es` is `es-ES`. Throws RangeError for what is no tag. */
export function canonicalLanguage(tag: string): string {
  return Intl.getCanonicalLocales(tag)[0] ?? tag
}
