/** From the parser's nodes to plain data, with the checks that the parser does not make. Pure. */
import { type Alias, isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Path } from './shape.ts'

const mostAliases = 50
const mostAliasedNodes = 10_000
const deepest = 100

type MapNode = YAMLMap.Parsed
type ListNode = YAMLSeq.Parsed

export interface Flaw {
  /** Characters from the beginning of the text. */
  readonly offset: number
  readonly sentence: string
}

/** The data of one document, what is wrong with it, and where each part of it stands. */
export class YamlTree {
  readonly value: unknown
  readonly #root: ParsedNode | null
  readonly #flaws = new Map<string, Flaw>()
  readonly #anchors = new Map<string, ParsedNode>()
  /** Maps and lists that are being read: an alias to one of them would never end. */
  readonly #open = new Set<ParsedNode>()
  readonly #targets = new Map<Alias.Parsed, ParsedNode>()
  #aliases = 0
  #aliasedNodes = 0
  #insideAliases = 0

  constructor(root: ParsedNode | null) {
    this.#root = root
    this.value = this.#plain(root, 0)
  }

  get flaws(): Flaw[] {
    return [...this.#flaws.values()].sort((a, b) => a.offset - b.offset)
  }

  /** Where the value at `path` begins, or its key; where there is no such thing, the nearest thing above it. */
  offsetOf(path: Path, spot: 'key' | 'value'): number {
    let node: ParsedNode | null | undefined = this.#followed(this.#root)
    let key: ParsedNode | undefined
    let found = 0
    for (const step of path) {
      const before = found
      const pair: { key: ParsedNode; value: ParsedNode | null } | undefined = isMap(node)
        ? node.items.find(item => keyText(item.key) === String(step))
        : undefined
      const item: ParsedNode | null | undefined = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
      if (!pair && !item) return key ? key.range[0] : before
      key = pair?.key
      node = this.#followed(item ?? null)
      found = item && item.range[0] < item.range[1] ? item.range[0] : (key?.range[0] ?? before)
    }
    return spot === 'key' && key ? key.range[0] : found
  }

  #plain(node: ParsedNode | null, depth: number): unknown {
    if (node === null) return null
    if (depth > deepest) return this.#refuse(node, 'is nested too deeply')
    if (this.#insideAliases > 0) this.#aliasedNodes += 1
    if (isAlias(node)) return this.#aliased(node, depth)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    this.#open.add(node)
    const value = isMap(node) ? this.#map(node, depth) : this.#list(node, depth)
    this.#open.delete(node)
    return value
  }

  #list(node: ListNode, depth: number): unknown[] {
    return node.items.map(item => this.#plain(item, depth + 1))
  }

  #map(node: MapNode, depth: number): unknown {
    const entries = new Map<string, unknown>()
    for (const { key, value } of node.items) {
      const name = keyText(key)
      if (name === undefined) continue
      if (name === '<<') this.#refuse(key, 'merge keys (<<) are not read; write the keys out')
      else if (['__proto__', 'constructor', 'prototype'].includes(name))
        this.#refuse(key, `a key may not be called ${name}`)
      else if (entries.has(name))
        this.#refuse(key, `the key ${JSON.stringify(name.slice(0, 80))} is written twice in this map`)
      else entries.set(name, this.#plain(value, depth + 1))
    }
    return Object.fromEntries(entries)
  }

  #aliased(alias: Alias.Parsed, depth: number): unknown {
    const target = this.#anchors.get(alias.source)
    if (!target) return this.#refuse(alias, 'no anchor (&) before this alias has its name')
    if (this.#open.has(target)) return this.#refuse(alias, 'this alias contains itself')
    this.#aliases += 1
    if (this.#aliases > mostAliases || this.#aliasedNodes > mostAliasedNodes) {
      return this.#refuse(alias, 'too much is repeated by aliases (*)')
    }
    this.#targets.set(alias, target)
    this.#insideAliases += 1
    const value = this.#plain(target, depth + 1)
    this.#insideAliases -= 1
    return value
  }

  #followed(node: ParsedNode | null): ParsedNode | null {
    let target = node
    while (isAlias(target)) target = this.#targets.get(target) ?? null
    return target
  }

  /** What an alias repeats is read again, and its flaws found again: each counts once. */
  #refuse(node: ParsedNode, sentence: string): null {
    this.#flaws.set(`${node.range[0]} ${sentence}`, { offset: node.range[0], sentence })
    return null
  }
}

function keyText(key: ParsedNode | null): string | undefined {
  return isScalar(key) ? String(key.value) : undefined
}
