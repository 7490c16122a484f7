/*
 * Who hears of what, and how it reaches them: routes decide, the outbox keeps every message until it has arrived,
 * channels send it.
 */
export { notificationsList, notificationsRetry } from './actions.ts';
export { announceMany } from './announce.ts';
export { findTelegramChats } from './channels/telegram-setup.ts';
export type { Told } from './choose-recipients.ts';
export { decideAttempt, type NextState } from './decide.ts';
export { explainTold } from './explain.ts';
export { createFinish } from './finish.ts';
export { createLanes, type Lanes } from './lanes.ts';
export { notificationView, viewNotification } from './notification-view.ts';
export { findTold } from './queries-announce.ts';
export {
  type Ahead,
  claimDue,
  type Finish,
  lookAhead,
  recordFinished,
  releaseExpired,
  skipUnknownChannels,
} from './queries-claim.ts';
export {
  listNotificationsOfAlert,
  listNotificationsOfIncident,
  readOutboxHealth,
} from './queries-list.ts';
export {
  lookForRepeats,
  moveRepeats,
  type Repeatable,
  type RouteLane,
  selectRepeatable,
} from './queries-repeat.ts';
export { pretendDelivered, selectMessagesSince } from './queries-replay.ts';
export { expiredNotifications } from './queries-retention.ts';
export { reportFailure, reportNews } from './report-failure.ts';
export { explainRoutes } from './routes.ts';
export { createSender, type Sender } from './sender.ts';
export { readNotifySettings } from './settings.ts';
export { readStored } from './stored-message.ts';
export { insertTestMessage } from './test-message.ts';
export type { Announced, Desk, NotifySettings } from './types.ts';
