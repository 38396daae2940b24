/** `application/vnd.bokehjs_load.v0+json`: the library comes with the frame, so what loads it has nothing to do. */
export function draw(): void {}
