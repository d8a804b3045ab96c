import type { ToolDeps } from '../dialer/tools/open-tools.ts'
import { createOutgoing } from '../outgoing/outgoing.ts'
import type { Config } from './config.ts'
import { openEmbedder } from './speech.ts'

/** What the tools of calls act with. Disposing closes its connections. */
export function openCallTools(
  config: Config,
  parts: Pick<ToolDeps, 'database' | 'sealing' | 'log'>,
): ToolDeps & AsyncDisposable {
  const outgoing = createOutgoing({ allowCidrs: config.WEBHOOK_ALLOW_CIDR })
  return {
    ...parts,
    outgoing,
    embedder: openEmbedder(config),
    clock: Date.now,
    [Symbol.asyncDispose]: () => outgoing[Symbol.asyncDispose](),
  }
}
