import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallEvent } from '@parley/contract/events'
import type { DemoOptions } from './options.ts'
import type { House } from './open-house.ts'
import { createParleyApi, type CallReport } from './parley-api.ts'
import type { ReceivedWebhook } from './webhook-receiver.ts'

/** How the demo's call went, all of it as a customer could learn it. */
export interface DemoCall {
  readonly apiKey: string
  readonly callId: string
  readonly call: CallReport
  /** Null: there is no recording on this disk. */
  readonly recordingPath: string | null
  readonly webhook: ReceivedWebhook
}

/** The longest call of the template, and time for what follows it. */
const callLimitMs = 7 * 60_000
const webhookWithinMs = 60_000

/** Creates a key, places the call of call-templated.json, and follows it to its webhook. */
export async function makeCall(
  house: House,
  { options, show }: { options: DemoOptions; show: (event: CallEvent) => void },
  signal: AbortSignal,
): Promise<DemoCall> {
  const apiKey = await createParleyApi(house.baseUrl, house.adminKey).createKey('Demo', signal)
  const api = createParleyApi(house.baseUrl, apiKey)
  const template: unknown = JSON.parse(
    await readFile(new URL('./call-templated.json', import.meta.url), 'utf8'),
  )
  const body = { ...(template as object), mode: options.mode, webhook_url: house.receiver.url }
  const callId = await api.placeCall(body, signal)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(callLimitMs)])
  for await (const event of api.follow(callId, limit)) show(event)
  const webhookLimit = AbortSignal.any([signal, AbortSignal.timeout(webhookWithinMs)])
  const webhook = await house.receiver.untilReceived(callId, webhookLimit)
  const call = await api.call(callId, signal)
  const file = join(options.dataDir, 'recordings', `${callId}.wav`)
  const recordingPath = await access(file).then(
    () => file,
    () => null,
  )
  return { apiKey, callId, call, recordingPath, webhook }
}
