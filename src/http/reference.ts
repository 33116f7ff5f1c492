// The readable reference of a dialect below /docs, made of the same description that programs read.
// Plain HTML without scripts: nothing comes from another host.

import { groupOf, openApiOf } from '../rest/openapi.ts'
import type { Dialect } from '../rest/route.ts'
import { sendJson } from './exchange.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'

type Schema = {
  type?: string | string[]
  format?: string
  description?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}

type Content = { content?: Record<string, { schema: Schema; example?: unknown }> }

type Operation = {
  operationId: string
  summary: string
  description?: string
  parameters?: {
    name: string
    in: string
    required: boolean
    description?: string
    schema: Schema
  }[]
  requestBody?: Content
  responses: Record<string, Content & { description: string }>
}

/** `<mount>/openapi.json` of every mount, and a page each. */
export function referenceRoutes(dialects: readonly Dialect[], baseUrl: () => string): Route[] {
  return dialects.flatMap((dialect) => {
    const describe = () => openApiOf(dialect, baseUrl())
    return [
      ...dialect.mounts.map((mount) => ({
        path: `${mount}/openapi.json`,
        methods: ['GET'],
        name: 'docs',
        door: (exchange: Parameters<Route['door']>[0]) => sendJson(exchange, 200, describe()),
      })),
      {
        path: `/docs/${dialect.name}`,
        methods: ['GET'],
        name: 'docs',
        door: (exchange: Parameters<Route['door']>[0]) =>
          sendPage(exchange, dialect.title, pageOf(dialect, describe(), baseUrl())),
      },
    ]
  })
}

function pageOf(dialect: Dialect, description: object, baseUrl: string): string {
  const { paths } = description as { paths: Record<string, Record<string, Operation>> }
  const [mount = ''] = dialect.mounts
  const groups = Map.groupBy(dialect.routes, groupOf)
  const contents = [...groups].map(
    ([group, routes]) =>
      `<dt>${escape(group)}</dt><dd>${routes
        .map(({ name, method, path }) => `<a href="#${name}">${method} ${escape(path)}</a>`)
        .join('<br>')}</dd>`,
  )
  const credentials = Object.values(dialect.security).map(
    (scheme) => `<li>${escape(scheme.description)}</li>`,
  )
  const operations = dialect.routes.map(({ method, path }) => {
    const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    return operation ? operationHtml(operation, method, mount + path) : ''
  })
  const bases = dialect.mounts.map((each) => `<code>${escape(baseUrl + each)}</code>`)
  return `<p>${escape(dialect.about)}</p>
<p>Base address: ${bases.join(', ')}.
The same for programs: <a href="${mount}/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<h2>Credentials</h2><ul>${credentials.join('')}</ul>
<h2>Contents</h2><dl>${contents.join('')}</dl>
${operations.join('\n')}`
}

function operationHtml(operation: Operation, method: string, path: string): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const rows = parameters.map(({ name, in: place, required, description: text, schema }) =>
    rowHtml(name, `${place}, ${typeOf(schema)}`, required, text),
  )
  const sent = Object.values(requestBody?.content ?? {})[0]
  const done = Object.entries(responses)[0]
  const answered = Object.values(done?.[1].content ?? {})[0]
  const errors = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, { description: words }]) => `<li>${status}: ${escape(words)}</li>`)
  return `<section id="${operationId}">
<h2>${method} ${escape(path)}</h2>
<p>${escape(summary)}. ${escape(description ?? '')}</p>
${rows.length > 0 ? `<h3>Parameters</h3>${tableHtml(rows)}` : ''}
${sent ? `<h3>Body</h3>${tableHtml(fieldRows(sent.schema, ''))}${exampleHtml(sent.example)}` : ''}
<h3>Answer</h3><p>${done?.[0]}: ${escape(done?.[1].description ?? '')}</p>
${answered ? tableHtml(fieldRows(answered.schema, '')) + exampleHtml(answered.example) : ''}
<h3>Errors</h3><ul>${errors.join('')}</ul>
</section>`
}

const tableHtml = (rows: string[]) => `<table>${rows.join('')}</table>`

const exampleHtml = (example: unknown) =>
  example === undefined ? '' : `<pre>${escape(JSON.stringify(example, null, 2))}</pre>`

function rowHtml(name: string, type: string, required: boolean, text = ''): string {
  const what = `${type}${required ? ', required' : ''}`
  const cells = [`<code>${escape(name)}</code>`, escape(what), escape(text)]
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

/** Fields of an object and of what is below it, three levels deep. */
function fieldRows(schema: Schema, path: string, depth = 0): string[] {
  const inner = objectIn(schema)
  if (!inner?.properties || depth > 3) return []
  return Object.entries(inner.properties).flatMap(([name, field]) => {
    const place = path + name
    const list = listIn(field)
    const below = list ? `${place}[].` : `${place}.`
    return [
      rowHtml(place, typeOf(field), inner.required?.includes(name) ?? false, field.description),
      ...fieldRows(list?.items ?? field, below, depth + 1),
    ]
  })
}

const alternativesOf = (schema: Schema) => schema.anyOf ?? [schema]
const listIn = (schema: Schema) => alternativesOf(schema).find(({ items }) => items)
const objectIn = (schema: Schema) => alternativesOf(schema).find(({ properties }) => properties)

function typeOf(schema: Schema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything')
  return schema.format === undefined ? type : `${type} (${schema.format})`
}
