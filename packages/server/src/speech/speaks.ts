/** `es` understands `es-MX`, and `es-ES` is good enough for plain `es`; `es-ES` does not claim `es-MX`. */
export function speaks(languages: readonly string[], wanted: string): boolean {
  const tag = wanted.toLowerCase()
  return languages.some(language => {
    const known = language.toLowerCase()
    return known === tag || tag.startsWith(`${known}-`) || known.startsWith(`${tag}-`)
  })
}
