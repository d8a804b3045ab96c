import { writeFile } from 'node:fs/promises'
import { readOptions, UsageError } from './options.ts'
import { runChaos } from './run-chaos.ts'
import { isKept } from './verdict.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const { json, ...options } = readOptions(process.argv.slice(2))
  const startedAt = performance.now()
  const say = (line: string) =>
    print(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`)
  const result = await runChaos({ ...options, say })
  print(JSON.stringify(result, null, 2))
  if (json !== null) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`)
  if (isKept(result)) return
  print('Promises were broken.')
  process.exitCode = 1
}

try {
  await main()
} catch (error) {
  const told =
    error instanceof UsageError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
}
