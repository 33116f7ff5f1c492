// How a page for people looks, and how it is sent: without scripts, without anything from another
// host, and never inside a frame. What pages say is elsewhere; all that is shown goes by `escape`.

import { createHash } from 'node:crypto'
import { send, type Exchange } from './exchange.ts'

const style = `
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  pre { background: #8881; padding: .8rem; overflow-x: auto }
  dt { font-weight: 600; margin-top: .6rem } dd { margin: 0 }
  form { margin: 1.5rem 0 } label { display: block; margin-top: .8rem }
  input { font: inherit; padding: .4rem; width: 100%; max-width: 24rem; box-sizing: border-box }
  button { font: inherit; padding: .4rem 1.2rem; margin-top: 1.2rem }
  table { border-collapse: collapse } th, td { text-align: left; padding: .3rem 1.5rem .3rem 0 }
  .trouble { border-left: .3rem solid #c33; padding: .2rem .8rem; margin: 1rem 0 }
  :root { color-scheme: light dark }
`

const styleHash = createHash('sha256').update(style).digest('base64')

type Options = {
  status?: number
  headers?: Record<string, string>
  /** Where forms may lead beside here, also by a redirect: origins or schemes. */
  formTargets?: readonly string[]
}

export function sendPage(
  exchange: Exchange,
  title: string,
  body: string,
  { status = 200, headers = {}, formTargets = [] }: Options = {},
): void {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  send(
    exchange,
    status,
    {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      // Secrets stand in addresses; a form of our own still says where it comes from.
      'referrer-policy': 'same-origin',
      vary: 'accept',
      ...headers,
    },
    page(title, body),
  )
}

/** The whole document; `body` is HTML, `title` is text. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${style}</style>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</html>
`
}

/** Text as it stands in a page, also inside of a quoted attribute. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
