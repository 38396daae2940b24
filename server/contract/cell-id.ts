/** pure. Ids of cells, without the schema library: threads that need nothing else of it start sooner. */

/** A cell's id as nbformat 4.5 defines it. */
export const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/
