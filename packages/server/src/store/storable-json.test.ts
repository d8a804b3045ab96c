import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/postgres.ts'
import { storableJson } from './storable-json.ts'

test.each([
  ['a\0b', 'ab'],
  ['\\u0000', '\\u0000'],
  ['half \uD83D done', 'half \uFFFD done'],
  ['whole 😀', 'whole 😀'],
  ['\u0001\n"', '\u0001\n"'],
])('%j is kept as %j', (given, kept) => {
  expect(JSON.parse(storableJson({ given }))).toEqual({ given: kept })
})

test('PostgreSQL takes it, whatever is in the text', async () => {
  await using opened = await testDatabase()
  const any = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(any, fc.string({ unit: 'binary' }), async (words, lone) => {
      const json = storableJson([...words, `${lone}\uDC00\0`])
      await sql`select ${json}::jsonb`.execute(opened.database.kysely)
    }),
    { numRuns: 100 },
  )
})
