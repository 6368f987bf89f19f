/** Words that pages do not make themselves: the ledger's in the viewer's language, others verbatim and marked with theirs. Pure. */
import type { Look } from '../look.ts'
import { foreignLanguage, ledgerText } from '../sentence.ts'

/** What the ledger says, or a person has said through it. */
export function Said({ look, words }: { look: Look; words: string }) {
  const text = ledgerText(look, words)
  return <span lang={foreignLanguage(look, text)}>{text}</span>
}

/** What Altcraft answered, word for word. */
export function Verbatim({ look, words }: { look: Look; words: string }) {
  return (
    <q class="verbatim" lang={foreignLanguage(look, words)}>
      {words}
    </q>
  )
}

/** An answer of Altcraft or, where it gave none, a reason of the ledger: a batch counts both as what went wrong. */
export function Told({ look, words }: { look: Look; words: string }) {
  const text = ledgerText(look, words)
  return text === words ? <Verbatim look={look} words={words} /> : <Said look={look} words={words} />
}
