import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { enqueueWebhook } from '../../src/store/outbox.ts'
import { insertSubscription } from '../../src/store/webhook-subscriptions.ts'
import { testDatabase } from '../postgres.ts'
import { storedAccount, storedCall } from '../stored-call.ts'

const program = fileURLToPath(new URL('./deliver-until-killed.ts', import.meta.url))
const messages = 300
/** Of the subscriptions, as many again come out of events that the killed process itself has to share out. */
const events = 100
const subscriptions = 3

test('no webhook is lost while the process that delivers is killed again and again', async () => {
  await using opened = await testDatabase()
  const db = opened.database.kysely
  const account = await storedAccount(opened.database)
  const callId = await storedCall(opened.database, account)

  const got: string[] = []
  const receiver = createServer((request, response) => {
    got.push(String(request.headers['webhook-id']))
    request.resume()
    setTimeout(() => response.end(), 15)
  })
  await new Promise<void>(done => receiver.listen(0, '0.0.0.0', done))
  const { port } = receiver.address() as AddressInfo

  const start = () =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: 'ignore',
      env: {
        ...process.env,
        TEST_DATABASE_URL: opened.url,
        TEST_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 9).toString('base64')}`,
      },
    })
  const kill = async (child: ChildProcess) => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  // As if the leases of the dead process had run out.
  const leasesRunOut = () =>
    db
      .updateTable('webhook_deliveries')
      .set({ next_try_at: sql<Date>`now()` })
      .where('status', '=', 'pending')
      .execute()
  const pending = async () => {
    const messages = db.selectFrom('webhook_deliveries').select('id').where('status', '=', 'pending')
    const waiting = await db.selectFrom('webhook_events').select('id').execute()
    return (await messages.execute()).length + waiting.length
  }

  // Several hosts, since each may have ten messages under way at once.
  for (let n = 0; n < messages; n++) {
    const webhook_url = `http://127.0.0.${(n % 4) + 1}:${port}/hook`
    const call = { id: callId, account_id: account, webhook_url, webhook_events: null }
    await enqueueWebhook(db, { call, event: 'call.completed' })
  }

  for (let n = 1; n <= subscriptions; n++) {
    const wanted = { event: 'call.completed', url: `http://127.0.0.${n + 4}:${port}/hook`, filters: {} }
    await db.transaction().execute(trx => insertSubscription(trx, { account, wanted, sealedSecret: '-' }))
  }
  for (let n = 0; n < events; n++) {
    const call = { id: callId, account_id: account, webhook_url: null, webhook_events: null }
    await enqueueWebhook(db, { call, event: 'call.completed' })
  }
  const all = messages + events * subscriptions

  let child: ChildProcess | undefined
  try {
    for (let kills = 0; kills < 3; kills++) {
      child = start()
      const before = got.length
      await expect.poll(() => got.length, { timeout: 20_000 }).toBeGreaterThan(before + 30)
      await kill(child)
      await leasesRunOut()
    }
    expect(await pending()).toBeGreaterThan(0)
    child = start()
    await expect.poll(pending, { timeout: 20_000 }).toBe(0)
    await sleep(50)
    expect(new Set(got).size).toBe(all)
    const told = await db.selectFrom('webhook_deliveries').select(['event_id', 'subscription_id']).execute()
    const shared = told.filter(one => one.subscription_id !== null)
    expect(new Set(shared.map(one => `${one.event_id} ${one.subscription_id}`)).size).toBe(
      events * subscriptions,
    )
    expect(shared).toHaveLength(events * subscriptions)
    // What was under way at a kill may come twice: ten for each host at most.
    expect(got.length - all).toBeLessThanOrEqual(3 * 70)
  } finally {
    if (child) await kill(child)
    receiver.closeAllConnections()
    receiver.close()
  }
}, 90_000)
