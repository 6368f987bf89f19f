/** Loaded into a process of the product before its command line: tells the processor time that it has used so far, in microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system })
})
// The product's process ends when it wants to, not when its parent does.
process.channel?.unref()
