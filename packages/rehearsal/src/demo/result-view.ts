import type { House } from './open-house.ts'
import { otherPeople } from './open-house.ts'
import type { DemoCall } from './make-call.ts'
import { inWords, type Ink } from './transcript-view.ts'

/** What is worth knowing once the call is over. */
export function showResult({ call, callId, recordingPath, webhook }: DemoCall, ink: Ink): string[] {
  const rows: [string, string][] = [
    ['Outcome', outcomeOf(call)],
    ['Summary', call.call_summary ?? 'none'],
    ['Recording', recordingPath ?? 'none'],
    [
      'Webhook',
      webhook.verified ? `${webhook.event}, signature verified` : `not verified: ${webhook.reason}`,
    ],
    ['Call', callId],
  ]
  return rows.map(([name, value]) => `  ${ink.dim(name.padEnd(11))}${value}`)
}

function outcomeOf(call: DemoCall['call']): string {
  const { status, call_status: network, end_reason: reason, error_message: error, duration, latency } = call
  const answer = latency?.voice_to_voice_p50_ms
  return [
    network === null || network === status ? status : `${status} (${network})`,
    ...(reason === null ? [] : [inWords(reason)]),
    ...(duration === null ? [] : [`${Math.round(duration * 60)} s`]),
    ...(typeof answer === 'number' ? [`answers after ${Math.round(answer)} ms at the median`] : []),
    ...(error === null ? [] : [error]),
  ].join(' · ')
}

/** How to go on by hand while everything is still up. */
export function showNextSteps(house: House, apiKey: string, ink: Ink): string[] {
  const body = {
    phone_number: '+14155551234',
    task: "Call to confirm John's dental appointment tomorrow at 3 PM. Be friendly.",
    voice: 'alloy',
  }
  const quoted = JSON.stringify(body).replaceAll("'", String.raw`'\''`)
  const people = Object.entries(otherPeople).map(([number, name]) => `    ${number}  ${name}`)
  return [
    ink.bold('  Place another call'),
    '',
    `  curl -X POST ${house.baseUrl}/v1/calls \\`,
    `    -H 'Authorization: Bearer ${apiKey}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${quoted}'`,
    '',
    ink.dim('  Other people answer at'),
    ...people.map(line => ink.dim(line)),
    '',
    ink.dim(`  API reference  ${house.baseUrl}/docs`),
    ink.dim(`  Server log     ${house.serverLog}`),
    ink.dim(`  Person's log   ${house.personLog}`),
  ]
}

export function toJson(house: House, { apiKey, callId, recordingPath, webhook }: DemoCall): string {
  return JSON.stringify({
    base_url: house.baseUrl,
    api_key: apiKey,
    call_id: callId,
    recording_path: recordingPath,
    webhook: { verified: webhook.verified, event: webhook.verified ? webhook.event : null },
    sip: house.sip,
  })
}
