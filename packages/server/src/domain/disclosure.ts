/** What the platform itself tells a callee, before the agent says a word. */
export interface Duties {
  readonly ai: boolean
  readonly recording: boolean
}

/** By the first part of a BCP 47 tag. */
const wording: Readonly<Record<string, Record<keyof Duties, string>>> = {
  en: { ai: 'This is an AI assistant calling.', recording: 'This call is recorded.' },
  es: { ai: 'Le llama un asistente de inteligencia artificial.', recording: 'Esta llamada se graba.' },
  fr: {
    ai: 'Vous parlez avec un assistant d’intelligence artificielle.',
    recording: 'Cet appel est enregistré.',
  },
  de: {
    ai: 'Sie sprechen mit einem KI-Assistenten.',
    recording: 'Dieses Gespräch wird aufgezeichnet.',
  },
  it: {
    ai: 'Parla con un assistente di intelligenza artificiale.',
    recording: 'Questa chiamata viene registrata.',
  },
  pt: {
    ai: 'Fala com um assistente de inteligência artificial.',
    recording: 'Esta chamada é gravada.',
  },
}

/** Languages that the platform has words of its own for. */
export const disclosureLanguages: readonly string[] = Object.keys(wording)

/** The sentences for these duties; null where the platform lacks the language. Empty where nothing is owed. */
function ownWords({ ai, recording }: Duties, language: string): string | null {
  if (!ai && !recording) return ''
  const words = wording[language.split('-')[0]?.toLowerCase() ?? '']
  if (words === undefined) return null
  return [ai ? words.ai : '', recording ? words.recording : ''].filter(Boolean).join(' ')
}

export interface DisclosureTerms {
  /** What the call's request asks for, in its own words if it has some. */
  readonly asked: (Duties & { readonly text?: string | undefined }) | undefined
  /** What the account's settings demand of every call. */
  readonly demanded: Partial<Duties> | undefined
  /** A call that is not recorded does not say that it is. */
  readonly recorded: boolean
  /** BCP 47. */
  readonly language: string
}

/**
 * All that is spoken; empty where nothing is owed, null where the platform has no words in the language. A call
 * may say more than its account demands, and never less: words of its own do not stand in for demanded ones.
 */
export function disclosureText({ asked, demanded, recorded, language }: DisclosureTerms): string | null {
  const text = asked?.text
  const owes = (duty: keyof Duties) => demanded?.[duty] === true || (!text && asked?.[duty] === true)
  const own = ownWords({ ai: owes('ai'), recording: recorded && owes('recording') }, language)
  return own === null || text === undefined ? own : `${text} ${own}`.trim()
}
