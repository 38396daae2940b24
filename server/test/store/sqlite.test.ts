import { conformance } from './conformance.ts'
import { newPlace } from './sqlite-place.ts'

conformance('SQLite and files', newPlace)
