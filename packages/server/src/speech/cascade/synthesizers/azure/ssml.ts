/**
 * Azure speaks documents. https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup
 * A voice of several languages is told which one by `<lang>`; others refuse a language that is not theirs.
 */
export function ssml(text: string, { voice, language }: { voice: string; language: string }): string {
  const words = escaped(text)
  const told = isMultilingual(voice) ? `<lang xml:lang="${escaped(language)}">${words}</lang>` : words
  return [
    '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" ',
    `xml:lang="${escaped(language)}"><voice name="${escaped(voice)}">${told}</voice></speak>`,
  ].join('')
}

/** Their names say so. */
export function isMultilingual(voice: string): boolean {
  return /Multilingual/u.test(voice)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text of a model is data: nothing in it may become markup, nor a character that XML does not have. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll(/[&<>"']/gu, sign => ENTITIES[sign] ?? sign)
}
