// GraphQL over HTTP to the letter: the audits of the graphql-http project, against the running
// server. Every MUST and every SHOULD passes, and of the MAYs all but those named here.
import { serverAudits } from 'graphql-http'
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'

const app = await testApp()
const audits = serverAudits({ url: `${app.url}/graphql` })

/** By id, with the reason why not. */
const exceptions: Record<string, string> = {}

describe('the graphql-http audit', () => {
  it('has the number of audits that this list was read with', () => {
    expect(audits.length).toBe(61)
  })

  it.each(audits.map((audit) => ({ id: audit.id, name: audit.name, audit })))(
    '$id $name',
    async ({ id, audit }) => {
      const result = await audit.fn()
      if (id in exceptions) {
        expect(result.status).not.toBe('ok')
        return
      }
      const found = result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`
      expect(found).toBe('ok')
    },
  )
})
