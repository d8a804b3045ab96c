import { z } from 'zod'

/** How well the line carried a call, as both ends saw it. */

export const oneWayCauses = [
  'private_address',
  'wrong_source',
  'unreadable',
  'nothing_came',
  'stopped',
  'not_heard',
] as const
export type OneWayCause = (typeof oneWayCauses)[number]

const count = z.int()
const milliseconds = z.number()

export const lineQualitySchema = z
  .object({
    packets_sent: count,
    packets_received: count,
    packets_lost: count.meta({ description: 'Of those that the far end sent to us' }),
    packets_late: count.meta({ description: 'Came when their time to be played was over' }),
    jitter_ms: milliseconds.meta({ description: 'How unevenly packets came in (RFC 3550), at the end' }),
    longest_gap_ms: milliseconds.meta({ description: 'Longest time between two packets that came in' }),
    round_trip_ms: milliseconds.nullable().meta({ description: 'By the latest report; null: not told' }),
    far_packets_lost: count.nullable().meta({
      description: 'Of ours, as the far end reports it (RTCP); null: it reports nothing',
    }),
    far_jitter_ms: milliseconds.nullable().meta({ description: 'Of our packets, as the far end reports it' }),
    one_way_audio: z.enum(oneWayCauses).nullable().meta({
      description:
        'The latest likely cause for which one direction was dead, null if none ever was. `private_address`: the far end names an address that is not reachable from here, as behind a NAT. `wrong_source`: packets come from somebody else. `unreadable`: of another codec or with another key. `nothing_came`: none at all, as behind a firewall. `stopped`: it was heard, and fell silent. `not_heard`: it is heard, and reports that it hears nothing.',
    }),
  })
  .meta({
    id: 'LineQuality',
    description: 'How the line carried the audio; null until the call has ended, or when it was not answered',
  })
export type LineQuality = z.infer<typeof lineQualitySchema>
