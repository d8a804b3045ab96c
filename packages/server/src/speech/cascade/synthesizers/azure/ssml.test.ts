import { expect, test } from 'vitest'
import { ssml } from './ssml.ts'

const speak = (language: string, inside: string) =>
  `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${language}">${inside}</speak>`

test('a voice of one language is not told another', () => {
  expect(ssml('Hola.', { voice: 'es-MX-DaliaNeural', language: 'es-MX' })).toBe(
    speak('es-MX', '<voice name="es-MX-DaliaNeural">Hola.</voice>'),
  )
})

test('a voice of several is told which', () => {
  expect(ssml('Hola.', { voice: 'en-US-AvaMultilingualNeural', language: 'es-ES' })).toBe(
    speak('es-ES', '<voice name="en-US-AvaMultilingualNeural"><lang xml:lang="es-ES">Hola.</lang></voice>'),
  )
})

test.each([
  ['markup', '</voice><voice name="x">&amp;', '&lt;/voice&gt;&lt;voice name=&quot;x&quot;&gt;&amp;amp;'],
  ['apostrophes', "it's", 'it&apos;s'],
  ['control characters', 'a\u0000b\u001Bc', 'a b c'],
  ['half a surrogate pair', 'a\uD800b', 'a b'],
  ['other scripts', '你好 😀', '你好 😀'],
])('%s in the words stay words', (_, text, written) => {
  const voice = { voice: 'en-US-JennyNeural', language: 'en-US' }
  expect(ssml(text, voice)).toBe(speak('en-US', `<voice name="en-US-JennyNeural">${written}</voice>`))
})

test('nor can a voice id or a language be markup', () => {
  const document = ssml('Hi.', { voice: 'a"><break/>', language: 'en"' })
  expect(document).toBe(speak('en&quot;', '<voice name="a&quot;&gt;&lt;break/&gt;">Hi.</voice>'))
})
