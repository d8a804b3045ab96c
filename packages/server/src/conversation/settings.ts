/** How a conversation behaves where nothing else is asked for. Durations in milliseconds. */
export interface ConversationSettings {
  /** Of the first sentence, from its first sample: not stopped by the callee's speech. */
  readonly openingProtectedMs: number
  /** Silence that ends a turn whose words look finished, and one whose words do not. */
  readonly finishedPauseMs: number
  readonly unfinishedPauseMs: number
  /** Silence that ends a turn in which digits, spelling or an address are being dictated. */
  readonly dictationPauseMs: number
  /** And one in which something was dictated that may be whole. */
  readonly dictatedPauseMs: number
  /** Silence after speech that was not understood, before the agent says so. */
  readonly unclearPauseMs: number
  /** A voice that takes turns itself has so long to answer before it is asked to. */
  readonly ownTurnPatienceMs: number
  /** Whether the callee's speech stops the agent at all. */
  readonly interruptible: boolean
  /** Shorter speech never stops the agent. */
  readonly minSpeechMs: number
  /** Sound over the agent that goes on for so long is speech, whether or not its words are known. */
  readonly decideMs: number
  /** And sound of which only an acknowledgement was understood. */
  readonly longestBackchannelMs: number
  /** The agent's gain while it is found out what the callee's sound is. */
  readonly duckDb: number
  /** The callee stopped the agent and then said nothing for so long: the agent goes on. */
  readonly falseStopMs: number
  /** A reply that was asked for so long ago is announced. */
  readonly fillerMs: number
  /** Without any sound of the agent although one is owed: something is said, or the voice is given up. */
  readonly longestWaitMs: number
  readonly silencePromptMs: number
  readonly silenceFarewellMs: number
  /** Before the longest duration: the agent is told to come to an end. */
  readonly wrapUpMs: number
  /** After the longest duration: the call is cut whatever is being said. */
  readonly overtimeMs: number
  /** A farewell that has not begun after so long is given up. */
  readonly farewellPatienceMs: number
  /** Between the farewell's last sample and hanging up. */
  readonly lingerMs: number
  /** A farewell waits so long for a callee who is speaking. */
  readonly lastWordsMs: number
  /** An ending that takes longer than this is cut. */
  readonly endingLimitMs: number
  /** Audio that may wait in the line's queue; a line takes 120 s. */
  readonly longestQueueMs: number
  readonly keypadGapMs: number
  readonly toolBudget: number
  /** Of these, so many may change something. */
  readonly effectBudget: number
  /** A tool that takes longer is excused with a line. */
  readonly toolPatienceMs: number
  /** Uninterrupted speech right after the answer that no person would keep up. */
  readonly longGreetingMs: number
  /** Where the callee is to speak first: the agent opens all the same when nobody has, or nobody stops. */
  readonly greetingWaitMs: number
  readonly greetingLimitMs: number
  /** Silence after which a mailbox without a beep is taken to record. */
  readonly mailboxSilenceMs: number
}

export const defaultSettings: ConversationSettings = {
  openingProtectedMs: 1_000,
  finishedPauseMs: 300,
  unfinishedPauseMs: 2_500,
  dictationPauseMs: 1_200,
  dictatedPauseMs: 700,
  unclearPauseMs: 1_000,
  ownTurnPatienceMs: 4_000,
  interruptible: true,
  minSpeechMs: 200,
  decideMs: 500,
  longestBackchannelMs: 1_500,
  duckDb: -15,
  falseStopMs: 2_000,
  fillerMs: 2_300,
  longestWaitMs: 5_000,
  silencePromptMs: 10_000,
  silenceFarewellMs: 20_000,
  wrapUpMs: 30_000,
  overtimeMs: 10_000,
  farewellPatienceMs: 4_000,
  lingerMs: 200,
  lastWordsMs: 2_000,
  endingLimitMs: 30_000,
  longestQueueMs: 90_000,
  keypadGapMs: 1_500,
  toolBudget: 20,
  effectBudget: 3,
  toolPatienceMs: 700,
  longGreetingMs: 12_000,
  greetingWaitMs: 3_000,
  greetingLimitMs: 15_000,
  mailboxSilenceMs: 1_500,
}
