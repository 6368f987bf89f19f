/** Waits for the work, but no longer than `limit` milliseconds; throws what the work throws until then. */
export async function waitAtMost(limit: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>(resolve => {
    timer = setTimeout(resolve, limit)
  })
  await Promise.race([work, over]).finally(() => clearTimeout(timer))
}
