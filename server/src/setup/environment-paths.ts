/** Paths of Python environments, by platform. */
import type { Surroundings } from '../user/surroundings.ts'
import { userFolder } from '../user/user-folder.ts'

/** The folder of the private environment, in the user's data folder. */
export const privateFolder = (here: Surroundings): string => here.path.join(userFolder(here), 'python')

/** The interpreter of a virtual environment. */
export function environmentPython(folder: string, { platform, path }: Surroundings): string {
  return platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python')
}
