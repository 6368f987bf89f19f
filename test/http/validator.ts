/** Holds answers against the committed OpenAPI document; nothing may be in them that it does not describe. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { type Door, type DoorName, doors } from '../../src/http/doors.ts'
import { readPage } from '../docs/page.ts'

export const documentText = readPage('openapi.json')
const document: unknown = JSON.parse(documentText, (_, value: unknown) => closed(value))

/** Objects hold what is described and nothing else. */
function closed(value: unknown): unknown {
  const isShape =
    typeof value === 'object' && value !== null && 'properties' in value && !('additionalProperties' in value)
  return isShape ? { ...value, additionalProperties: false } : value
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'api', ...Object(document) })

const validators = new Map<string, ReturnType<typeof ajv.compile>>()

/** Every status and type of body that was seen, by door. */
export const seen = new Map<DoorName, Set<number>>()

/** Everything about the answer that the document does not say; none where it is as described. */
export async function flawsOfAnswer(name: DoorName, response: Response): Promise<string[]> {
  const { method, path }: Door = doors[name]
  seen.set(name, (seen.get(name) ?? new Set()).add(response.status))
  const route = `/paths/${escaped(path)}/${method}/responses`
  const described = has(`${route}/${response.status}`) ? String(response.status) : 'default'
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';')
  if (response.status === 204 || response.status === 304) return []
  if (described === 'default' && response.ok) return [`${response.status} is not described`]
  const place = `${route}/${described}/content/${escaped(type)}/schema`
  if (!has(place)) return [`${response.status} with ${type} is not described`]
  if (!/[/+]json$/.test(type)) return []
  const validate = validators.get(place) ?? ajv.compile({ $ref: `api#${place}` })
  validators.set(place, validate)
  const body: unknown = await response.clone().json()
  return validate(body)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      )
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function has(pointer: string): boolean {
  let found: unknown = document
  for (const part of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return false
    found = Reflect.get(found, key)
  }
  return true
}
