import { z } from 'zod'
import { text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'
import { plivoAccount, telnyxAccount, twilioAccount, vendorKinds } from './vendor-accounts.ts'

/** Carriers: the trunks that an account's calls leave by and come in by. */

const hostName = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*$/
const ip = z.union([z.ipv4(), z.ipv6()])
const host = z.union([ip, z.string().regex(hostName)], { error: 'Must be a host name or an IP address' })

export const gatewayTransports = ['udp', 'tcp', 'tls'] as const
export type GatewayTransport = (typeof gatewayTransports)[number]

export const carrierKinds = ['sip', ...vendorKinds] as const
export type CarrierKind = (typeof carrierKinds)[number]

export const trunkTypes = ['static_ip', 'auth', 'reg'] as const
export type TrunkType = (typeof trunkTypes)[number]

export const registrationStatuses = ['waiting', 'registered', 'failed'] as const
export type RegistrationStatus = (typeof registrationStatuses)[number]

const sipGateway = z
  .strictObject({
    host: host.optional().meta({ description: 'Host name or IP address; exactly one of `host` and `ipv4`' }),
    ipv4: z.ipv4({ error: 'Must be an IPv4 address' }).optional(),
    port: z.int().min(1).max(65_535).default(5060),
    transport: z.enum(gatewayTransports).default('udp'),
    srtp: z.boolean().default(false).meta({
      description:
        'Audio is encrypted (SRTP, keys by SDES), in both directions of calling: what is not is refused with 488. The keys travel in the signalling, so `transport` should be `tls`.',
    }),
    inbound: z.boolean().default(false).meta({
      description:
        'Calls are taken from this address. The gateway must then be given by its IP address, unless `trunk_type` is `reg`: such calls are known by the registration.',
    }),
    outbound: z.boolean().default(true).meta({ description: 'Calls may be placed by this gateway.' }),
  })
  .superRefine((gateway, context) => {
    const fault = (path: string, code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { code } })
    const { host: name, ipv4, inbound, outbound } = gateway
    if (name === undefined && ipv4 === undefined)
      fault('host', 'required', 'One of host and ipv4 must be given')
    if (name !== undefined && ipv4 !== undefined)
      fault('ipv4', 'mutually_exclusive', 'Only one of host and ipv4 may be given')
    if (!inbound && !outbound)
      fault('outbound', 'gateway_without_use', 'A gateway must be inbound, outbound or both')
  })

const registration = z.strictObject({
  username: text({ min: 1, max: 255 }),
  password: text({ min: 1, max: 255 }).meta({ description: 'Write-only', writeOnly: true }),
  realm: text({ min: 1, max: 255 }).optional().meta({
    description: 'Only challenges of this realm are answered with the password; absent: of any',
  }),
})

const carrierFields = z.strictObject({
  carrier_name: text({ min: 1, max: 100 }),
  kind: z.enum(carrierKinds).default('sip').meta({
    description: '`twilio`, `telnyx` and `plivo` are called by their API, and send the audio to us.',
  }),
  sip_gateway: sipGateway.optional().meta({ description: 'Needed where `kind` is `sip`.' }),
  trunk_type: z.enum(trunkTypes).optional().meta({
    description:
      '`static_ip` (the default): the carrier knows our address. `auth`: it asks for user name and password. `reg`: the same, and we register there, so that its calls find us wherever we are.',
  }),
  registration: registration.optional().meta({
    description: 'Needed where `trunk_type` is `auth` or `reg`.',
  }),
  inbound_auth: z.boolean().default(false).meta({
    description:
      'The carrier has to prove by digest, with user name and password of `registration`, that a call is from it. Who does not gets the same answer (401) whatever number is called.',
  }),
  twilio: twilioAccount.optional().meta({ description: 'Needed where `kind` is `twilio`.' }),
  telnyx: telnyxAccount.optional().meta({ description: 'Needed where `kind` is `telnyx`.' }),
  plivo: plivoAccount.optional().meta({ description: 'Needed where `kind` is `plivo`.' }),
  max_concurrent_calls: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .meta({ description: 'Calls at once in both directions, never exceeded; null: no limit' }),
  calls_per_second: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .meta({ description: 'Calls placed in any one second, never exceeded over all workers' }),
  priority: z.int().min(0).max(65_535).default(100).meta({ description: 'The lowest number is tried first' }),
})

const sections = { sip: 'sip_gateway', twilio: 'twilio', telnyx: 'telnyx', plivo: 'plivo' } as const
const sipOnly = ['trunk_type', 'registration'] as const
type Section = (typeof sections)[CarrierKind] | (typeof sipOnly)[number]
type Given = { readonly [Name in Section | 'kind' | 'inbound_auth']?: unknown }

/** What must hold between fields. Asked even where other fields are at fault, so that all is told at once. */
interface Rule {
  readonly path: readonly string[]
  readonly code: 'required' | 'mutually_exclusive' | 'ip_address_required'
  readonly message: string
  readonly holds: (carrier: Given) => boolean
}

