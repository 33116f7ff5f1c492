// The pages on which it does not go on, each with what can be done instead.

import { escape } from '../page.ts'
import type { LinkVisit } from './link-page.ts'
import { show } from './visit.ts'

/** In the words of the rule, with the way back to the questions. */
export function showRejected(visit: LinkVisit, reason: string): void {
  const { words, link, path } = visit
  const body = `<div class="trouble" role="alert" tabindex="-1" autofocus><p>${escape(reason)}</p></div>
<p><a href="${escape(path)}">${escape(words.startAnew)}</a></p>`
  show(visit, link.title, body, { status: 422 })
}

export function showClosed(visit: LinkVisit): void {
  const { words } = visit
  show(visit, words.closedTitle, `<p>${escape(words.closed)}</p>`, { status: 410 })
}

/** The form was sent before with other words in it. */
export function showSentBefore(visit: LinkVisit): void {
  const { words, link, path } = visit
  const body = `<p>${escape(words.sentBefore)}</p>
<p><a href="${escape(path)}">${escape(words.startAnew)}</a></p>`
  show(visit, link.title, body, { status: 409 })
}
