/** Measures every impaired line and writes the tables into docs/media.md: `node packages/rehearsal/test/line/write-media-figures.ts`; with `digits` behind it the one of key presses only. */
import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { hearDigits, type HeardDigits } from './digits.ts'
import { hearThrough, impairments, type Heard } from './impairment.ts'

const seconds = 30
const digits = 1_000
const page = fileURLToPath(new URL('../../../../docs/media.md', import.meta.url))

function row(heard: Heard): string {
  const share = ((100 * heard.whole) / heard.sent).toFixed(1)
  const figures = [heard.delayP50Ms, heard.delayP95Ms, heard.jitterMs].map(value => value.toFixed(0))
  const counts = [heard.doubled, heard.disordered, heard.concealed, heard.late, heard.dropped]
  return `| ${[heard.name, `${share} %`, ...counts, ...figures].join(' | ')} |`
}

const digitRow = ({ name, sent, right, extra }: HeardDigits): string =>
  `| ${[name, sent, `${((100 * right) / sent).toFixed(1)} %`, extra].join(' | ')} |`

/** Puts a table between its marks. */
async function write(name: string, table: readonly string[]): Promise<void> {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = await readFile(page, 'utf8')
  const [head, rest = ''] = text.split(begin)
  const tail = rest.split(end)[1] ?? ''
  await writeFile(page, `${head}${begin}\n\n${table.join('\n')}\n\n${end}${tail}`)
  process.stdout.write(`${table.join('\n')}\n`)
}

await using engine = await openMediaEngine({ host: '127.0.0.1' })
if (process.argv[2] !== 'digits') {
  const rows: string[] = []
  for (const one of impairments) rows.push(row(await hearThrough(engine, one, seconds)))
  await write('figures', [
    '| line | heard whole | doubled | out of order | made up | late | dropped | delay p50 ms | p95 ms | jitter ms |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ])
}
const rows: string[] = []
for (const one of impairments) rows.push(digitRow(await hearDigits(engine, one, digits)))
await write('digits', [
  '| line | keys pressed | heard right | heard besides |',
  '| --- | --- | --- | --- |',
  ...rows,
])
