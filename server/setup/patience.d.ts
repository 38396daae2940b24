export function patienceOf(given: string | undefined, load: number, cores: number): number
export const patience: number
export function seconds(count: number): number
export const TEST_LIMIT: number
export const WAIT_LIMIT: number
export const WHOLE_SUITE: number
