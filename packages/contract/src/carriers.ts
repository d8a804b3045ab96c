import { z } from 'zod'
import { text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'

/** Carriers: the trunks that an account's calls leave by and come in by. */

const hostName = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*$/
const ip = z.union([z.ipv4(), z.ipv6()])
const host = z.union([ip, z.string().regex(hostName)], { error: 'Must be a host name or an IP address' })

export const gatewayTransports = ['udp', 'tcp', 'tls'] as const
export type GatewayTransport = (typeof gatewayTransports)[number]
export const trunkTypes = ['static_ip', 'auth'] as const
export type TrunkType = (typeof trunkTypes)[number]

const sipGateway = z
  .strictObject({
    host: host.optional().meta({ description: 'Host name or IP address; exactly one of `host` and `ipv4`' }),
    ipv4: z.ipv4({ error: 'Must be an IPv4 address' }).optional(),
    port: z.int().min(1).max(65_535).default(5060),
    transport: z.enum(gatewayTransports).default('udp'),
    inbound: z.boolean().default(false).meta({
      description: 'Calls are taken from this address. The gateway must then be given by its IP address.',
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
    if (inbound && ipv4 === undefined && name !== undefined && !ip.safeParse(name).success)
      fault('host', 'ip_address_required', 'An inbound gateway must give an IP address')
    if (!inbound && !outbound)
      fault('outbound', 'gateway_without_use', 'A gateway must be inbound, outbound or both')
  })

const registration = z.strictObject({
  username: text({ min: 1, max: 255 }),
  password: text({ min: 1, max: 255 }).meta({ description: 'Write-only', writeOnly: true }),
})

export const createCarrierSchema = z
  .strictObject({
    carrier_name: text({ min: 1, max: 100 }),
    kind: z.enum(['sip']).default('sip'),
    sip_gateway: sipGateway,
    trunk_type: z.enum(trunkTypes).default('static_ip').meta({
      description: '`static_ip`: the carrier knows our address. `auth`: it asks for user name and password.',
    }),
    registration: registration.optional().meta({ description: 'Needed where `trunk_type` is `auth`.' }),
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
    priority: z
      .int()
      .min(0)
      .max(65_535)
      .default(100)
      .meta({ description: 'The lowest number is tried first' }),
  })
  .superRefine(({ trunk_type, registration: given }, context) => {
    const fault = (code: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['registration'], message, params: { code } })
    if (trunk_type === 'auth' && given === undefined)
      fault('required', 'A trunk of type auth needs user name and password')
    if (trunk_type === 'static_ip' && given !== undefined)
      fault('mutually_exclusive', 'A trunk of type static_ip takes no user name and password')
  })
  .meta({ id: 'CreateCarrier' })
export type CreateCarrier = z.output<typeof createCarrierSchema>

export const carrierSchema = z
  .object({
    id: z.string().meta({ description: 'What `voip_carrier_sid` of a number names' }),
    carrier_name: z.string(),
    kind: z.enum(['sip']),
    sip_gateway: z.object({
      host: z.string(),
      port: z.int(),
      transport: z.enum(gatewayTransports),
      inbound: z.boolean(),
      outbound: z.boolean(),
    }),
    trunk_type: z.enum(trunkTypes),
    registration: z.object({ username: z.string() }).nullable(),
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
    ok: z.boolean().meta({ description: 'The carrier answered, and not that it is out of service' }),
    method: z.enum(['OPTIONS']),
    status: z.int().nullable().meta({ description: 'The SIP status that came back; null: none did' }),
    reason: z.string().nullable(),
    round_trip_ms: z.number().nullable(),
    detail: z.string().nullable().meta({ description: 'What to look at, where it went wrong' }),
  })
  .meta({ id: 'CarrierTest' })
export type CarrierTest = z.infer<typeof carrierTestSchema>
