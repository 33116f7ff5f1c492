// The OpenAPI 3.1 description of a dialect, made of its routes: what it says is what runs. Which
// errors a route can answer is read from the graph: the refusals of its mutations, in its words.

import { z } from 'zod'
import type { RefusalCode } from '../errors.ts'
import { operationsOf } from './refused.ts'
import { wordFor } from './problems.ts'
import { noBody, type Dialect, type Example, type Route, type SecurityScheme } from './route.ts'

type Json = Record<string, unknown>

/** `baseUrl` is how the service is reached from outside, without a slash at the end. */
export function openApiOf(dialect: Dialect, baseUrl: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of dialect.routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(dialect, route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: dialect.title,
      version: '1.0.0',
      description: dialect.about,
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: dialect.mounts.map((mount) => ({ url: baseUrl + mount })),
    tags: [...new Set(dialect.routes.map(groupOf))].map((name) => ({
      name,
      description: `Everything about ${name}.`,
    })),
    security: [Object.fromEntries(Object.keys(dialect.security).map((name) => [name, []]))],
    paths,
    components: {
      securitySchemes: Object.fromEntries(
        Object.entries(dialect.security).map(([name, scheme]) => [
          name,
          schemeOf(scheme, baseUrl + dialect.mounts[0]),
        ]),
      ),
      schemas: { Error: jsonOf(dialect.errorSchema, 'output') },
    },
  }
}

/** The heading under which a route stands. */
export function groupOf({ group, path }: Route): string {
  return group ?? path.split('/').find((part) => part !== '' && !part.startsWith(':')) ?? 'all'
}

function schemeOf(scheme: SecurityScheme, mount: string): Json {
  if (scheme.type !== 'oauth2') return scheme
  const { tokenPath, description } = scheme
  const flows = { clientCredentials: { tokenUrl: mount + tokenPath, scopes: {} } }
  return { type: 'oauth2', description, flows }
}

function operationOf(dialect: Dialect, route: Route): Json {
  const { name, summary, description, example } = route
  const parameters = parametersOf(route)
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    tags: [groupOf(route)],
    ...(route.public && { security: publicSecurityOf(dialect) }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': contentOf(jsonOf(route.body, 'input'), example?.body) },
      },
    }),
    responses: { [route.answer.status]: answerOf(dialect, route), ...errorsOf(dialect, route) },
  }
}

function publicSecurityOf({ publicSecurity = [] }: Dialect): Json[] {
  return [Object.fromEntries(publicSecurity.map((name) => [name, []]))]
}

function parametersOf(route: Route): Json[] {
  const { path: pathExample = {}, query: queryExample = {} }: Example = route.example ?? {}
  const named = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(pathExample[name] !== undefined && { example: pathExample[name] }),
  }))
  const { properties = {}, required = [] } = jsonOf(route.query, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  const asked = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(typeof description === 'string' && { description }),
    schema,
    ...(queryExample[name] !== undefined && { example: queryExample[name] }),
  }))
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Repeated within 24 hours, the first answer is given again and nothing is done.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }
  return [...named, ...asked, ...(route.method === 'GET' ? [] : [key])]
}

/** The media type of answers, unless another is asked for. */
const typeOf = ({ contentType }: Dialect) => contentType?.({}) ?? 'application/json'

function answerOf(dialect: Dialect, { answer, example }: Route): Json {
  const { description, schema } = answer
  if (schema === noBody) return { description }
  return {
    description,
    content: { [typeOf(dialect)]: contentOf(jsonOf(schema, 'output'), example?.answer) },
  }
}

const contentOf = (schema: Json, example: unknown): Json => ({
  schema,
  ...(example !== undefined && { example }),
})

/** By status, with the words that stand for each there. */
function errorsOf(dialect: Dialect, route: Route): Json {
  const { UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, UNAVAILABLE, ...others } = dialect.troubles
  const words = [UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, UNAVAILABLE]
  const hasInput = route.body || Object.keys(route.query.shape as object).length > 0
  if (hasInput) words.push(others.MISSING_FIELD, others.INVALID_FIELD)
  if (route.body) words.push(others.NOT_JSON, others.TOO_LONG, others.WRONG_CONTENT_TYPE)
  const { refusals, findsOne } = operationsOf(route)
  const codes = new Set(refusals)
  for (const code of Object.keys(route.refusals ?? {})) codes.add(code as RefusalCode)
  if (findsOne || route.path.includes(':')) codes.add('NOT_FOUND')
  if (route.method !== 'GET') codes.add('IDEMPOTENCY_CONFLICT')
  for (const code of codes) {
    words.push(wordFor(dialect, route, { code, message: '', path: null }))
  }
  words.push(...(route.otherWords ?? []))
  const byStatus = Map.groupBy(words, ({ status }) => status)
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, said]) => [
        status,
        {
          description: [...new Set(said.map(({ code }) => code))].join(', ') || 'Refused.',
          content: { [typeOf(dialect)]: { schema: { $ref: '#/components/schemas/Error' } } },
        },
      ]),
  )
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}
