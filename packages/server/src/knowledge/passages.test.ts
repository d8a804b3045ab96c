import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPassages } from './passages.ts'
import { markdownSections } from './sections.ts'

test('sentences stay whole, and the last one is repeated', () => {
  const text = 'We open at nine. We close at six. Parking is behind the house. Dogs are welcome.'
  const passages = cutPassages([{ place: 'page 2', text }], { longest: 40, overlap: 20 })
  expect(passages).toEqual([
    { place: 'page 2', text: 'We open at nine. We close at six.' },
    { place: 'page 2', text: 'Parking is behind the house.' },
    { place: 'page 2', text: 'Dogs are welcome.' },
  ])
  const overlapping = cutPassages([{ place: null, text }], { longest: 50, overlap: 20 })
  expect(overlapping[1]?.text).toBe('We close at six. Parking is behind the house.')
})

test('passages do not cross a section, and empty ones are none', () => {
  const sections = [
    { place: 'A', text: 'One.' },
    { place: ' \u200B', text: 'Two.' },
    { place: 'C', text: ' \n \u200B' },
  ]
  expect(cutPassages(sections)).toEqual([
    { place: 'A', text: 'One.' },
    { place: null, text: 'Two.' },
  ])
})

test('nothing is lost and nothing is too long, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', '\n', '字'), maxLength: 400 }),
      text => {
        const passages = cutPassages([{ place: null, text }], { longest: 30, overlap: 10 })
        for (const passage of passages) expect(passage.text.length).toBeLessThanOrEqual(30)
        const words = text.split(/[\s.]+/u).filter(word => word !== '' && word.length <= 10)
        for (const word of words) expect(passages.some(passage => passage.text.includes(word))).toBe(true)
      },
    ),
  )
})

test('markdown by its headings', () => {
  const markdown =
    '# Hours\nNine to six.\n\nPrices\n------\nTen.\n```\n# no heading\n```\n## Parking ##\nBehind.\n'
  expect(markdownSections(markdown).map(({ place, text }) => [place, text.trim()])).toEqual([
    ['Hours', 'Nine to six.'],
    ['Prices', 'Ten.\n```\n# no heading\n```'],
    ['Parking', 'Behind.'],
  ])
})
