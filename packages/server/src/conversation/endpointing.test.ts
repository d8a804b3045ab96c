import { expect, test } from 'vitest'
import { shapeOf, silenceNeededMs } from './endpointing.ts'
import { defaultSettings } from './settings.ts'

test.each([
  ['yes', 'finished'],
  ['Yes, that works for me.', 'finished'],
  ['What is it for?', 'finished'],
  ['could we do friday at two pm', 'finished'],
  ['no thank you goodbye', 'finished'],
  ['sí, me viene bien', 'finished'],
  ['I would like to', 'unfinished'],
  ['well I think that um', 'unfinished'],
  ['On Friday,', 'unfinished'],
  ['quería cambiarla para', 'unfinished'],
  ['je voudrais le', 'unfinished'],
  ['weil ich', 'finished'],
  ['ich komme mit der', 'unfinished'],
  ['my number is four one five', 'dictating'],
  ['415 555', 'dictating'],
  ['it is 415 555 1234', 'dictating'],
  ['j o h n', 'dictating'],
  ['john at', 'dictating'],
  ['john at gmail', 'dictating'],
  ['john at gmail dot com', 'finished'],
  ['john dot smith', 'dictating'],
  ['at three', 'finished'],
])('"%s" looks %s', (text, shape) => {
  expect(shapeOf(text)).toBe(shape)
})

test('the silence that ends a turn', () => {
  expect(silenceNeededMs('yes please', defaultSettings)).toBe(300)
  expect(silenceNeededMs('it is four one', defaultSettings)).toBe(1_200)
  expect(silenceNeededMs('because', defaultSettings)).toBe(2_500)
  expect(silenceNeededMs('', defaultSettings)).toBe(1_000)
})
