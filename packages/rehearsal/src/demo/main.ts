import './leash.ts'
import { makeCall, type DemoCall } from './make-call.ts'
import { DemoFailed, readOptions, type DemoOptions } from './options.ts'
import { openHouse, type House } from './open-house.ts'
import { showNextSteps, showResult, toJson } from './result-view.ts'
import { createInk, showEvent } from './transcript-view.ts'

/**
 * `npm run demo`: starts the whole platform and a simulated person, lets the agent phone that person over
 * real SIP and RTP, and shows what a customer would get. With --json everything meant for people goes to
 * standard error.
 */
async function demo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const output = options.json ? process.stderr : process.stdout
  const ink = createInk(output.isTTY && !process.env.NO_COLOR)
  const print = (...lines: readonly string[]): void => void output.write(`${lines.join('\n')}\n`)

  print('', `  ${ink.bold('Parley')}${ink.dim('  an agent phones a simulated person')}`, '')
  print(ink.dim('  starting the database, the server and the person …'))
  await using house = await openHouse(options, signal)
  print(ink.dim(`  ready at ${house.baseUrl}`), '')

  const show = (event: Parameters<typeof showEvent>[0]): void => {
    const lines = showEvent(event, ink)
    if (lines.length > 0) print(...lines)
  }
  const made = await Promise.race([makeCall(house, { options, show }, signal), house.broken])
  print('', ...showResult(made, ink), '')
  if (options.json) process.stdout.write(`${toJson(house, made)}\n`)
  if (!wentWell(made)) process.exitCode = 1
  print(...showNextSteps(house, made.apiKey, ink), '')
  if (options.exit) return print(ink.dim('  Stopping now, as --exit asks; without it everything stays up.'))
  print(ink.dim('  Everything stays up until Ctrl-C.'))
  await stayUp(house, signal)
  print('', ink.dim('  stopping …'))
}

const wentWell = ({ call, webhook }: DemoCall): boolean => call.status === 'completed' && webhook.verified

async function stayUp(house: House, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  if (signal.aborted) resolve()
  await Promise.race([promise, house.broken])
}

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => stopping.abort(new DemoFailed('Stopped.')))
}

try {
  await demo(readOptions(process.argv.slice(2)), stopping.signal)
} catch (error) {
  const expected = error instanceof DemoFailed
  process.stderr.write(
    `\n${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exitCode = 1
}
