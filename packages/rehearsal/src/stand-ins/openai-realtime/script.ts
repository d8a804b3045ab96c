/** What the stand-in model says, in place of a model. */
export interface ScriptedReply {
  readonly text?: string
  /** µ-law at 8 kHz; default: beeps in the rhythm of the text. */
  readonly audio?: Uint8Array
  readonly call?: { readonly name: string; readonly arguments: string }
  /** Ends the response as failed, with this code. */
  readonly failure?: { readonly code: string; readonly message: string }
  /** Begins the response and never goes on. */
  readonly hangs?: boolean
}

/** What a reply may depend on. */
export interface Situation {
  /** Callee's turns so far. */
  readonly turns: number
  /** Text of the callee's newest turn. */
  readonly heard: string
  /** Instructions in force: those of the response, else of the session. */
  readonly instructions: string
  /** The newest thing in the conversation was the result of a tool. */
  readonly toolResult: string | null
  /** The server asked by itself, because the callee stopped speaking. */
  readonly byItself: boolean
}

export interface Script {
  reply(situation: Situation): ScriptedReply
  /** What the callee is understood to say in their n-th turn, from 1. Null: transcription fails. */
  transcribe(turn: number): string | null
}

/** Speaks a text it is told to speak, and otherwise says back what it heard. */
export const echo: Script = {
  reply: ({ instructions, heard }) => ({
    text:
      /word for word[\s\S]*text:\s*(?<text>[\s\S]+)$/iu.exec(instructions)?.groups?.['text']?.trim() ??
      `You said ${heard}.`,
  }),
  transcribe: turn => `sentence ${turn}`,
}
