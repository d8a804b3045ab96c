import type { GatewayTransport } from '@parley/contract/carriers'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Catalogue } from '../domain/catalogue.ts'
import type { CanServe } from '../domain/provider-health.ts'
import type { Recordings } from '../files/recordings.ts'
import type { LiveCalls } from '../intake/live-calls.ts'
import type { SearchDeps } from '../knowledge/search.ts'
import type { Links } from '../store/call-object.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import type { CapSettings } from '../domain/account-caps.ts'
import type { Sealing } from '../store/sealing.ts'
import type { Cloners } from '../voices/clone-voice.ts'
import type { Previews } from '../voices/previews.ts'

/** All that the HTTP API stands on. What it is given here it never closes. */
export interface HttpDeps {
  readonly database: Database
  readonly jobs: Jobs
  /** What the configured providers can serve now; asked anew for every request that needs it. */
  readonly catalogue: () => Catalogue
  /** Whether a call could begin with the providers that are up; absent: whatever the catalogue lists can be had. */
  readonly canServe?: CanServe
  readonly recordings: Pick<Recordings, 'openForRead' | 'openMp3' | 'remove'>
  readonly previews: Pick<Previews, 'audioOf'>
  /** Previews that one account may have made, of voices that nobody has asked for lately; default 30 in 60 seconds. */
  readonly previewLimit?: { readonly requests: number; readonly seconds: number }
  /** Who makes voices of recordings. */
  readonly cloners: Cloners
  readonly liveCalls: LiveCalls
  /** How long a worker may take to see what a customer wants of a live call; default 5,000 ms. */
  readonly controlPatienceMs?: number
  /** Null: knowledge is searched by words alone. */
  readonly embedder: SearchDeps['embedder']
  readonly links: Links
  /** Seals what carriers are called with. */
  readonly sealing: Sealing
  /** What workers speak SIP over. */
  readonly sipTransports: readonly GatewayTransport[]
  /** How vendors that stream audio reach the workers; null: they can not. */
  readonly streamUrl: string | null
  readonly defaultFromNumber: string | null
  /** Why a URL of a customer's will never be asked, as far as it tells by itself; null: nothing speaks against it. */
  readonly urlFault: (url: string) => string | null
  /** ISO 3166 codes of the countries that every account may call. */
  readonly homeCountries: readonly string[]
  readonly defaultCaps: CapSettings
  /** The process is about to end and accepts no new calls. */
  readonly draining: () => boolean
  readonly log: FastifyBaseLogger
  readonly metrics: HttpMetrics
  /** Past this delay of the event loop requests are refused, since their answers would come too late; default 1,000 ms, 0: never. */
  readonly longestLoopDelayMs?: number
  /** Event streams and listeners that one account may have open at once; default 200. */
  readonly mostStreams?: number
  /** Addresses and ranges of the proxies in front, whose word on who asks is taken (`X-Forwarded-For`); absent: nobody's. */
  readonly trustedProxies?: readonly string[]
  /** Requests that one key may make, or one address without a key; default 600 in 60 seconds. */
  readonly rateLimit?: { readonly requests: number; readonly seconds: number }
}

export interface HttpMetrics {
  /** What Prometheus reads of this process. */
  read(): Promise<{ readonly type: string; readonly text: string }>
  /** `route`: its pattern, never the address that was asked for. */
  onAnswer(request: { method: string; route: string; status: number; ms: number }): void
}

/** The server as routes see it: typed by the schemas they declare. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>
