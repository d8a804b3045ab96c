/** Measures every impaired line and writes the table into docs/media.md: `node packages/rehearsal/test/line/write-media-figures.ts`. */
import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { hearThrough, impairments, type Heard } from './impairment.ts'

const seconds = 30
const page = fileURLToPath(new URL('../../../../docs/media.md', import.meta.url))
const begin = '<!-- figures: begin -->'
const end = '<!-- figures: end -->'

function row(heard: Heard): string {
  const share = ((100 * heard.whole) / heard.sent).toFixed(1)
  const figures = [heard.delayP50Ms, heard.delayP95Ms, heard.jitterMs].map(value => value.toFixed(0))
  const counts = [heard.doubled, heard.disordered, heard.concealed, heard.late, heard.dropped]
  return `| ${[heard.name, `${share} %`, ...counts, ...figures].join(' | ')} |`
}

await using engine = await openMediaEngine({ host: '127.0.0.1' })
const results: Heard[] = []
for (const one of impairments) results.push(await hearThrough(engine, one, seconds))
const table = [
  '| line | heard whole | doubled | out of order | made up | late | dropped | delay p50 ms | p95 ms | jitter ms |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ...results.map(row),
].join('\n')
const text = await readFile(page, 'utf8')
const [head, rest = ''] = text.split(begin)
const tail = rest.split(end)[1] ?? ''
await writeFile(page, `${head}${begin}\n\n${table}\n\n${end}${tail}`)
process.stdout.write(`${table}\n`)
