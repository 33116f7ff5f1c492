// Holds answers to the description that a dialect gives of itself.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { openApiOf } from '../../../src/rest/openapi.ts'
import type { Dialect, Route } from '../../../src/rest/route.ts'
import type { Answered } from './calling.ts'

type Operation = {
  responses: Record<string, { content?: Record<string, { schema: object }> } | undefined>
}

const described = new WeakMap<Dialect, { paths: Record<string, Record<string, Operation>> }>()
const compiled = new WeakMap<object, ValidateFunction>()

/** What is wrong with an answer by the description of its route; null when it is as described. */
export function answerFault(
  dialect: Dialect,
  route: Route,
  { status, headers, body }: Pick<Answered, 'status' | 'headers' | 'body'>,
): string | null {
  let whole = described.get(dialect)
  if (!whole) described.set(dialect, (whole = openApiOf(dialect, 'http://localhost') as never))
  const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
  const response = whole?.paths[path]?.[route.method.toLowerCase()]?.responses[status]
  const name = `${route.method} ${route.path}`
  if (!response) return `${name} is not described to answer ${status}.`
  const [content] = Object.entries(response.content ?? {})
  if (!content) return body === undefined ? null : `${name} is described without a body.`
  if (!/json/.test(headers.get('content-type') ?? '')) return `${name} answers no JSON.`
  const { schema } = content[1]
  let validate = compiled.get(schema)
  if (!validate) {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const text = JSON.stringify(schema)
    const components = { components: (whole as unknown as { components: object }).components }
    validate = ajv.compile({ ...JSON.parse(text), ...components })
    compiled.set(schema, validate)
  }
  return validate(body) ? null : `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`
}
