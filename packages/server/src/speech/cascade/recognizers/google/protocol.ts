import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'

/**
 * The part of `google.cloud.speech.v1` that a call needs, by the field numbers of the public definition.
 * https://github.com/googleapis/googleapis/blob/master/google/cloud/speech/v1/cloud_speech.proto
 */
export type RecognizeRequest =
  | { readonly streamingConfig: StreamingConfig }
  /** µ-law. */
  | { readonly audioContent: Uint8Array }

export interface StreamingConfig {
  readonly config: {
    readonly encoding: 'MULAW'
    readonly sampleRateHertz: number
    readonly audioChannelCount: number
    readonly languageCode: string
    readonly enableWordTimeOffsets: boolean
    readonly enableAutomaticPunctuation: boolean
    readonly model?: string
  }
  readonly interimResults: boolean
}

export interface RecognizeResponse {
  readonly error?: { readonly code?: number; readonly message?: string }
  readonly results?: readonly StreamingResult[]
}

export interface StreamingResult {
  readonly alternatives?: readonly Alternative[]
  readonly isFinal?: boolean
  readonly resultEndTime?: Duration
}

export interface Alternative {
  readonly transcript?: string
  readonly words?: readonly WordInfo[]
}

export interface WordInfo {
  readonly word?: string
  readonly startTime?: Duration
  readonly endTime?: Duration
}

export interface Duration {
  readonly seconds?: number
  readonly nanos?: number
}

const DURATION = 'google.protobuf.Duration'

const v1 = {
  Speech: {
    methods: {
      StreamingRecognize: {
        requestType: 'StreamingRecognizeRequest',
        requestStream: true,
        responseType: 'StreamingRecognizeResponse',
        responseStream: true,
      },
    },
  },
  StreamingRecognizeRequest: {
    oneofs: { streamingRequest: { oneof: ['streamingConfig', 'audioContent'] } },
    fields: {
      streamingConfig: { type: 'StreamingRecognitionConfig', id: 1 },
      audioContent: { type: 'bytes', id: 2 },
    },
  },
  StreamingRecognitionConfig: {
    fields: { config: { type: 'RecognitionConfig', id: 1 }, interimResults: { type: 'bool', id: 3 } },
  },
  RecognitionConfig: {
    fields: {
      encoding: { type: 'AudioEncoding', id: 1 },
      sampleRateHertz: { type: 'int32', id: 2 },
      languageCode: { type: 'string', id: 3 },
      audioChannelCount: { type: 'int32', id: 7 },
      enableWordTimeOffsets: { type: 'bool', id: 8 },
      enableAutomaticPunctuation: { type: 'bool', id: 11 },
      model: { type: 'string', id: 13 },
    },
    nested: { AudioEncoding: { values: { ENCODING_UNSPECIFIED: 0, MULAW: 3 } } },
  },
  StreamingRecognizeResponse: {
    fields: {
      error: { type: 'Status', id: 1 },
      results: { rule: 'repeated', type: 'StreamingRecognitionResult', id: 2 },
    },
    nested: { Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } } },
  },
  StreamingRecognitionResult: {
    fields: {
      alternatives: { rule: 'repeated', type: 'SpeechRecognitionAlternative', id: 1 },
      isFinal: { type: 'bool', id: 2 },
      resultEndTime: { type: DURATION, id: 4 },
    },
  },
  SpeechRecognitionAlternative: {
    fields: {
      transcript: { type: 'string', id: 1 },
      words: { rule: 'repeated', type: 'WordInfo', id: 3 },
    },
  },
  WordInfo: {
    fields: {
      startTime: { type: DURATION, id: 1 },
      endTime: { type: DURATION, id: 2 },
      word: { type: 'string', id: 3 },
    },
  },
}

const duration = { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } }

const service = 'google.cloud.speech.v1.Speech'

/** Typed as a whole file's worth of comments and options would be, which the loader does not need. */
const schema = {
  nested: {
    google: {
      nested: {
        protobuf: { nested: { Duration: duration } },
        cloud: { nested: { speech: { nested: { v1: { nested: v1 } } } } },
      },
    },
  },
} as unknown as Parameters<typeof fromJSON>[0]

const definitions = fromJSON(schema, { longs: Number, enums: String, arrays: true })

export const streamingRecognize = (definitions[service] as ServiceDefinition)[
  'StreamingRecognize'
] as MethodDefinition<RecognizeRequest, RecognizeResponse>
