// The description of every dialect: valid by two linters, its examples true to its schemas, served
// at every mount, and readable without any other host.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/rest/dialects.ts'
import { openApiOf } from '../../src/rest/openapi.ts'
import { testApp } from '../support/app.ts'
import { z } from 'zod'
import { noBody } from '../../src/rest/route.ts'

const app = await testApp()

describe.each(dialects)('the description of $name', (dialect) => {
  const described = openApiOf(dialect, 'https://booking.example.org')

  it('is OpenAPI 3.1 by its own JSON Schema', async () => {
    const result = await new Validator().validate(structuredClone(described))
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
  })

  it('pleases a linter', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const problems = await lintFromString({ source: JSON.stringify(described), config })
    expect(
      problems.map(({ message, location }) => `${location[0]?.pointer ?? ''}: ${message}`),
    ).toEqual([])
  })

  it('has examples of every body, which are true', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const { name, body, answer, example } of dialect.routes) {
      if (body) {
        expect(body.safeParse(example?.body).error?.issues, `${name} body`).toBeUndefined()
      }
      if (answer.schema === noBody) continue
      const validate = ajv.compile(z.toJSONSchema(answer.schema, { unrepresentable: 'any' }))
      validate(example?.answer)
      expect(validate.errors, `${name} answer`).toBeNull()
    }
  })

  it('is served, and readable by a person', async () => {
    for (const mount of dialect.mounts) {
      const response = await fetch(`${app.url}${mount}/openapi.json`)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(openApiOf(dialect, app.url))
    }
    const page = await fetch(`${app.url}/docs/${dialect.name}`)
    expect(page.status).toBe(200)
    const html = await page.text()
    expect(html).not.toMatch(/<script|(?:src|href)="?https?:\/\/(?!127\.0\.0\.1)/)
    for (const { name } of dialect.routes) expect(html).toContain(`id="${name}"`)
  })
})

it('leads to every dialect from /docs', async () => {
  const html = await (await fetch(`${app.url}/docs`)).text()
  for (const { name } of dialects) expect(html).toContain(`href="/docs/${name}"`)
})
