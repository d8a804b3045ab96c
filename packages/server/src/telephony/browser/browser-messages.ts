/**
 * What goes between a browser and us besides audio, as JSON text frames. Audio goes as binary frames of 20 ms,
 * PCM16 little-endian, mono, 16 kHz, both ways.
 */
export type ToBrowser =
  | {
      readonly type: 'ready'
      readonly call_id: string
      readonly sample_rate_hz: 16000
      readonly frame_ms: 20
    }
  /** What has not been played yet is to be dropped. */
  | { readonly type: 'flush' }
  /** Everything sent before has left; for the browser's own measurements. */
  | { readonly type: 'mark'; readonly name: string }
  /** Keys that the agent pressed. */
  | { readonly type: 'digits'; readonly digits: string }
  | { readonly type: 'end'; readonly reason: string }

export type FromBrowser =
  /** Comes first, and proves that this browser was invited. */
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'digit'; readonly digit: string }
  /** The browser's own figures; taken and not used. */
  | { readonly type: 'metrics' }
  | { readonly type: 'end' }

const longestToken = 200

/** Null: nothing that a browser says. */
export function readBrowserMessage(text: string): FromBrowser | null {
  const message = parse(text)
  switch (message?.['type']) {
    case 'auth': {
      const token = message['token']
      return typeof token === 'string' && token.length <= longestToken ? { type: 'auth', token } : null
    }
    case 'digit': {
      const digit = message['digit']
      return typeof digit === 'string' && /^[0-9*#A-D]$/.test(digit) ? { type: 'digit', digit } : null
    }
    case 'metrics':
      return { type: 'metrics' }
    case 'end':
      return { type: 'end' }
    default:
      return null
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
