import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openUserAgent } from '@parley/wire/sip/user-agent'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args])
  const lines: string[] = []
  const exit = once(child, 'exit')
  const output = createInterface({ input: child.stdout })
  output.on('line', line => lines.push(line))
  let errors = ''
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  return { child, lines, output, exit, errors: () => errors }
}

test('a person in a process of its own answers OPTIONS, refuses calls as told, and ends on TERM', async () => {
  const person = start('--json', '--persona', 'silent', '--number', '+14155550001=busy')
  try {
    const [ready] = (await once(person.output, 'line', { signal: AbortSignal.timeout(30_000) })) as [string]
    const { sip } = JSON.parse(ready) as { sip: { host: string; port: number } }
    await using agent = await openUserAgent({ host: '127.0.0.1', port: 0, name: 'test agent' })
    const signal = AbortSignal.timeout(5_000)
    expect((await agent.ping(`sip:${sip.host}:${sip.port}`, signal)).status).toBe(200)
    const to = `sip:%2B14155550001@${sip.host}:${sip.port}`
    const call = agent.invite({ to, from: 'sip:a@127.0.0.1', sdp: 'v=0\r\n', ringTimeoutMs: 2_000 }, signal)
    await expect(call).rejects.toMatchObject({ status: 486 })
    await expect
      .poll(() => person.lines.map(line => (JSON.parse(line) as { event: string }).event))
      .toEqual(['ready', 'rang', 'refused'])
  } finally {
    person.child.kill('SIGTERM')
  }
  expect(await person.exit).toEqual([0, null])
}, 60_000)

test.each([
  [['--persona', '/nowhere.json'], /nowhere\.json is no persona/],
  [['--sip-port', 'x'], /--sip-port must be/],
  [['--number', '+1'], /--number must be/],
  [['--loud'], /--loud/],
])('%j is refused in plain words', async (args, message) => {
  const person = start(...args)
  expect(await person.exit).toEqual([2, null])
  expect(person.errors()).toMatch(message)
  expect(person.errors()).not.toMatch(/\n\s+at /)
})
