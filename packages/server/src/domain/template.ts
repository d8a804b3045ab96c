/**
 * `{{name}}` and `{{name|fallback}}` in prompts and first sentences. Values go in as they are: braces in a
 * value are text, so no value can ask for another one.
 */

export type TemplateValues = Readonly<Record<string, string>>

/** Longest text that one value may become, in characters. */
export const valueLimit = 2_000

/** Anything without braces counts as a name, so that a misspelt placeholder is told and never spoken. */
const placeholder = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g

/** Every placeholder replaced; one that has neither a value nor a fallback becomes nothing. */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (_whole, name: string, fallback: string | undefined) => {
    const value = valueOf(values, name.trim()) ?? fallback?.trim() ?? ''
    return value.slice(0, valueLimit)
  })
}

/** Names of the placeholders that cannot be filled, each once, in order. */
export function missingValues(template: string, values: TemplateValues): string[] {
  const missing = [...template.matchAll(placeholder)]
    .filter(([, name = '', fallback]) => fallback === undefined && valueOf(values, name.trim()) === undefined)
    .map(([, name = '']) => name.trim())
  return [...new Set(missing)]
}

/** What requests may give as a value, as the text it is spoken as; null counts as not given. */
export function textValues(data: Readonly<Record<string, string | number | boolean | null>>): TemplateValues {
  const given = Object.entries(data).filter(([, value]) => value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name.trim(), String(value)]))
}

function valueOf(values: TemplateValues, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
