/** What an SSML document asks for, or what is wrong with it. */
export type SpeechDocument = { voice: string; language: string | null; text: string } | { fault: string }

const TAG =
  /<(?<close>\/?)(?<name>[a-z:]+)(?<attributes>(?:\s+[a-z:]+=(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>/giu
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const KNOWN = new Set(['speak', 'voice', 'lang', 'prosody', 'break', 'mstts:express-as'])

/** As strict as Azure: elements are closed in order, one voice speaks, and nothing but entities begins with `&`. */
export function readSpeechDocument(source: string): SpeechDocument {
  const document = source.trim()
  const open: string[] = []
  const found: Found = { voice: null, language: null }
  let at = 0
  let words = ''
  for (const match of document.matchAll(TAG)) {
    words += document.slice(at, match.index)
    at = match.index + match[0].length
    const fault =
      open.length === 0 && match.index > 0 ? 'no speak element' : element(match.groups ?? {}, open, found)
    if (fault !== null) return { fault }
  }
  if (open.length > 0 || at === 0 || at !== document.length) return { fault: 'the document is not closed' }
  if (found.voice === null) return { fault: 'no voice' }
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/u.test(words)) return { fault: 'markup in the text' }
  return { voice: found.voice, language: found.language, text: decoded(words) }
}

interface Found {
  voice: string | null
  language: string | null
}

/** Opens or closes one element; what is wrong with it, or null. */
function element(tag: Readonly<Record<string, string>>, open: string[], found: Found): string | null {
  const { close, name = '', attributes = '', empty } = tag
  if (!KNOWN.has(name)) return `unknown element ${name}`
  if (close) return open.pop() === name ? null : `${name} is closed out of order`
  if (open.length === 0 && name !== 'speak') return 'no speak element'
  if (!empty) open.push(name)
  if (name === 'voice') found.voice = attribute(attributes, 'name')
  if (name === 'lang') found.language = attribute(attributes, 'xml:lang')
  return null
}

function attribute(attributes: string, name: string): string | null {
  const found = new RegExp(`\\s${name}=(?:"(?<a>[^"]*)"|'(?<b>[^']*)')`, 'u').exec(attributes)?.groups
  const value = found?.['a'] ?? found?.['b']
  return value === undefined ? null : decoded(value)
}

function decoded(text: string): string {
  return text.replaceAll(/&(?<name>amp|lt|gt|quot|apos);/gu, (_, name: string) => ENTITIES[name] ?? '')
}
