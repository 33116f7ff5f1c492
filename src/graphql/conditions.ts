// What @skip and @include leave of a selection.

import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
} from 'graphql'

export type Variables = Readonly<Record<string, unknown>>

/** Under which a plan tells resolvers the values that its selections hang on, and no others. */
export const conditionValues = Symbol('conditionValues')

/** Whether the selection is one, with these variables. */
export function isSelected(selection: SelectionNode, variables: Variables): boolean {
  if (!selection.directives?.length) return true
  const values = variables as Record<string, unknown>
  if (getDirectiveValues(GraphQLSkipDirective, selection, values)?.['if'] === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, selection, values)?.['if'] !== false
}

/** The variables that decide in this operation what is selected, and others maybe. */
export function variablesOf(info: GraphQLResolveInfo): Variables {
  const planned = (info as { [conditionValues]?: Variables })[conditionValues]
  return planned ?? info.variableValues
}

/** The variables that @skip and @include of a selection name. */
export function conditionsIn({ directives = [] }: SelectionNode): string[] {
  return directives.flatMap(({ arguments: values = [] }) =>
    values.flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : [])),
  )
}
