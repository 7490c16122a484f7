// @ts-check
import { connect } from './lib/client.js';
import { createWorld } from './lib/world.js';

export { TocsinError } from './lib/error.js';

/** @type {typeof import('./index.d.ts').createClient} */
export function createClient(options = {}) {
  return connect(options, createWorld());
}
