import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { enqueueWebhook } from '../../src/store/outbox.ts'
import { testDatabase } from '../postgres.ts'
import { storedAccount, storedCall } from '../stored-call.ts'

const program = fileURLToPath(new URL('./deliver-until-killed.ts', import.meta.url))
const messages = 300

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
  const pending = async () =>
    (await db.selectFrom('webhook_deliveries').select('id').where('status', '=', 'pending').execute()).length

  // Several hosts, since each may have ten messages under way at once.
  for (let n = 0; n < messages; n++) {
    const webhook_url = `http://127.0.0.${(n % 4) + 1}:${port}/hook`
    const call = { id: callId, account_id: account, webhook_url, webhook_events: null }
    await enqueueWebhook(db, { call, event: 'call.completed' })
  }

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
    expect(new Set(got).size).toBe(messages)
    // What was under way at a kill may come twice: forty at most.
    expect(got.length - messages).toBeLessThanOrEqual(3 * 40)
  } finally {
    if (child) await kill(child)
    receiver.closeAllConnections()
    receiver.close()
  }
}, 90_000)
