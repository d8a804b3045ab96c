import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { CallEventBody } from '@parley/contract/events'
import { expect, onTestFinished, test } from 'vitest'
import type { CallId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { OperatorError } from '../../src/operations/archive.ts'
import { askServer } from '../../src/operations/ask-server.ts'
import { appendEvents } from '../../src/store/events.ts'
import { notifyCall } from '../../src/store/notify.ts'
import { type TestApi, testApi } from '../http-api.ts'

const here = '+14155551234'
const entry = { id: newId(), created_at: '2026-01-01T00:00:00.000Z', end_ms: 0, interrupted: false }

const analysed: CallEventBody = { type: 'analysed', summary: null, disposition: null }

interface Terminal {
  readonly printed: string[]
  readonly remarks: string[]
  run(command: 'preflight' | 'call', ...words: string[]): Promise<number | null>
  interrupt(): void
}

/** A terminal at a server that listens. */
async function terminalAt(api: TestApi, environment: Record<string, string> = {}): Promise<Terminal> {
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 })
  return terminal({ PARLEY_URL: url, PARLEY_API_KEY: api.key, ...environment })
}

function terminal(environment: Record<string, string>): Terminal {
  const printed: string[] = []
  const remarks: string[] = []
  let act = () => {}
  const onInterrupt = (wanted: () => void) => {
    act = wanted
    return { [Symbol.dispose]: () => undefined }
  }
  const around = {
    environment,
    print: (line: string) => void printed.push(line),
    remark: (line: string) => void remarks.push(line),
    onInterrupt,
  }
  return {
    printed,
    remarks,
    run: (command, ...words) => askServer(command, words, around),
    interrupt: () => act(),
  }
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise(soon => setTimeout(soon, 10))
  }
}

/** What a worker would store of the call. */
async function happens(
  api: TestApi,
  id: CallId,
  { events, over = false }: { events: CallEventBody[]; over?: boolean },
): Promise<void> {
  await api.database.kysely.transaction().execute(async trx => {
    await appendEvents(trx, id, events)
    const ended = {
      status: 'completed',
      call_status: 'completed',
      end_reason: 'agent_ended',
      completed: true,
    }
    if (over)
      await trx
        .updateTable('calls')
        .set(ended as never)
        .where('id', '=', id)
        .execute()
  })
  await notifyCall(api.database, id)
}

const placedCall = (api: TestApi) =>
  until(async () => (await api.send('GET', '/v1/calls')).body.data[0]?.id as CallId | undefined)

test('a number that may be called is told so, and one that may not with the reason and the time', async () => {
  const api = await testApi()
  const shell = await terminalAt(api)
  expect(await shell.run('preflight', here)).toBe(0)
  expect(shell.printed.at(-1)).toBe(`${here} may be called now (US, America/Los_Angeles)`)
  expect(await shell.run('preflight', '+18765551234', '--json')).toBe(1)
  expect(JSON.parse(shell.printed.at(-1) ?? '')).toMatchObject({ code: 'country_not_allowed' })
  const list = (await api.send('POST', '/v1/lead-lists', { body: { name: 'All' } })).body.id
  const tomorrow = new Date(Date.now() + 24 * 3_600_000)
  const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][tomorrow.getUTCDay()]
  const body = {
    name: 'Recall',
    lead_list_id: list,
    task: 'Remind them that a check-up is due.',
    calling_window: { timezone: 'UTC', days: [day], from: '00:00', to: '24:00' },
  }
  const campaign = (await api.send('POST', '/v1/campaigns', { body })).body.id
  expect(await shell.run('preflight', here, '--campaign', campaign)).toBe(1)
  expect(shell.printed.at(-1)).toMatch(/^outside_calling_window: .* Allowed from 20\d\d-.*:00\.000Z\.$/m)
  const at = tomorrow.toISOString()
  expect(await shell.run('preflight', here, '--campaign', campaign, '--at', at)).toBe(0)
})

test('a call is placed, its talk shown as it happens, and how it ended', async () => {
  const api = await testApi()
  const shell = await terminalAt(api)
  const words = ['--task', 'Confirm the appointment of {{name}}.', '--data', 'name=Jo', '--minutes', '2']
  const exit = shell.run('call', here, ...words)
  const id = await placedCall(api)
  const events: CallEventBody[] = [
    { type: 'dialing', attempt: 1 },
    { type: 'answered', mode: 'realtime', model: 'rt-1', voice: 'alloy' },
    { type: 'transcript', entry: { ...entry, user: 'assistant', text: 'Hi, Jo.', start_ms: 400 } },
  ]
  await happens(api, id, { events })
  await until(() => shell.printed.find(line => line === ' 0:00.4  Agent   Hi, Jo.'))
  await happens(api, id, { events: [analysed], over: true })
  expect(await exit).toBe(0)
  expect(shell.printed).toEqual([
    '         queued',
    '         dialing',
    '         answered · realtime · rt-1 · alloy',
    ' 0:00.4  Agent   Hi, Jo.',
    'completed: agent ended',
  ])
  expect((await api.send('GET', `/v1/calls/${id}`)).body).toMatchObject({ phone_number: here })
})

