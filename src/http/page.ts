// How a page for people looks, and how it is sent: without anything from another host, without
// scripts but those of our own that a page names, and never inside a frame. What pages say is
// elsewhere; all that is shown goes by `escape`.

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

/** What a page adds to the style of all of them. */
export type Look = { css: string; source: string }

/** A style or a script as a policy names it. */
export function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

const usual: Look = { css: '', source: sourceOf(style) }

/** A look is made once, not for every page. */
export function lookOf(css: string): Look {
  return { css, source: sourceOf(style + css) }
}

export type Script = { text: string; source: string }

type Options = {
  status?: number
  headers?: Record<string, string>
  /** Where forms may lead beside here, also by a redirect: origins or schemes. */
  formTargets?: readonly string[]
  /** Of what the page says; English when left out. */
  lang?: string
  look?: Look
  script?: Script
  /** What stands on top of the page; its title when left out. */
  heading?: string
}

export function sendPage(
  exchange: Exchange,
  title: string,
  body: string,
  options: Options = {},
): void {
  const { status = 200, headers = {}, formTargets = [], look = usual, script } = options
  const policy = [
    "default-src 'none'",
    `style-src ${look.source}`,
    ...(script ? [`script-src ${script.source}`] : []),
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
    page(title, body, options),
  )
}

/** The whole document; `body` is HTML, `title` is text. */
export function page(
  title: string,
  body: string,
  { lang = 'en', look = usual, script, heading = title }: Options = {},
): string {
  return `<!doctype html>
<html lang="${escape(lang)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${style}${look.css}</style>
<main>
<h1>${escape(heading)}</h1>
${body}
</main>${script ? `\n<script>${script.text}</script>` : ''}
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
