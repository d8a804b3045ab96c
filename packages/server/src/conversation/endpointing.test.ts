import { describe, expect, test } from 'vitest'
import { shapeOf, silenceNeededMs } from './endpointing.ts'
import { turnWords } from './languages/languages.ts'
import { defaultSettings } from './settings.ts'

test.each([
  ['en', 'yes', 'finished'],
  ['en', 'Yes, that works for me.', 'finished'],
  ['en', 'What is it for?', 'finished'],
  ['en', 'could we do friday at two pm', 'finished'],
  ['en', 'two thirty', 'finished'],
  ['en', 'no thank you goodbye', 'finished'],
  ['en', 'twenty five', 'finished'],
  ['en', 'at three', 'finished'],
  ['en', 'I would like to', 'unfinished'],
  ['en', 'well I think that um', 'unfinished'],
  ['en', 'On Friday,', 'unfinished'],
  ['en', 'my number is', 'unfinished'],
  ['en', 'Sure, it is spelled', 'unfinished'],
  ['en', 'my number is four one five', 'dictating'],
  ['en', 'my number is four', 'dictating'],
  ['en', '415 555', 'dictating'],
  ['en', 'it is 415 555', 'dictating'],
  ['en', 'it is 415 555 1234', 'dictated'],
  ['en', 'j o h n', 'dictating'],
  ['en', 'kilo lima', 'dictating'],
  ['en', 'john at', 'dictating'],
  ['en', 'john at gmail', 'dictating'],
  ['en', 'john at gmail dot com', 'finished'],
  ['en', 'john dot smith', 'dictating'],
  ['en', 'I live at forty two', 'dictating'],
  ['en', 'I live at forty two Main Street', 'dictated'],
  ['es', 'sí, me viene bien', 'finished'],
  ['es', 'quería cambiarla para', 'unfinished'],
  ['es', 'mi número es', 'unfinished'],
  ['es', 'mi número es seis uno dos', 'dictating'],
  ['es', 'juan arroba', 'dictating'],
  ['es', 'juan arroba gmail punto com', 'finished'],
  ['es', 'ge a erre ce', 'dictating'],
  ['es', 'a las tres', 'finished'],
  ['fr', 'je voudrais le', 'unfinished'],
  ['fr', 'zéro six douze', 'dictating'],
  ['de', 'weil ich', 'unfinished'],
  ['de', 'ich komme mit der', 'unfinished'],
  ['de', 'ich komme morgen', 'finished'],
  ['de', 'null eins sieben', 'dictating'],
] as const)('in %s "%s" looks %s', (language, text, shape) => {
  expect(shapeOf(text, turnWords(language))).toBe(shape)
})

test('the silence that ends a turn', () => {
  expect(silenceNeededMs({ text: 'yes please' }, 'en-US', defaultSettings)).toBe(300)
  expect(silenceNeededMs({ text: 'it is four one' }, 'en-US', defaultSettings)).toBe(1_200)
  expect(silenceNeededMs({ text: 'it is 415 555 1234' }, 'en-US', defaultSettings)).toBe(700)
  expect(silenceNeededMs({ text: 'because' }, 'en-US', defaultSettings)).toBe(2_500)
  expect(silenceNeededMs({ text: '' }, 'en-US', defaultSettings)).toBe(1_000)
})

test('the silence that ends a turn which the recognizer has found over', () => {
  expect(silenceNeededMs({ text: 'yes please', over: true }, 'en-US', defaultSettings)).toBe(0)
  expect(silenceNeededMs({ text: 'because', over: true }, 'en-US', defaultSettings)).toBe(0)
  expect(silenceNeededMs({ text: 'it is four one', over: true }, 'en-US', defaultSettings)).toBe(1_200)
  expect(silenceNeededMs({ text: 'it is 415 555 1234', over: true }, 'en-US', defaultSettings)).toBe(700)
  expect(silenceNeededMs({ text: '', over: true }, 'en-US', defaultSettings)).toBe(1_000)
})

/** As people read them out: a bar is a breath, in which nobody may answer. */
const identifiers: Readonly<Record<string, readonly string[]>> = {
  en: [
    'four one five | five five five | one two three four',
    'my number is | two oh two | five five five | oh one four two',
    'it is 415 | 555 | 1234',
    'the code is | a b | four seven | nine',
    'reference is | x r seven | two two | k',
    'j o h n | s m i t h',
    'kilo lima | one four | charlie delta',
    'my email is | john dot | smith at | gmail dot com',
    'my email is mary | underscore | jones at | outlook dot com',
    'account number is | double four | nine one | triple zero | two',
    'order number is | one one two | eight eight | six',
    'b as in bravo | d as in delta | four four',
    'zip code is | nine four | one oh seven',
    'it is spelled | w r i | g h t',
    'i live at | forty two | north main street',
    'my address is | twelve | oak lane',
    'p as in papa | q r | three three',
    'seven seven | eight | nine nine one',
    'AB | 12 | 34 | CD',
    '4 4 | 2 0 | 7 9 4 6',
    'phone number is | area code three one two | five five five | nine eight seven six',
    'last name is | o b r i | e n',
    'id is | five five | a a | six',
    'the number is | nineteen | eighty four | twenty two',
    'one two | dash three | four five',
  ],
  es: [
    'seis uno dos | tres cuatro cinco | seis siete ocho',
    'mi número es | nueve uno | cinco cinco cinco | cero uno',
    'mi teléfono es | 612 | 345 | 678',
    'mi correo es | juan punto | garcía arroba | gmail punto com',
    'ge a erre | ce i a',
    'se escribe | eme u | eñe o zeta',
    'el código es | a be | cuatro siete | nueve',
    'mi dni es | uno dos tres | cuatro cinco seis | siete ocho equis',
    'la referencia es | equis erre | siete siete | dos',
    'código postal es | dos ocho | cero uno tres',
    'vivo en | calle mayor | catorce',
    'mi dirección es | avenida de | américa veinte',
    'doble cero | treinta y cuatro | seis cinco',
    'maría guion | bajo lópez arroba | hotmail punto es',
    'cuatro cuatro | dos cero | siete nueve',
    'be de | cuatro cuatro | ka',
    'ce de | dos cero | uno uno',
    'mi código es | ocho ocho | ere ese',
    'uve a | ele e | ene',
    'cinco cinco | noventa | doce doce',
    'mi apellido es | ge o | eme e zeta',
    '91 | 555 | 01 | 42',
    'nueve nueve | uno uno | cero cero',
    'pe erre | tres tres | te',
    'el número es | dos dos | uno uno | tres',
  ],
}

describe('fifty identifiers that are read out with breaths of 650 ms', () => {
  const all = Object.entries(identifiers).flatMap(([language, texts]) =>
    texts.map(text => ({ language, text })),
  )
  const breathMs = 650
  const isCutOff = ({ language, text }: { language: string; text: string }) => {
    const parts = text.split(' | ')
    return parts.slice(1).some((_, index) => {
      const said = parts.slice(0, index + 1).join(' ')
      return silenceNeededMs({ text: said }, language, defaultSettings) <= breathMs
    })
  }
  test('are not cut off, but for one at most', () => {
    expect(all).toHaveLength(50)
    expect(all.filter(isCutOff).map(({ text }) => text)).toEqual(['AB | 12 | 34 | CD'])
  })
})
