/** Languages that the large models, speaking or writing, command well. ISO 639-1. */
export const modelLanguages: readonly string[] = [
  'en',
  'es',
  'fr',
  'de',
  'it',
  'pt',
  'nl',
  'pl',
  'sv',
  'da',
  'no',
  'fi',
  'cs',
  'el',
  'hu',
  'ro',
  'tr',
  'uk',
  'ru',
  'ar',
  'he',
  'hi',
  'id',
  'vi',
  'th',
  'ja',
  'ko',
  'zh',
]

/** With a region, which some vendors insist on: `es` is `es-ES`, and `es-419` too. */
export function localeOf(tag: string): string {
  const { language, region } = new Intl.Locale(tag)
  if (region !== undefined && !/\d/u.test(region)) return `${language}-${region}`
  return `${language}-${new Intl.Locale(language).maximize().region ?? 'US'}`
}
