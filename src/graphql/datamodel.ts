// What the database holds, as the generated client knows it.

import { getDatamodel } from '../generated/pothos.ts'

export const datamodel = getDatamodel()

type Column = { type: string; kind: string; isRequired: boolean; isList: boolean }

/** A column of a model; undefined for what is none. */
export function columnOf(model: string, name: string): Column | undefined {
  const fields = datamodel.datamodel.models[model]?.fields
  return fields?.find((field) => field.name === name && field.kind !== 'object') as
    | Column
    | undefined
}
