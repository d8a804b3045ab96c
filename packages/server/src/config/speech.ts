import { openRecognizers } from '@parley/engines/recognizer'
import { openSpeechDetectors } from '@parley/engines/speech-detector'
import { openSynthesizer } from '@parley/engines/synthesizer'
