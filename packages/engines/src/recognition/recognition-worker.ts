import { serveStreams } from '../workers/serve-streams.ts'
import { openEar, type Ear } from './ear.ts'
import { RecognizingStream, type RecognizedText, type RecognizerCommand } from './recognizing-stream.ts'

/** An ear takes half a second to make: some are kept warm, and given from call to call. */
const EARS = 2
const idle: Ear[] = []
for (let made = 0; made < EARS; made++) idle.push(await openEar())

serveStreams<null, RecognizerCommand, RecognizedText>({
  name: 'soundswallower',
  open: async (_, emit) => {
    const ear = idle.pop() ?? (await openEar())
    const stream = new RecognizingStream(ear, emit)
    return {
      hear: (frame, atMs) => stream.hear(frame, atMs),
      command: command => stream.command(command),
      close() {
        stream.close()
        idle.push(ear)
      },
    }
  },
})
