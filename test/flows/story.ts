/** A story: a person's project folders and a stand-in for Altcraft of its own, so that several can be told at once. */
import { test } from 'vitest'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { canary, Project } from './project.ts'

interface Stage {
  readonly altcraft: Altcraft
  /** Makes a project folder with these files; its processes end, and it goes, with the story. */
  readonly create: typeof Project.create
}

/** `it` with a stage. `story.concurrent` is for stories that mostly wait. */
export const story = test.extend<Stage>({
  altcraft: async ({ task: _ }, use) => {
    const altcraft = await startAltcraft({ token: canary })
    await use(altcraft)
    await altcraft.close()
  },
  create: async ({ task: _ }, use) => {
    const made: Project[] = []
    await use(async files => {
      const project = await Project.create(files)
      made.push(project)
      return project
    })
    await Promise.all(made.map(project => project.remove()))
  },
})
