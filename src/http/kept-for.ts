/** Asks at most once in so many milliseconds: whoever comes meanwhile gets the answer of before, or waits for the one that is under way. */
export function keptFor<Answer>(milliseconds: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let kept: { readonly until: number; readonly answer: Promise<Answer> } | undefined
  return () => {
    const now = performance.now()
    if (kept === undefined || kept.until <= now) {
      const answer = ask()
      const mine = { until: now + milliseconds, answer }
      kept = mine
      // A failure is nobody's but theirs who waited for it.
      answer.catch(() => {
        if (kept === mine) kept = undefined
      })
    }
    return kept.answer
  }
}
