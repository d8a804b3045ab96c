import { listAt, objectAt, objectOf, parseObject, textAt, type JsonObject } from '../../json-object.ts'

/**
 * What Gemini Live tells, reduced to what a phone gateway acts on. One frame may say several things.
 * https://ai.google.dev/api/live#bidigeneratecontentservermessage
 */
export type ServerEvent =
  | { type: 'setup_complete' }
  | { type: 'audio'; pcm: Uint8Array }
  | { type: 'words'; text: string }
  | { type: 'heard'; text: string }
  /** All audio of the turn was sent; its end may come as late as the end of playing it. */
  | { type: 'generation_complete' }
  | { type: 'interrupted' }
  | { type: 'turn_complete' }
  | { type: 'function_call'; id: string; name: string; arguments: string }
  | { type: 'calls_cancelled'; ids: readonly string[] }
  | { type: 'going_away' }
  | { type: 'garbage' }

export function parseServerMessage(frame: string): ServerEvent[] {
  const message = parseObject(frame)
  if (!message) return [{ type: 'garbage' }]
  if (objectAt(message, 'setupComplete')) return [{ type: 'setup_complete' }]
  const content = objectAt(message, 'serverContent')
  if (content) return contentEvents(content)
  const calls = objectAt(message, 'toolCall')
  if (calls) return listAt(calls, 'functionCalls').map(callEvent)
  const cancelled = objectAt(message, 'toolCallCancellation')
  if (cancelled) {
    const ids = listAt(cancelled, 'ids').filter(id => typeof id === 'string')
    return [{ type: 'calls_cancelled', ids }]
  }
  if (objectAt(message, 'goAway')) return [{ type: 'going_away' }]
  return known.some(key => key in message) ? [] : [{ type: 'garbage' }]
}

/** Of no interest here. */
const known = ['usageMetadata', 'sessionResumptionUpdate', 'voiceActivity', 'voiceActivityDetectionSignal']

/** In the order in which they have to be acted on: what was said belongs before the end of its turn. */
function contentEvents(content: JsonObject): ServerEvent[] {
  const events: ServerEvent[] = []
  const heard = textAt(objectAt(content, 'inputTranscription'), 'text')
  if (heard !== null && heard !== '') events.push({ type: 'heard', text: heard })
  const words = textAt(objectAt(content, 'outputTranscription'), 'text')
  if (words !== null && words !== '') events.push({ type: 'words', text: words })
  for (const part of listAt(objectAt(content, 'modelTurn'), 'parts')) {
    const data = textAt(objectAt(objectOf(part), 'inlineData'), 'data')
    if (data !== null) events.push({ type: 'audio', pcm: Buffer.from(data, 'base64') })
  }
  if (content['interrupted'] === true) events.push({ type: 'interrupted' })
  if (content['generationComplete'] === true) events.push({ type: 'generation_complete' })
  if (content['turnComplete'] === true) events.push({ type: 'turn_complete' })
  return events
}

function callEvent(value: unknown): ServerEvent {
  const call = objectOf(value)
  const id = textAt(call, 'id')
  const name = textAt(call, 'name')
  if (id === null || name === null) return { type: 'garbage' }
  return { type: 'function_call', id, name, arguments: JSON.stringify(objectAt(call, 'args') ?? {}) }
}
