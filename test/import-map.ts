/**
 * Who may import whom, as `docs/architecture.md` draws it. A folder stands for all its files; a path such
 * as `speech/port` for that file alone. Every folder may import its own files.
 */

/** Folders of `packages/server/src`. */
export const serverMap: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  files: [],
  outgoing: [],
  store: ['domain'],
  telephony: ['domain'],
  speech: ['domain'],
  telemetry: ['domain', 'speech/port'],
  conversation: ['domain', 'telephony/port', 'speech/port'],
  knowledge: ['domain', 'store', 'files', 'outgoing', 'speech/port'],
  intake: ['domain', 'store'],
  dialer: [
    'domain',
    'store',
    'files',
    'telephony/port',
    'speech/port',
    'conversation',
    'knowledge',
    'intake',
    'outgoing',
    'webhooks/sign',
  ],
  voices: ['domain', 'store', 'files', 'speech/port'],
  aftercall: ['domain', 'store', 'files', 'speech/port'],
  // An agent without a line: its prompt and tools are those of a call, its words a brain's own, and nothing is dialled.
  simulations: [
    'domain',
    'store',
    'conversation',
    'dialer/voice-session',
    'dialer/tools/open-tools',
    'speech/port',
    'speech/cascade/port',
    'speech/text-brains',
    'speech/patience',
  ],
  campaigns: ['domain', 'store', 'intake'],
  webhooks: ['domain', 'store', 'outgoing'],
  // What operators run beside the platform, by the same settings.
  operations: ['config', 'domain', 'store', 'outgoing', 'telephony/sip/options-test'],
  http: ['domain', 'store', 'files', 'intake', 'knowledge', 'voices'],
}

/** Start and stop: names the concrete parts, and nobody imports it. */
export const startingFolder = 'config'

/** Packages of this repository that a package may depend on. */
export const packageMap: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  wire: [],
  engines: ['wire'],
  server: ['contract', 'wire', 'engines'],
  rehearsal: ['contract', 'wire', 'engines'],
  sdk: ['contract'],
  cli: ['sdk', 'contract'],
  console: ['sdk', 'contract'],
}

/** Packages that may use these npm packages and no others. `wire`: Opus alone, docs/decisions/013-opus-by-webassembly.md. */
export const npmLimits: Readonly<Record<string, readonly string[]>> = {
  contract: ['zod'],
  wire: ['libopus-wasm'],
}

/** Where adapters stand: each folder right below one of these is an adapter, none of which knows another. */
export const adapterParents = [
  'telephony',
  'speech/realtime',
  'speech/cascade/recognizers',
  'speech/cascade/brains',
  'speech/cascade/synthesizers',
]
