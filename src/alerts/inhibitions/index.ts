/*
 * Inhibitions: while one alert is live, others that it explains are kept to themselves.
 */
export {
  createInhibitionTest,
  type InhibitionTest,
  inhibitedKeys,
  inhibitingKeys,
  type StoredSubject,
  type Subject,
} from './decide.ts';
export {
  deleteAllInhibitors,
  deleteInhibitors,
  type InhibitionRow,
  inhibitorsAt,
  listInhibitors,
  listLive,
  type NotedRow,
  noteInhibitors,
  selectUnheld,
} from './queries.ts';
