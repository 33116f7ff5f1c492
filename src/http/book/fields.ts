// Fields of the forms for customers: each with its label, its hint and its fault, bound to it for
// whoever hears the page. Text goes in, HTML comes out.

import { escape } from '../page.ts'
import type { Words } from './words.ts'

/** What is wrong, by the name of its field; '' is of no field. */
export type Troubles = ReadonlyMap<string, string>

export type Option = { value: string; label: string }

type Common = {
  name: string
  label: string
  value: string
  required: boolean
  hint?: string
}

type Form = { words: Words; troubles: Troubles }

/** Names of fields hold no more than letters, digits, points, hyphens and underscores. */
const idOf = (name: string) => `f-${name}`

export function hidden(fields: Readonly<Record<string, string | null | undefined>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => input({ type: 'hidden', name, value: value ?? '' }))
    .join('\n')
}

type Attributes = Readonly<Record<string, string | boolean | undefined>>

function attributes(all: Attributes): string {
  return Object.entries(all)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? name : `${name}="${escape(String(value))}"`))
    .join(' ')
}

const input = (all: Attributes) => `<input ${attributes(all)}>`

export function button(text: string, all: Attributes = {}): string {
  return `<button ${attributes({ type: 'submit', ...all })}>${escape(text)}</button>`
}

/** The parts around a field, and what binds them to it. */
function around(
  { words, troubles }: Form,
  { name, label, required, hint }: Omit<Common, 'value'>,
  tag: 'label' | 'legend',
) {
  const id = idOf(name)
  const fault = troubles.get(name)
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  const optional = required ? '' : ` <span class="optional">${escape(words.optional)}</span>`
  const forId = tag === 'label' ? ` for="${escape(id)}"` : ''
  return {
    id,
    bound: {
      'aria-describedby': described || undefined,
      'aria-invalid': fault ? 'true' : undefined,
    },
    wrong: fault ? ' class="wrong"' : '',
    head: `<${tag}${forId}>${escape(label)}${optional}</${tag}>`,
    notes: [
      hint && `<p class="hint" id="${escape(id)}-hint">${escape(hint)}</p>`,
      fault && `<p class="fault" id="${escape(id)}-fault">${escape(fault)}</p>`,
    ]
      .filter(Boolean)
      .join('\n'),
  }
}

export function textField(
  form: Form,
  field: Common & { type?: string; autocomplete?: string; inputmode?: string; rows?: number },
): string {
  const { id, bound, wrong, head, notes } = around(form, field, 'label')
  const { name, value, required, type = 'text', autocomplete, inputmode, rows } = field
  const own = { id, name, autocomplete, inputmode, required, ...bound }
  const box = rows
    ? `<textarea ${attributes({ ...own, rows: String(rows) })}>\n${escape(value)}</textarea>`
    : input({ ...own, type, value })
  return `<div${wrong}>${head}\n${notes}\n${box}</div>`
}

export function selectField(form: Form, field: Common & { options: readonly Option[] }): string {
  const { id, bound, wrong, head, notes } = around(form, field, 'label')
  const { name, value, required, options } = field
  const list = options.map(
    (option) =>
      `<option ${attributes({ value: option.value, selected: option.value === value })}>` +
      `${escape(option.label)}</option>`,
  )
  const own = attributes({ id, name, required, ...bound })
  return `<div${wrong}>${head}\n${notes}\n<select ${own}>\n${list.join('\n')}\n</select></div>`
}

/** One of several, as a group that arrow keys walk. The first one bears the group's name. */
export function radioField(form: Form, field: Common & { options: readonly Option[] }): string {
  const { id, bound, wrong, head, notes } = around(form, field, 'legend')
  const { name, value, required, options } = field
  const list = options.map((option, index) => {
    const radio = input({
      type: 'radio',
      id: index === 0 ? id : `${id}-${index}`,
      name,
      value: option.value,
      required,
      checked: option.value === value,
    })
    return `<li><label class="option">${radio}<span>${escape(option.label)}</span></label></li>`
  })
  const group = attributes({
    role: 'radiogroup',
    'aria-required': required ? 'true' : undefined,
    ...bound,
  })
  return `<fieldset ${group}${wrong}>${head}\n${notes}
<ul class="times">\n${list.join('\n')}\n</ul></fieldset>`
}

/** All that is wrong, first on the page, heard at once, with the way to each field. */
export function troublesHtml({ words, troubles }: Form): string {
  if (troubles.size === 0) return ''
  const items = [...troubles].map(([name, message]) =>
    name === ''
      ? `<li>${escape(message)}</li>`
      : `<li><a href="#${escape(idOf(name))}">${escape(message)}</a></li>`,
  )
  return `<div class="trouble" role="alert" tabindex="-1" autofocus>
<h2>${escape(words.troubles)}</h2><ul>${items.join('')}</ul></div>`
}

/** Something that went well, or that has to be known. */
export function saidHtml(sentence: string): string {
  return `<p class="said" role="status">${escape(sentence)}</p>`
}

/** A list of terms and what they are; what is empty is left out. */
export function factsHtml(
  facts: readonly (readonly [string, string | null | undefined])[],
): string {
  const items = facts
    .filter(([, value]) => value)
    .map(([term, value]) => `<dt>${escape(term)}</dt><dd>${escape(value ?? '')}</dd>`)
  return `<dl>${items.join('\n')}</dl>`
}
