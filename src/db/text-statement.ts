// Prepared statements whose rows are taken as the texts that the server sent: nothing is described,
// nothing read into values and no object made for a row, which for short answers is most of the
// work. For statements that make of their rows what is passed on anyway.

import type { Connection, Pool } from 'pg'
import type { Prisma } from '../generated/prisma/client.ts'
import { named, type Named } from './statement.ts'

type Statement = Pick<Prisma.Sql, 'text' | 'values'>

/** The texts of a row's columns. */
export type Texts = (string | null)[]

type Wire = Connection & {
  stream: { cork(): void; uncork(): void }
  parsedStatements: Record<string, string | undefined>
  submittedNamedStatements: Record<string, string | undefined>
}

/** As pg takes it from whoever brings statements of another kind; it calls the rest. */
class TextStatement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
  readonly rows: Texts[] = []
  callback: ((error: Error | null, rows?: Texts[]) => void) | undefined

  constructor({ name, text }: Named, values: readonly unknown[]) {
    this.name = name
    this.text = text
    this.values = values
  }

  submit(connection: Connection): void {
    const wire = connection as Wire
    const { name, text } = this
    // What is written together is sent together.
    wire.stream.cork()
    const known = wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]
    if (known === undefined) wire.parse({ name, text, types: [] }, true)
    if (name) wire.submittedNamedStatements[name] = text
    wire.bind({ statement: name, values: this.values.map(written) }, true)
    wire.execute({}, true)
    wire.sync()
    wire.stream.uncork()
  }

  handleDataRow({ fields }: { fields: Texts }): void {
    this.rows.push(fields)
  }
  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.callback?.(null, this.rows)
  }
  handleError(error: Error): void {
    this.callback?.(error)
  }
}

/** Runs a statement, prepared unless its name is empty; columns come as PostgreSQL writes them. */
export function runForTexts(
  pool: Pick<Pool, 'query'>,
  { text, values }: Statement,
  as = named(text),
): Promise<Texts[]> {
  return pool.query(new TextStatement(as, values)) as unknown as Promise<Texts[]>
}

/** A parameter as the server reads it. */
function written(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value
  if (Array.isArray(value)) return `{${value.map(element).join()}}`
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** An id, mostly, of which there may be a thousand. */
const plain = /^[\da-f]{8}-[\da-f-]{27}$/

function element(value: unknown): string {
  const text = written(value)
  if (text === null) return 'NULL'
  const shown = String(text)
  return plain.test(shown) ? shown : `"${shown.replaceAll(/["\\]/g, '\\$&')}"`
}
