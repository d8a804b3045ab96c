import { type CallEnd, openUserAgent } from '@parley/wire/sip/user-agent'
import { answerOffer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import { afterAll, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reapOnce } from '../src/dialer/reap.ts'
import type { NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { openLifelines } from '../src/files/lifelines.ts'
import { claimCall, findOrphans, findOver, recordAnswered } from '../src/store/attempts.ts'
import { recordSecondAnswered } from '../src/store/second-legs.ts'
import { testAccount, testCall } from './accounts.ts'
import { testDatabase } from './postgres.ts'

/** A worker connected two people, and was killed. */
const opened = new AsyncDisposableStack()
afterAll(() => opened.disposeAsync())
const host = '127.0.0.1'
const soon = () => AbortSignal.timeout(10_000)

/** Phones that talk, a worker that called them, and the one that comes after it. */
async function scene() {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-lost-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { database } = opened.use(await testDatabase())
  const ends: Promise<CallEnd>[] = []
  const phones = opened.use(
    await openUserAgent({
      host,
      port: 0,
      name: 'Phones',
      onCall: call => {
        const { sdp } = answerOffer(call.sdp ?? '', { address: { host, port: 40_000 } })
        ends.push(call.accept(sdp, soon()).then(talk => new Promise(resolve => talk.onEnd(resolve))))
      },
    }),
  )
  const lost = opened.use(await openUserAgent({ host, port: 0, name: 'Lost' }))
  const dial = async (to: string) => {
    const sdp = createOffer({ address: { host, port: 40_002 } })
    const order = { to: `sip:${to}@${host}:${phones.port}`, from: `sip:parley@${host}`, sdp }
    const { dialog } = await lost.invite({ ...order, ringTimeoutMs: 5_000 }, soon())
    return JSON.stringify(dialog)
  }
  const callId = await testCall(database, await testAccount(database))
  const nodeId = newId<NodeId>()
  await claimCall(database, { callId, nodeId })
  const other = opened.use(await openUserAgent({ host, port: 0, name: 'Other' }))
  const lifelines = openLifelines(dataDir, error => expect.fail(String(error)))
  const reaped: string[] = []
  const troubles: unknown[] = []
  const reap = () =>
    reapOnce({
      findOrphans: () => findOrphans(database),
      findOver: ids => findOver(database, ids),
      lifelines,
      hangUpLifeline: async lifeline => await other.endDialog(JSON.parse(lifeline), soon()),
      keepPlaces: async () => undefined,
      endOrphan: async ({ id }, { endReason }) => void reaped.push(`${id} ${endReason}`),
      onTrouble: error => troubles.push(error),
    })
  return { troubles, database, ends, dial, callId, nodeId, lifelines, reaped, reap }
}

test('another worker hangs up on both', async () => {
  const { database, ends, dial, callId, nodeId, reaped, reap } = await scene()
  await recordAnswered(database, { callId, nodeId, lifeline: await dial('callee'), recordingPath: null })
  await recordSecondAnswered(database, { callId, lifeline: await dial('colleague') })

  await reap()
  expect((await Promise.all(ends)).map(({ by }) => by)).toEqual(['remote', 'remote'])
  expect(reaped).toEqual([`${callId} node_lost`])
})

test('who picked up while the database was away is hung up on by whoever has the disk', async () => {
  const { ends, dial, callId, lifelines, reaped, reap } = await scene()
  await lifelines.keep(callId, 'first', await dial('callee'))
  await reap()
  expect((await Promise.all(ends)).map(({ by }) => by)).toEqual(['remote'])
  expect(reaped).toEqual([`${callId} node_lost`])
  expect(await lifelines.calls()).toEqual([])
})

test('so is who is still on the line of a call that others have ended', async () => {
  const { database, ends, dial, callId, lifelines, reaped, reap } = await scene()
  await lifelines.keep(callId, 'first', await dial('callee'))
  const ended = { status: 'failed', call_status: 'failed' } as const
  await database.kysely.updateTable('calls').set(ended).where('id', '=', callId).execute()
  await reap()
  expect((await Promise.all(ends)).map(({ by }) => by)).toEqual(['remote'])
  expect(reaped).toEqual([])
  expect(await lifelines.calls()).toEqual([])
})

test('half a file keeps no call from its end', async () => {
  const { callId, lifelines, reaped, reap, troubles } = await scene()
  await lifelines.keep(callId, 'first', '{"callId":"torn')
  await reap()
  expect(reaped).toEqual([`${callId} node_lost`])
  expect(troubles).toHaveLength(1)
})
