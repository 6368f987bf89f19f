/** A private redis-server over TCP that can be killed, restarted, frozen and starved. */
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Child, until } from './processes.ts'

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  await new Promise(resolve => server.close(resolve))
  return address.port
}

export class RedisProcess {
  /** Changes where a replica takes its place. */
  port: number
  /** The suite's own connection; it waits out whatever is done to the server. */
  readonly client: Redis
  #folder: string
  #child: Child

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
    this.#child = this.#spawn()
    this.client = new Redis(port, '127.0.0.1', {
      connectionName: 'fault-suite',
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
    })
    this.client.on('error', () => {})
  }

  static async start(folder: string): Promise<RedisProcess> {
    mkdirSync(folder, { recursive: true })
    const redis = new RedisProcess(folder, await freePort())
    await redis.ready()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async ready(): Promise<void> {
    const answers = async () => (await this.client.ping().catch(() => '')) === 'PONG'
    await until('Redis answers', answers, 20_000)
  }

  async kill(): Promise<void> {
    await this.#child.end('SIGKILL')
  }

  /** After a kill: the same port, the same files. */
  async restart(): Promise<void> {
    this.#child = this.#spawn()
    await this.ready()
  }

  /** A replica with files of its own, in step with this server. */
  async startReplica(folder: string): Promise<RedisProcess> {
    const replica = await RedisProcess.start(folder)
    await replica.client.replicaof('127.0.0.1', this.port)
    const follows = async () => (await replica.client.info('replication')).includes('master_link_status:up')
    await until('the replica follows', follows, 20_000)
    return replica
  }

  /** This server is gone for good; its replica, however far behind, takes its place, its files and its clients. */
  async giveWayTo(replica: RedisProcess): Promise<void> {
    await this.kill()
    replica.thaw()
    await replica.client.replicaof('NO', 'ONE')
    replica.client.disconnect()
    this.#child = replica.#child
    this.#folder = replica.#folder
    this.port = replica.port
    this.client.options.port = replica.port
    this.client.disconnect(true)
    await this.ready()
  }

  freeze(): void {
    this.#child.signal('SIGSTOP')
  }

  thaw(): void {
    this.#child.signal('SIGCONT')
  }

  async stop(): Promise<void> {
    this.client.disconnect()
    await this.kill()
  }

  /** Everything that was ever written into the append-only file: where a secret would be found. */
  writtenText(): string {
    return readdirSync(this.#folder, { recursive: true })
      .map(name => join(this.#folder, String(name)))
      .filter(path => statSync(path).isFile())
      .map(path => readFileSync(path, 'latin1'))
      .join('')
  }

  #spawn(): Child {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.#folder,
      logfile: join(this.#folder, 'redis.log'),
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
      hz: '100',
    }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    return new Child('redis-server', args, { cwd: this.#folder, env: { PATH: process.env.PATH } })
  }
}
