import pino, { type Logger } from 'pino'
import type { Config } from './config.ts'

/** Keys that may carry personal data or secrets. Log messages themselves never do. */
const redacted = [
  'phone_number',
  'from_number',
  'text',
  'transcript',
  'arguments',
  'url',
  'authorization',
  'key',
]

/** Structured logs on standard error, so that standard output stays free for answers. */
export function createLog(config: Config, role: string): Logger {
  const paths = redacted.flatMap(key => [key, `*.${key}`])
  return pino(
    { level: config.LOG_LEVEL, base: { role }, redact: { paths, censor: '[redacted]' } },
    pino.destination(2),
  )
}
