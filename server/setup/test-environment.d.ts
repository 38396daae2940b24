export interface TestEnvironment {
  readonly env: Record<string, string>
  remove(): void
}
export function testEnvironment(given?: Readonly<Record<string, string | undefined>>): TestEnvironment
export function enterTestEnvironment(): void
