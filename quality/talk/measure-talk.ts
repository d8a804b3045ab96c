import { type Ears, openEars } from '@parley/engines/ears'
import { type LocalSynthesizer, openSynthesizer } from '@parley/engines/synthesizer'
import { hearSound, type Told, type Understanding } from './hear-sound.ts'
import { play, type Played } from './play.ts'
import { humanSentences, openHuman } from './human-clips.ts'
import { type Sound, soundOf, type Speak, synthesized } from './sound.ts'
import {
  backchannelRate,
  backchannels,
  humanIdentifiers,
  identifiers,
  interruptions,
  type Spelling,
  voices,
} from './trials.ts'
import { inVirtualTime } from './virtual-time.ts'

/** How often something went wrong, and with which words. */
export interface Share {
  readonly wrong: number
  readonly of: number
  readonly cases: readonly string[]
}

export interface TalkFigures {
  readonly falseStops: Share
  readonly missedInterruptions: Share
  readonly cutOffs: Share
  /** From the first sample of an interruption to the end of the agent's sound, in milliseconds of the media clock. */
  readonly stopMs: readonly number[]
}

export type ByUnderstanding = Readonly<Record<Understanding, TalkFigures>>

export interface TalkResults extends ByUnderstanding {
  /** Of recordings of a person; null where they are not installed. */
  readonly human: ByUnderstanding | null
}

interface Kind {
  readonly name: 'falseStops' | 'missedInterruptions' | 'cutOffs'
  readonly parts: readonly Spelling[]
  /** What a person says of it. */
  readonly human: readonly Spelling[]
  readonly rate: number
  /** What the agent is saying. */
  readonly firstSentence: string
  /** The callee begins so long after the answer. */
  readonly beforeMs: number
  readonly wentWrong: (played: Played, sound: Sound) => boolean
}

/** Long enough that no trial reaches its end, and a statement, to which "yeah" is no answer. */
const statement =
  'Our office is open from nine until five on every day of the week except Sundays, and on holidays it stays closed.'
const question = 'Hello. What is it, please?'
const afterMs = 4_000
/** An interruption that stops the agent later than this has not stopped it. */
const latestStopMs = 2_000

const stopped = ({ events }: Played): boolean => events.some(({ type }) => type === 'interruption')

const kinds: readonly Kind[] = [
  {
    name: 'falseStops',
    parts: backchannels.map(text => [text]),
    human: [],
    rate: backchannelRate,
    firstSentence: statement,
    beforeMs: 2_000,
    wentWrong: stopped,
  },
  {
    name: 'missedInterruptions',
    parts: interruptions.map(text => [text]),
    human: Object.keys(humanSentences).map(text => [text]),
    rate: 1,
    firstSentence: statement,
    beforeMs: 2_000,
    wentWrong: (played, sound) => stopMsOf(played, sound) === null,
  },
  {
    name: 'cutOffs',
    parts: identifiers,
    human: humanIdentifiers,
    rate: 1,
    firstSentence: question,
    beforeMs: 3_000,
    wentWrong: spokenInto,
  },
]

/** Whether the agent made a sound before the last piece was out. */
function spokenInto({ sounded }: Played, { said }: Sound): boolean {
  const [fromMs, toMs] = [said[0]?.startMs ?? 0, said.at(-1)?.endMs ?? 0]
  return sounded.some(sound => sound.fromMs > fromMs && sound.fromMs < toMs)
}

/** How long the agent was heard into the callee's words; null: it was not stopped, or taken up again. */
function stopMsOf(played: Played, { said }: Sound): number | null {
  const onsetMs = said[0]?.startMs ?? 0
  const speaking = played.sounded.find(({ fromMs, toMs }) => fromMs <= onsetMs && toMs > onsetMs)
  const resumed = played.events.some(({ type }) => type === 'resumed')
  if (!speaking || resumed || !stopped(played)) return null
  const afterOnsetMs = speaking.toMs - onsetMs
  return afterOnsetMs <= latestStopMs ? afterOnsetMs : null
}

interface Trial {
  readonly kind: Kind
  readonly label: string
  readonly sound: Sound
  readonly told: Record<Understanding, Told[]>
}

const atOnce = 3

/** Every trial, or every `nth`, heard by the real detector and recognizer and played to the conversation. */
export async function measureTalk({ nth = 1 }: { nth?: number } = {}): Promise<TalkResults> {
  await using synthesizer = await openSynthesizer()
  await using ears = await openEars()
  const person = await openHuman()
  const measured = async (orders: readonly Order[]): Promise<ByUnderstanding> => {
    const trials = await hearAll(
      orders.filter((_, index) => index % nth === 0),
      ears,
    )
    return { truth: await figuresOf(trials, 'truth'), ears: await figuresOf(trials, 'ears') }
  }
  const voiced = await measured(ordered(synthesizer))
  return { ...voiced, human: person && (await measured(orderedOf(person))) }
}

interface Order {
  readonly kind: Kind
  readonly parts: Spelling
  readonly voice: string
  readonly speak: Speak
  readonly delayMs: number
}

/** No two trials begin at the same moment of the agent's sentence. */
function ordered(synthesizer: LocalSynthesizer): Order[] {
  return kinds.flatMap(kind =>
    kind.parts.flatMap((parts, which) =>
      voices.map((voice, who) => {
        const speak = synthesized(synthesizer, { voice, rate: kind.rate })
        return { kind, parts, voice, speak, delayMs: 140 * ((which * 3 + who * 7) % 11) }
      }),
    ),
  )
}

function orderedOf(speak: Speak): Order[] {
  return kinds.flatMap(kind =>
    kind.human.map((parts, which) => ({
      kind,
      parts,
      voice: 'a person',
      speak,
      delayMs: 140 * ((which * 3) % 11),
    })),
  )
}

async function hearAll(orders: readonly Order[], ears: Ears): Promise<Trial[]> {
  const trials: Trial[] = []
  const queue = [...orders]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { kind, parts, voice, speak, delayMs } = next
      const sound = await soundOf(speak, { parts, beforeMs: kind.beforeMs + delayMs, afterMs })
      const label = `${parts.filter(part => typeof part === 'string').join(' … ')} (${voice})`
      trials.push({ kind, label, sound, told: await hearSound(ears, sound) })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return trials
}

async function figuresOf(trials: readonly Trial[], words: Understanding): Promise<TalkFigures> {
  const wrong = { falseStops: [], missedInterruptions: [], cutOffs: [] } as Record<Kind['name'], string[]>
  const stopMs: number[] = []
  for (const { kind, label, sound, told } of trials) {
    const order = { firstSentence: kind.firstSentence, sound, told: told[words] }
    const played = await inVirtualTime(time => play(order, time))
    if (kind.wentWrong(played, sound)) wrong[kind.name].push(label)
    const ms = kind.name === 'missedInterruptions' ? stopMsOf(played, sound) : null
    if (ms !== null) stopMs.push(ms)
  }
  const share = (name: Kind['name']): Share => ({
    wrong: wrong[name].length,
    of: trials.filter(({ kind }) => kind.name === name).length,
    cases: wrong[name],
  })
  return {
    falseStops: share('falseStops'),
    missedInterruptions: share('missedInterruptions'),
    cutOffs: share('cutOffs'),
    stopMs,
  }
}
