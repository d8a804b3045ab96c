import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { program } from '@parley/wire/test/program'
import { expect, onTestFinished, test } from 'vitest'
import type { CallId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { type CallBus, openNatsBus } from '../src/store/call-bus.ts'
import { openDatabase } from '../src/store/database.ts'
import { notifyCall, subscribe } from '../src/store/notify.ts'
import { testDatabase } from './postgres.ts'

const natsServer = program('nats-server')
const host = '127.0.0.1'

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function startNats(port: number, ...more: string[]): ChildProcess {
  const server = spawn(natsServer ?? '', ['-a', host, '-p', String(port), ...more], { stdio: 'ignore' })
  onTestFinished(() => stopNats(server))
  return server
}

async function stopNats(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}

function openBus(url: string): CallBus {
  const bus = openNatsBus([url], () => undefined)
  onTestFinished(() => bus[Symbol.asyncDispose]())
  return bus
}

test.skipIf(natsServer === undefined)(
  'news go by NATS, by the database while it is away, and by NATS again',
  { timeout: 60_000 },
  async () => {
    const port = await freePort()
    const url = `nats://somebody:secret@${host}:${port}`
    const [telling, hearing] = [openBus(url), openBus(url)]
    await using opened = await testDatabase()
    await using teller = openDatabase(opened.url, { bus: telling })
    await using listener = openDatabase(opened.url, { bus: hearing })
    const heard: [string, string[]][] = []
    let returns = 0
    await using _listening = await subscribe(listener, {
      onCall: (id, concerns) => heard.push([id, [...concerns]]),
      onReconnect: () => void (returns += 1),
    })
    const byDatabase: CallId[] = []
    await using _database = await subscribe(opened.database, { onCall: id => byDatabase.push(id) })
    const ids = Array.from({ length: 4 }, () => newId<CallId>())
    const tell = async (id: CallId | undefined) => {
      if (id === undefined) throw new Error('no more ids')
      await notifyCall(teller, id, 'stop')
      await expect.poll(() => heard.at(-1)).toEqual([id, ['stop']])
    }
    await tell(ids[0])

    const started = startNats(port, '--user', 'somebody', '--pass', 'secret')
    await expect.poll(() => returns, { timeout: 10_000 }).toBe(1)
    await expect.poll(() => telling.publish('nobody'), { timeout: 10_000 }).toBe(true)
    await tell(ids[1])

    await stopNats(started)
    await expect.poll(() => telling.publish('nobody'), { timeout: 10_000 }).toBe(false)
    await tell(ids[2])

    startNats(port, '--user', 'somebody', '--pass', 'secret')
    await expect.poll(() => returns, { timeout: 20_000 }).toBe(2)
    await expect.poll(() => telling.publish('nobody'), { timeout: 20_000 }).toBe(true)
    await tell(ids[3])
    expect(heard.filter(([id]) => id !== 'nobody').map(([id]) => id)).toEqual(ids)
    expect(byDatabase).toEqual([ids[0], ids[2]])
  },
)
