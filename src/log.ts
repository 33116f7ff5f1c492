// How this program logs: one JSON line per fact, on a stream that the entry chooses. Secrets and
// what people wrote never reach a line: credentials are cut out of every text, and of an error
// only its kind, sentence and stack are kept, because database errors quote whole rows.

import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import { secretsInText } from './auth/secret.ts'

const hidden = '[hidden]'

export function createLog(level: LoggerOptions['level'], destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: undefined,
      redact: {
        paths: [
          'authorization',
          'cookie',
          'password',
          'secret',
          'token',
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.secret',
          '*.token',
        ],
        censor: hidden,
      },
      serializers: { err: describeError },
      formatters: { log: withoutSecrets },
    },
    destination,
  )
}

type Described = { type: string; message: string; stack?: string; code?: unknown; cause?: unknown }

function describeError(error: unknown): Described | string {
  if (!(error instanceof Error)) return cut(String(error))
  const { name, message, stack, cause } = error
  const { code } = error as { code?: unknown }
  return {
    type: name,
    message: cut(message),
    ...(stack && { stack: cut(stack) }),
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: describeError(cause) }),
  }
}

function withoutSecrets(line: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(line)) {
    clean[name] = typeof value === 'string' ? cut(value) : value
  }
  return clean
}

function cut(text: string): string {
  return text.replace(secretsInText, hidden).replace(/\/\/[^/@\s:]+:[^/@\s]+@/g, `//${hidden}@`)
}
