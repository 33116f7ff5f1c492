// GraphQL over HTTP to the letter: the audits of the graphql-http project, against the running
// server. Every MUST, every SHOULD and every MAY passes.
import { serverAudits } from 'graphql-http'
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'

const app = await testApp()
const audits = serverAudits({ url: `${app.url}/graphql` })

describe('the graphql-http audit', () => {
  it('has not become shorter', () => {
    expect(audits.length).toBe(61)
  })

  it.each(audits.map((audit) => ({ id: audit.id, name: audit.name, audit })))(
    '$id $name',
    async ({ audit }) => {
      const result = await audit.fn()
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok')
    },
  )
})
