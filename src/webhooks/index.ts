/*
 * What other systems send: whether it comes from them, what their mapping makes of it, and which deliveries were taken
 * already. Knows nothing of what becomes of the reports.
 */
export { decideProof, decideRepeat, type ProofGiven } from './decide.ts';
export { createMapper, type Mapper, type MappingJob } from './mapper.ts';
export { insertReceipt, selectReceipt } from './queries.ts';
export { expiredReceipts } from './queries-retention.ts';
export { shapeReports } from './shape.ts';
