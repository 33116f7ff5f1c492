// One way to declare a mutation: `input` in, union out. The union holds the success type (`data`,
// and `secret` where one is made) and the refusals the action may give; a refusal that is thrown
// but not declared is a bug and is masked.

import type { InputFieldBuilder, InputFieldMap, InputShapeFromFields } from '@pothos/core'
import type { Needs } from '../auth/scope.ts'
import type { Issued } from '../auth/credential.data.ts'
import { Forbidden } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { refusalOf } from '../db/refusal.ts'
import { Refused, refusalType, type RefusalCode } from '../errors.ts'
import { forgetBatches } from './batches.ts'
import { builder, type Types } from './builder.ts'
import { recordDenied } from './denied.ts'
import { createLoaders } from './loaders.ts'
import { forbidden } from './scopes.ts'

export type InputBuilder = InputFieldBuilder<Types, 'InputObject'>

type MutationOptions<Fields extends InputFieldMap> = {
  description: string
  /** None only with the reason, in `open`, why it is for everybody. */
  scopes?: Needs
  open?: string
  input: (t: InputBuilder) => Fields
  /** Type of `data`: a Prisma model's name, or a type of its own. */
  data: string | object
  dataDescription: string
  /** What the secret is that is made and shown beside `data`; then `resolve` gives an `Issued`. */
  secretDescription?: string
  /** NOT_FOUND and VALIDATION_FAILED are always among them. */
  refusals?: readonly RefusalCode[]
  resolve: (input: InputShapeFromFields<Fields>, ctx: Context) => Promise<unknown>
}

const always: readonly RefusalCode[] = ['NOT_FOUND', 'VALIDATION_FAILED']

const shownOnce = 'Shown this once, and never again. Null when this answer repeats an earlier one.'

/** Adds `name(input: NameInput!): NameResult` with NameSuccess and the refusals. */
export function mutation<Fields extends InputFieldMap>(
  name: string,
  options: MutationOptions<Fields>,
): void {
  const stem = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const codes = [...new Set([...always, ...(options.refusals ?? [])])]
  const Input = builder.inputType(`${stem}Input`, {
    description: `Input of ${name}.`,
    fields: options.input as never,
  })
  const { secretDescription } = options
  const Success = builder
    .objectRef<{ data: unknown; secret?: string | null }>(`${stem}Success`)
    .implement({
      description: `${name} was done.`,
      open: 'What it holds is guarded itself.',
      fields: (t) => ({
        data: t.field({
          type: options.data as never,
          nullable: true,
          description: `${options.dataDescription} Null only when you may do this but not read it.`,
          resolve: (success) => success.data as never,
        }),
        ...(secretDescription && {
          secret: t.string({
            nullable: true,
            description: `${secretDescription} ${shownOnce}`,
            resolve: (success) => success.secret,
          }),
        }),
      }),
    })
  const Result = builder.unionType(`${stem}Result`, {
    description: `The answer of ${name}: done, or refused and nothing changed.`,
    types: [Success, ...codes.map((code) => refusalType(code) as never)],
    resolveType: (value) => (value as unknown as { __typename: string }).__typename,
  })
  builder.mutationField(name, (t) =>
    t.field({
      type: Result,
      nullable: true,
      ...(options.scopes && { scopes: options.scopes }),
      ...(options.open !== undefined && { open: options.open }),
      description: `${options.description} Null only together with an error.`,
      args: {
        input: t.arg({ type: Input, required: true, description: 'What to do.' }),
      },
      resolve: async (_root, args, ctx) => {
        try {
          const done = await options.resolve(args.input as never, ctx)
          const told = secretDescription === undefined ? { data: done } : toldOf(done as never)
          return { __typename: `${stem}Success`, ...told } as never
        } catch (error) {
          if (error instanceof Forbidden) {
            const needs = error.scopes.length > 0 ? error.scopes : (options.scopes ?? [])
            await recordDenied(ctx, name, { args, needs, error })
          }
          return answerOf(error, codes, ctx) as never
        } finally {
          // Rows read before the change must not answer for what came after it.
          ctx.load = createLoaders(ctx.db)
          forgetBatches(ctx)
        }
      },
    }),
  )
}

function toldOf({ row, secret }: Issued<unknown>) {
  return { data: row, secret }
}

function answerOf(error: unknown, codes: readonly RefusalCode[], { log }: Context): object {
  if (error instanceof Forbidden) throw forbidden(error.scopes, error.sentence)
  if (error instanceof Refused && codes.includes(error.refusal.code)) {
    return { __typename: refusalType(error.refusal.code), ...error.refusal }
  }
  const byDatabase = refusalOf(error)?.refusal
  if (!byDatabase) throw error
  log.warn({ err: error }, 'the database refused what the checks before it let through')
  const code = codes.includes(byDatabase.code) ? byDatabase.code : 'VALIDATION_FAILED'
  return { __typename: refusalType(code), ...byDatabase, code }
}