test('a server that is replaced meanwhile ends its feed, and the next one goes on with the talk', async () => {
  const events = ['dialing', 'ringing', 'answered'].map(
    (type, n) =>
      `id: ${n + 1}\ndata: ${JSON.stringify({ type, mode: 'realtime', model: 'm', voice: 'v' })}\n\n`,
  )
  const seen: unknown[] = []
  const replaced = createServer((request, response) => {
    if (!request.url?.endsWith('/events'))
      return void response.end(
        JSON.stringify({ call_id: newId(), status: 'completed', end_reason: 'agent_ended' }),
      )
    const last = request.headers['last-event-id']
    seen.push(last)
    const [next] = events.slice(Number(last ?? 0))
    response.writeHead(next === undefined ? 204 : 200, { connection: 'close' }).end(next)
  }).listen(0, '127.0.0.1')
  await once(replaced, 'listening')
  onTestFinished(() => void replaced.close())
  const { port } = replaced.address() as AddressInfo
  const shell = terminal({ PARLEY_URL: `http://127.0.0.1:${port}`, PARLEY_API_KEY: 'pk' })
  expect(await shell.run('call', here, '--task', 'Confirm the appointment.')).toBe(0)
  expect(seen).toEqual([undefined, '1', '2', '3'])
  expect(shell.printed.map(line => line.trim())).toEqual([
    'dialing',
    'ringing',
    'answered · realtime · m · v',
    'completed: agent ended',
  ])
})

test('for programs every line is JSON, the call itself the last', async () => {
  const api = await testApi()
  const shell = await terminalAt(api)
  const exit = shell.run('call', here, '--task', 'Confirm the appointment.', '--json')
  const id = await placedCall(api)
  await happens(api, id, { events: [analysed], over: true })
  expect(await exit).toBe(0)
  const lines = shell.printed.map(line => JSON.parse(line))
  expect(lines.map(({ type }) => type)).toEqual(['queued', 'analysed', 'call'])
  expect(lines.at(-1).call).toMatchObject({ id, status: 'completed' })
})

test('Ctrl-C ends the call, and the exit code says that there was none', async () => {
  const api = await testApi()
  const shell = await terminalAt(api)
  const exit = shell.run('call', here, '--task', 'Confirm the appointment.')
  await until(() => shell.printed.find(line => line.includes('queued')))
  shell.interrupt()
  expect(await exit).toBe(1)
  expect(shell.printed.at(-1)).toMatch(/^cancelled: /)
})

test('what is refused is told with its code, and every fault with its field', async () => {
  const api = await testApi()
  const shell = await terminalAt(api)
  await expect(shell.run('call', here, '--task', 'short', '--minutes', 'x')).rejects.toThrow(
    /^invalid_request: .*task: .*max_duration: /,
  )
  await expect(shell.run('preflight', here, '--from', '+14155550000')).rejects.toThrow(
    /from_number_not_owned/,
  )
  await api.send('POST', '/v1/do-not-call', { body: { phone_number: here } })
  await expect(shell.run('call', here, '--task', 'Confirm the appointment.')).rejects.toThrow(
    /^do_not_call: /,
  )
  expect(await shell.run('preflight')).toBeNull()
  expect(await shell.run('call', here, 'again', '--task', 'Confirm the appointment.')).toBeNull()
})

test('a server that is not there, a key that it does not know, and one that is no Parley', async () => {
  const lost = terminal({ PARLEY_URL: 'http://127.0.0.1:9', PARLEY_API_KEY: 'pk' })
  await expect(lost.run('preflight', here)).rejects.toThrow(/No server answers at http:\/\/127\.0\.0\.1:9 /)
  await expect(terminal({}).run('preflight', here)).rejects.toThrow(/PARLEY_API_KEY/)
  const shell = await terminalAt(await testApi(), { PARLEY_API_KEY: 'pk_live_wrong' })
  await expect(shell.run('preflight', here)).rejects.toThrow(/does not know the key in PARLEY_API_KEY/)
  const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const elsewhere = terminal({ PARLEY_URL: url, PARLEY_API_KEY: 'pk' })
  const failed = elsewhere.run('preflight', here)
  await expect(failed).rejects.toThrow(OperatorError)
  await expect(failed).rejects.toThrow(/is no Parley/)
})
