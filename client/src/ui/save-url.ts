/** Has the browser save what an address of this server gives. */

/** `name`: of the file; without it, as the server calls it. */
export function saveUrl(url: string, name = ''): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
