import { decodeMulaw, encodeMulaw } from '@parley/wire/audio/g711'
import { Pcm16Reader, pcm16ToBytes } from '@parley/wire/audio/pcm16'
import { resample, Resampler } from '@parley/wire/audio/resample'
import type { Line } from '../loopback.ts'
import type { Pace } from '../openai-realtime/output.ts'
import type { Script, ScriptedReply } from '../openai-realtime/script.ts'
import { toneSpeech } from '../tone-speech.ts'
import { VoiceActivity } from '../voice-activity.ts'
import { parseClientMessage, type ClientMessage, type Setup } from './client-messages.ts'

/** The service's side of one session: set up first, then turns, of which the newest stops the one before. */
export class LiveSession {
  readonly #line: Line
  readonly #script: Script
  readonly #pace: Pace
  readonly #narrow = new Resampler(16_000, 8000)
  readonly #pcm = new Pcm16Reader()
  #setup: Setup | null = null
  #activity: VoiceActivity | null = null
  #turns = 0
  #heard = ''
  #calls = 0
  readonly #openCalls = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #speaking = false

  constructor(line: Line, options: { script: Script; pace: Pace }) {
    this.#line = line
    this.#script = options.script
    this.#pace = options.pace
  }

  receive(frame: string): void {
    const message = parseClientMessage(frame)
    const first = this.#setup === null
    if (!message || first !== 'setup' in message) {
      this.#line.log('in', 'invalid', frame.slice(0, 2000))
      return this.#line.close(1007, 'Request contains an invalid argument.')
    }
    if (!('realtimeInput' in message)) this.#line.log('in', Object.keys(message)[0] ?? '', message)
    this.#act(message)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #act(message: ClientMessage): void {
    if ('setup' in message) return this.#begin(message.setup)
    if ('realtimeInput' in message) return this.#hear(message.realtimeInput.audio?.data)
    if ('toolResponse' in message) return this.#answered(message.toolResponse.functionResponses)
    const { turns = [], turnComplete } = message.clientContent
    this.#stop()
    const text = turns.flatMap(({ parts }) => parts.map(part => part.text)).join('\n')
    if (turnComplete === true) this.#speak(this.#reply(text, null))
  }

  #begin(setup: Setup): void {
    this.#setup = setup
    const silenceMs = setup.realtimeInputConfig?.automaticActivityDetection?.silenceDurationMs ?? 800
    this.#activity = new VoiceActivity({ prefixPaddingMs: 0, silenceMs }, ({ type }) => {
      if (type === 'started') this.#stop()
      else this.#turnEnded()
    })
    this.#tell('setupComplete', { setupComplete: {} })
  }

  #hear(data: string | undefined): void {
    if (data === undefined) return
    const samples = this.#pcm.push(Buffer.from(data, 'base64'))
    this.#activity?.write(encodeMulaw(this.#narrow.push(samples)))
  }

  #turnEnded(): void {
    this.#turns += 1
    this.#heard = this.#script.transcribe(this.#turns) ?? ''
    if (this.#setup?.inputAudioTranscription) {
      for (const text of this.#heard.match(/\s*\S+/gu) ?? [])
        this.#content('inputTranscription', { inputTranscription: { text } })
    }
    this.#speak(this.#reply('', null))
  }

  #answered(responses: readonly { id: string; response: Record<string, unknown> }[]): void {
    for (const { id } of responses) {
      if (!this.#openCalls.delete(id)) return this.#line.close(1007, 'Unknown function call id.')
    }
    const result = JSON.stringify(responses[0]?.response['output'] ?? null)
    this.#speak(this.#reply('', result))
  }

  #reply(instructions: string, toolResult: string | null): ScriptedReply {
    return this.#script.reply({
      turns: this.#turns,
      heard: this.#heard,
      instructions,
      toolResult,
      byItself: instructions === '' && toolResult === null,
    })
  }

  #speak({ text = '', call, audio, hangs }: ScriptedReply): void {
    if (hangs === true) return
    this.#speaking = true
    const words = text.match(/\s*\S+/gu) ?? []
    const spoken = text === '' ? new Uint8Array() : (audio ?? toneSpeech(text))
    this.#timer = setTimeout(() => this.#piece(words, spoken, call), this.#pace.firstDeltaMs)
  }

  #piece(words: readonly string[], audio: Uint8Array, call: ScriptedReply['call']): void {
    const now = audio.subarray(0, this.#pace.deltaAudioMs * 8)
    const rest = audio.subarray(now.length)
    if (now.length > 0) {
      const count = Math.ceil((words.length * now.length) / audio.length)
      this.#content('outputTranscription', { outputTranscription: { text: words.slice(0, count).join('') } })
      const data = Buffer.from(pcm16ToBytes(resample(decodeMulaw(now), 8000, 24_000))).toString('base64')
      const inlineData = { mimeType: 'audio/pcm;rate=24000', data }
      this.#content('modelTurn', { modelTurn: { role: 'model', parts: [{ inlineData }] } })
      const later = words.slice(count)
      this.#timer = setTimeout(() => this.#piece(later, rest, call), this.#pace.betweenDeltasMs)
    } else if (call) this.#call(call)
    else this.#finish()
  }

  /** A call that blocks keeps the turn open until it is answered. */
  #call({ name, arguments: json }: { name: string; arguments: string }): void {
    this.#calls += 1
    const id = `call_${this.#calls}`
    this.#openCalls.add(id)
    const args = JSON.parse(json) as unknown
    this.#tell('toolCall', { toolCall: { functionCalls: [{ id, name, args }] } })
    this.#speaking = false
  }

  #finish(): void {
    this.#content('generationComplete', { generationComplete: true })
    this.#speaking = false
    this.#content('turnComplete', { turnComplete: true })
  }

  #stop(): void {
    if (!this.#speaking) return
    this.#speaking = false
    clearTimeout(this.#timer)
    this.#content('interrupted', { interrupted: true })
    this.#content('turnComplete', { turnComplete: true })
  }

  #content(type: string, serverContent: object): void {
    this.#tell(type, { serverContent })
  }

  /** In binary frames, as the service does. */
  #tell(type: string, message: object): void {
    this.#line.send(type, message, { binary: true })
  }
}
