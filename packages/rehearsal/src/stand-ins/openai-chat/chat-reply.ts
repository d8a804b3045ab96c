/** What the stand-in model answers, in place of a model. */
export interface ChatReply {
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[]
  /** Sends so many pieces, and then cuts the connection or falls silent. */
  readonly breaks?: { readonly after: number; readonly how: 'cut' | 'silent' }
}
