import type { NodeId } from '../domain/ids.ts'
import { isListeningAllowed } from '../domain/live-audio.ts'
import type { CallWorker } from '../dialer/worker.ts'
import type { Database } from '../store/database.ts'
import { announceInternalUrl } from '../store/nodes.ts'
import { type ListenerLine, openListenerLine } from '../telephony/listeners/listener-line.ts'
import type { Config } from './config.ts'
import { readMasterKey } from './secrets.ts'

export interface ListenersDeps {
  readonly database: Database
  readonly nodeId: NodeId
  readonly worker: CallWorker
}

/** Lets API processes hear this worker's calls, and tells them where. */
export async function openListeners(
  config: Config,
  { database, nodeId, worker }: ListenersDeps,
): Promise<ListenerLine> {
  const secret = await readMasterKey(config)
  const { PARLEY_INTERNAL_HOST: host, PARLEY_INTERNAL_PORT: port, PARLEY_INTERNAL_URL: url } = config
  const line = await openListenerLine({ host, port }, (callId, asked) => {
    if (!isListeningAllowed(callId, asked, { secret, now: Date.now() / 1_000 })) return null
    const audio = worker.audioOf(callId)
    return audio ? ear => audio.listen(ear) : null
  })
  const own = `ws://${line.host.includes(':') ? `[${line.host}]` : line.host}:${line.port}`
  await announceInternalUrl(database, nodeId, (url ?? own).replace(/\/+$/, ''))
  return line
}