const rules: readonly Rule[] = [
  ...carrierKinds.flatMap(kind => rulesOfSection(kind, sections[kind])),
  ...sipOnly.map(path => onlyFor('sip', path)),
  {
    path: ['registration'],
    code: 'required',
    message: 'A trunk of type auth or reg needs user name and password',
    holds: ({ kind, trunk_type, registration: given }) =>
      kind !== 'sip' || !hasPassword(trunk_type) || given !== undefined,
  },
  {
    path: ['registration'],
    code: 'mutually_exclusive',
    message: 'A trunk of type static_ip takes no user name and password',
    holds: ({ kind, trunk_type, registration: given }) =>
      kind !== 'sip' || hasPassword(trunk_type) || given === undefined,
  },
  {
    path: ['inbound_auth'],
    code: 'mutually_exclusive',
    message: 'Only an inbound gateway with user name and password can have its calls prove themselves',
    holds: ({ inbound_auth, trunk_type, sip_gateway }) =>
      inbound_auth !== true || (hasPassword(trunk_type) && isInbound(sip_gateway)),
  },
  {
    path: ['sip_gateway', 'host'],
    code: 'ip_address_required',
    message: 'An inbound gateway must give an IP address',
    holds: ({ trunk_type, sip_gateway }) =>
      trunk_type === 'reg' || !isInbound(sip_gateway) || isAddress(sip_gateway),
  },
]

const hasPassword = (type: unknown): boolean => type === 'auth' || type === 'reg'

const field = (gateway: unknown, name: 'inbound' | 'host'): unknown =>
  typeof gateway === 'object' && gateway !== null ? Reflect.get(gateway, name) : undefined

const isInbound = (gateway: unknown): boolean => field(gateway, 'inbound') === true

/** One without a host is at fault already, or has an address. */
function isAddress(gateway: unknown): boolean {
  const given = field(gateway, 'host')
  return given === undefined || ip.safeParse(given).success
}

function rulesOfSection(kind: CarrierKind, path: Section): Rule[] {
  const message = `A carrier of kind ${kind} needs ${path}`
  const needed: Rule['holds'] = carrier => carrier.kind !== kind || carrier[path] !== undefined
  return [{ path: [path], code: 'required', message, holds: needed }, onlyFor(kind, path)]
}

function onlyFor(kind: CarrierKind, path: Section): Rule {
  const message = `Only a carrier of kind ${kind} takes ${path}`
  const isKnown = (given: unknown) => carrierKinds.some(known => known === given)
  const holds: Rule['holds'] = carrier =>
    carrier[path] === undefined || carrier.kind === kind || !isKnown(carrier.kind)
  return { path: [path], code: 'mutually_exclusive', message, holds }
}

export const createCarrierSchema = rules
  .reduce(
    (schema, { path, code, message, holds }) =>
      schema.refine(holds, {
        path: [...path],
        message,
        params: { code },
        when: ({ value }) => typeof value === 'object' && value !== null,
      }),
    carrierFields,
  )
  .meta({
    id: 'CreateCarrier',
    examples: [
      {
        carrier_name: 'Northern Telecom',
        sip_gateway: { host: 'sip.northern.example' },
        trunk_type: 'auth',
        registration: { username: 'parley', password: 'kept sealed' },
        max_concurrent_calls: 20,
        calls_per_second: 2,
      },
    ],
  })
export type CreateCarrier = z.output<typeof createCarrierSchema>

export const carrierSchema = z
  .object({
    id: z.string().meta({ description: 'What `voip_carrier_sid` of a number names' }),
    carrier_name: z.string(),
    kind: z.enum(carrierKinds),
    sip_gateway: z
      .object({
        host: z.string(),
        port: z.int(),
        transport: z.enum(gatewayTransports),
        srtp: z.boolean(),
        inbound: z.boolean(),
        outbound: z.boolean(),
      })
      .nullable(),
    trunk_type: z.enum(trunkTypes).nullable(),
    registration: z
      .object({
        username: z.string(),
        realm: z.string().nullable(),
        status: z.enum(registrationStatuses).nullable().meta({
          description:
            'Of `trunk_type` `reg`, null otherwise. `waiting`: no answer yet. `failed`: tried again by itself, in ever longer intervals.',
        }),
        detail: z.string().nullable().meta({ description: 'What the registrar said when it refused' }),
      })
      .nullable(),
    inbound_auth: z.boolean(),
    account_id: z.string().nullable().meta({
      description: '`account_sid` of Twilio, `connection_id` of Telnyx, `auth_id` of Plivo; null for SIP',
    }),
    incoming_url: z.string().nullable().meta({
      description: 'What the vendor is to be given as the address for calls to the numbers; null for SIP',
    }),
    max_concurrent_calls: z.int().nullable(),
    calls_per_second: z.int().nullable(),
    priority: z.int(),
    created_at: timestamp,
  })
  .meta({ id: 'Carrier' })
export type CarrierObject = z.infer<typeof carrierSchema>

export const carrierPageSchema = pageOf(carrierSchema).meta({ id: 'CarrierPage' })

/** What came back when a carrier was asked whether it is there. */
export const carrierTestSchema = z
  .object({
    ok: z.boolean().meta({
      description:
        'The carrier answered, and neither that it is out of service nor that the password is wrong',
    }),
    method: z.enum(['OPTIONS', 'REGISTER', 'GET']).meta({
      description: "`OPTIONS` by SIP, `REGISTER` where we register; `GET` by a vendor's API",
    }),
    status: z.int().nullable().meta({ description: 'The SIP or HTTP status that came back; null: none did' }),
    reason: z.string().nullable(),
    round_trip_ms: z.number().nullable(),
    detail: z.string().nullable().meta({ description: 'What to look at, where it went wrong' }),
  })
  .meta({ id: 'CarrierTest' })
export type CarrierTest = z.infer<typeof carrierTestSchema>
