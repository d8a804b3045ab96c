import { knownCodecs } from '@parley/wire/sdp/stream-codecs'
import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { hasChosenRecognizer, speechSettings } from './speech-settings.ts'

/**
 * Every setting of the server, read once from the environment at start. Names are listed in
 * docs/settings.md. An unusable value stops the start with one line per fault.
 */
export type Config = z.infer<typeof schema>

const list = z
  .string()
  .optional()
  .transform(text =>
    (text ?? '')
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== ''),
  )
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
const isNetworkOrCarriers = (entry: string): boolean =>
  entry === 'carriers' || network.safeParse(entry).success
const codecsNamed = (name: string) =>
  knownCodecs.filter(codec => codec.name.toLowerCase() === name.toLowerCase())
const port = z.coerce.number().int().min(0).max(65_535)
const natsUrl = z.url({ protocol: /^(nats|tls)$/ })
const setting = z.string().min(1).optional()
/** `none`: no limit. */
const limit = z.literal('none').transform(() => null)
const sipUri = z.string().regex(/^sip:[^\s@]+$/, 'must be a SIP address such as sip:trunk.example.com:5060')

const fields = z.object({
  PARLEY_DATA_DIR: z.string().min(1).default('.data'),
  /** PostgreSQL ≥ 15. Absent: the embedded server under the data folder. */
  DATABASE_URL: setting,
  /** Servers of one NATS that tells processes of news, separated by commas. Absent: the database does. */
  NATS_URL: list.refine(servers => servers.every(server => natsUrl.safeParse(server).success), {
    error: 'must be addresses such as nats://127.0.0.1:4222, separated by commas',
  }),
  PARLEY_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_HTTP_PORT: port.default(3000),
  /** What clients reach the API at, for links; absent: the address it listens on. */
  PARLEY_PUBLIC_URL: z.url().optional(),
  /** Reverse proxies in front of the API, whose `X-Forwarded-For` is believed. */
  PARLEY_TRUSTED_PROXIES: list.refine(entries => entries.every(entry => network.safeParse(entry).success), {
    error: 'must be addresses or ranges such as 10.0.0.0/8, separated by commas',
  }),
  /** First admin key, used when the database is new. Absent: generated and printed once. */
  PARLEY_ADMIN_KEY: z
    .string()
    .regex(/^pk_live_[A-Za-z0-9_-]{40,}$/)
    .optional(),
  PARLEY_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/=]{32,}$/)
    .optional(),
  /** 32 bytes, base64: seals stored secrets. Absent: a key file under the data folder. */
  PARLEY_MASTER_KEY: setting,
  PARLEY_OWNED_NUMBERS: list,
  FROM_NUMBER: setting,
  /** ISO 3166 codes of countries that every account may call, beside those of its own numbers. */
  PARLEY_COUNTRIES: list
    .transform(codes => (codes.length === 0 ? ['US'] : codes))
    .refine(codes => codes.every(code => isSupportedCountry(code)), {
      error: 'must be ISO 3166 codes such as US, separated by commas',
    }),
  /** Limits of the calls of each account whose settings say nothing else. The first: to one number, in 24 hours. */
  PARLEY_ACCOUNT_CALLS_TO_NUMBER: limit.or(z.coerce.number().int().min(1).max(100)).default(3),
  PARLEY_ACCOUNT_MINUTES_BETWEEN_CALLS: limit.or(z.coerce.number().min(0.1).max(1_440)).default(10),
  PARLEY_ACCOUNT_CONCURRENT_CALLS: limit.or(z.coerce.number().int().min(1).max(1_000_000)).default(10),
  PARLEY_ACCOUNT_COUNTRIES_PER_DAY: limit.or(z.coerce.number().int().min(1).max(300)).default(5),
  WEBHOOK_ALLOW_CIDR: list,
  PARLEY_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  /** Live calls one worker takes at most. */
  PARLEY_MAX_CALLS: z.coerce.number().int().min(1).max(5_000).default(100),
  PARLEY_SIP_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_SIP_PORT: port.default(5060),
  /** Absent: no SIP over TCP, or over TLS. */
  PARLEY_SIP_TCP_PORT: port.optional(),
  PARLEY_SIP_TLS_PORT: port.optional(),
  /** PEM files. The last one: authorities to trust instead of the public ones. */
  PARLEY_SIP_TLS_KEY_FILE: setting,
  PARLEY_SIP_TLS_CERT_FILE: setting,
  PARLEY_SIP_TLS_CA_FILE: setting,
  /** Address put into SDP and Contact when the machine is behind NAT. */
  PARLEY_SIP_ADVERTISED_HOST: setting,
  /** A STUN server that tells that address instead. */
  PARLEY_SIP_STUN_SERVER: z
    .string()
    .regex(
      /^[A-Za-z0-9.-]+(:\d{1,5})?$/,
      'must be a host, or a host and a port such as stun.example.com:3478',
    )
    .optional(),
  /** What all SIP requests outside a call pass first. */
  PARLEY_SIP_OUTBOUND_PROXY: sipUri.optional(),
  /** Who may send SIP besides carriers: networks, or `carriers` for nobody else. Absent: everybody. */
  PARLEY_SIP_ALLOW: list.refine(entries => entries.every(isNetworkOrCarriers), {
    error: 'must be networks such as 192.0.2.0/24, or `carriers`, separated by commas',
  }),
  /** SIP packets a second that any other address may send, after a burst of four times as many. */
  PARLEY_SIP_PACKETS_PER_SECOND: z.coerce.number().int().min(1).max(100_000).default(100),
  /** Where browsers join test calls; any free port where it is 0. */
  PARLEY_BROWSER_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_BROWSER_PORT: port.default(0),
  /** What browsers reach it at, e.g. `wss://calls.example.com`; absent: the address it listens on. */
  PARLEY_BROWSER_URL: z.url({ protocol: /^wss?$/ }).optional(),
  /** Web pages that may join, besides those of the API's own address. */
  PARLEY_BROWSER_ORIGINS: list,
  /** Where API processes reach the worker, for the live sound of its calls; any free port where it is 0. */
  PARLEY_INTERNAL_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_INTERNAL_PORT: port.default(0),
  /** What they reach it at, e.g. `ws://10.0.0.7:7000`; absent: the address it listens on. */
  PARLEY_INTERNAL_URL: z.url({ protocol: /^wss?$/ }).optional(),
  /** Where vendors that stream audio reach the worker: callbacks over HTTP, audio over WebSocket. */
  PARLEY_STREAM_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_STREAM_PORT: port.default(0),
  /** What vendors reach it at, e.g. `https://calls.example.com/{port}`; absent: they can not. */
  PARLEY_STREAM_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Addresses of the vendors' APIs, where they are not the vendors' own. */
  TWILIO_URL: z.url().optional(),
  TELNYX_URL: z.url().optional(),
  PLIVO_URL: z.url().optional(),
  /** What calls over SIP speak, the preferred one first. Absent: everything that we know. */
  PARLEY_CODECS: list.transform((names, context) => {
    const codecs = names.length === 0 ? knownCodecs : names.flatMap(codecsNamed)
    if (names.length === 0 || codecs.length === names.length) return codecs
    context.addIssue({ code: 'custom', message: 'must be of PCMU, PCMA, G722 and opus' })
    return z.NEVER
  }),
  PARLEY_RTP_PORTS: z
    .string()
    .regex(/^\d{4,5}-\d{4,5}$/, 'must be a range such as 16384-32767')
    .optional(),
  SIP_TRUNK: sipUri.optional(),
  SIP_USERNAME: setting,
  SIP_PASSWORD: setting,
  /** Its audio is encrypted, or there is no call. */
  SIP_TRUNK_SRTP: z.stringbool().default(false),
  /** Limits of that trunk over all workers. */
  SIP_TRUNK_MAX_CALLS: z.coerce.number().int().min(1).optional(),
  SIP_TRUNK_CALLS_PER_SECOND: limit.or(z.coerce.number().int().min(1).max(1_000)).default(1),
  PARLEY_RING_TIMEOUT_SECONDS: z.coerce.number().int().min(5).max(180).default(45),
  PARLEY_DRAIN_SECONDS: z.coerce.number().int().min(0).max(7_200).default(600),
  ...speechSettings,
  /** Where a worker tells its metrics; absent: nowhere. The API tells its own at its address. */
  PARLEY_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  PARLEY_METRICS_PORT: port.optional(),
  /** Collector that traces go to, OTLP over HTTP; absent: no traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('parley'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** The names of all settings. */
