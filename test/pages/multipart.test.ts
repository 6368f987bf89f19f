import { describe, expect, it } from 'vitest'
import { BrokenForm, boundaryOf, readForm } from '../../src/pages/multipart.ts'

const boundary = '----WebKitFormBoundaryAbC'
const file = Buffer.from('id\r\n1\r\n------WebKitFormBoundaryAbX\r\n2\r\n')
const body = Buffer.concat([
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="token"\r\n\r\nsecret\r\n`),
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="reason"\r\n\r\nчёрная\r\n пятница\r\n`),
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a %22b%22.csv"\r\n`),
  Buffer.from('Content-Type: text/csv\r\n\r\n'),
  file,
  Buffer.from(`\r\n--${boundary}--\r\n`),
])

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('a form with a file', () => {
  it('is read the same, wherever it is cut into pieces', async () => {
    for (const size of [1, 2, 3, 7, 31, 64, body.length]) {
      const form = await readForm(inPieces(body, size), boundary, 1_000)
      expect(form.fields).toEqual({ token: 'secret', reason: 'чёрная\r\n пятница' })
      expect(form.file?.name).toBe('a "b".csv')
      const pieces: Uint8Array[] = []
      for await (const piece of form.file?.bytes ?? []) pieces.push(piece)
      expect(Buffer.concat(pieces)).toEqual(file)
    }
  })

  it('that breaks off, or whose fields are too large, is refused', async () => {
    await expect(readForm(inPieces(body.subarray(0, 90), 10), boundary, 1_000)).rejects.toThrow(BrokenForm)
    await expect(readForm(inPieces(body, 10), boundary, 10)).rejects.toThrow(BrokenForm)
    const { file: cut } = await readForm(inPieces(body.subarray(0, -30), 10), boundary, 1_000)
    const reading = async () => {
      for await (const _ of cut?.bytes ?? []);
    }
    await expect(reading()).rejects.toThrow(BrokenForm)
  })

  it('is known by its content type', () => {
    expect(boundaryOf(`multipart/form-data; boundary=${boundary}`)).toBe(boundary)
    expect(boundaryOf('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b')
    expect(boundaryOf('application/x-www-form-urlencoded')).toBeUndefined()
  })
})
