// Mutations by name: the document is built from the input's type name, the whole answer comes back.
import type { TestApp } from './app.ts'

export type Answer = {
  __typename: string
  // A test names what it expects of the data; its shape is not repeated in types.
  // oxlint-disable-next-line no-explicit-any
  data?: any
  code?: string
  message?: string
  path?: string[]
}

/** Does `mutation(input)` and returns its result; errors of the operation fail the test. */
export async function change(
  app: TestApp,
  token: string | null,
  mutation: string,
  input: object,
  selection: string,
): Promise<Answer> {
  const answer = await app.graphql(token, documentOf(mutation, selection), { input })
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data.result as Answer
}

/** As `change`, and it must be done: returns `data`. */
export async function done(
  app: TestApp,
  token: string | null,
  mutation: string,
  input: object,
  selection = 'id',
  // oxlint-disable-next-line no-explicit-any
): Promise<any> {
  const answer = await change(app, token, mutation, input, selection)
  if (answer.code) throw new Error(`${mutation}: ${answer.code} ${answer.message}`)
  return answer.data
}

/** As `done`, of what makes a secret: both. */
export async function issued(app: TestApp, token: string, mutation: string, input: object) {
  const answer = await app.graphql(token, documentOf(mutation, 'id', 'secret'), { input })
  const result = answer.data?.result as Answer & { secret: string }
  if (!result?.data) throw new Error(JSON.stringify(answer))
  return { id: result.data.id as string, secret: result.secret }
}

export function documentOf(mutation: string, selection: string, beside = ''): string {
  const stem = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  return `mutation ($input: ${stem}Input!) {
    result: ${mutation}(input: $input) {
      __typename
      ... on ${stem}Success { data { ${selection} } ${beside} }
      ... on Refusal { code message path }
    }
  }`
}

/** How many rows every table has, to show that a refusal changed nothing. */
export async function rowCounts(app: TestApp): Promise<Record<string, number>> {
  const tables = await app.db.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  const counts = tables.rows.map(
    ({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM "${name}"`,
  )
  const { rows } = await app.db.pool.query<{ name: string; count: number }>(
    counts.join(' UNION ALL '),
  )
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}