export const settingNames: ReadonlySet<string> = new Set(Object.keys(fields.shape))

const schema = fields.superRefine(checkRecognizer).superRefine((config, context) => {
  if (config.PARLEY_SIP_STUN_SERVER !== undefined && config.PARLEY_SIP_ADVERTISED_HOST !== undefined) {
    const message = 'is of no use beside PARLEY_SIP_ADVERTISED_HOST'
    context.addIssue({ code: 'custom', path: ['PARLEY_SIP_STUN_SERVER'], message })
  }
  const url = config.PARLEY_STREAM_PUBLIC_URL
  const fault = (message: string) =>
    context.addIssue({ code: 'custom', path: ['PARLEY_STREAM_PUBLIC_URL'], message })
  if (url === undefined) return
  if (config.PARLEY_WORKERS > 1 && !url.includes('{port}'))
    fault('must tell workers apart by {port} in its path, as PARLEY_WORKERS is above 1')
  if (url.includes('{port}') && config.PARLEY_STREAM_PORT === 0)
    fault('names {port}, so PARLEY_STREAM_PORT must not be 0')
})

function checkRecognizer(config: z.infer<typeof fields>, context: z.RefinementCtx): void {
  if (hasChosenRecognizer(config)) return
  const message = 'names a recognizer whose key is not set'
  context.addIssue({ code: 'custom', path: ['STT_PROVIDER'], message })
}

/** A start with unusable settings. The message has one line per fault and no values. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`Settings that can not be used:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/** Empty variables count as absent. Throws ConfigError. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(present)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`))
}
