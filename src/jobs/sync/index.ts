/* Brings a checkout up to its branch without ever stopping what runs from it. */
export { syncCheckout } from './sync.ts';
export { findCheckout, findTree } from './trees.ts';
export type { NewJobs, SyncRequest, SyncResult } from './types.ts';
