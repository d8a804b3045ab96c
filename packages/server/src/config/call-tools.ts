import type { ToolDeps } from '../dialer/tools/open-tools.ts'
import { createOutgoing } from '../outgoing/outgoing.ts'
import type { Jobs } from '../store/jobs.ts'
import type { Config } from './config.ts'
import { preflightSettings } from './line-settings.ts'
import { openEmbedder, speechCatalogue } from './speech.ts'

/** What the tools of calls act with. Disposing closes its connections. */
export function openCallTools(
  config: Config,
  { jobs, ...parts }: Pick<ToolDeps, 'database' | 'sealing' | 'log'> & { readonly jobs: Jobs },
): ToolDeps & AsyncDisposable {
  const catalogue = speechCatalogue(config)
  const outgoing = createOutgoing({ allowCidrs: config.WEBHOOK_ALLOW_CIDR })
  return {
    ...parts,
    outgoing,
    embedder: openEmbedder(config),
    clock: Date.now,
    placing: { jobs, sealing: parts.sealing, catalogue: () => catalogue, ...preflightSettings(config) },
    [Symbol.asyncDispose]: () => outgoing[Symbol.asyncDispose](),
  }
}
