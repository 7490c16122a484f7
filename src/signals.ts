/** What the process does at a signal. */
export type SignalAnswer = 'stop' | 'end at once' | 'reload' | 'nothing';

/**
 * Answers what a signal means. A service manager sends SIGHUP to have the configuration read anew; a terminal that is closed
 * sends it too, and whoever started Tocsin there would not expect it to go on without one.
 */
export function answerSignal(
  signal: NodeJS.Signals,
  { isStopping, isOnTerminal }: { isStopping: boolean; isOnTerminal: boolean },
): SignalAnswer {
  const isEnd = signal !== 'SIGHUP' || isOnTerminal;
  if (!isEnd) return isStopping ? 'nothing' : 'reload';
  if (!isStopping) return 'stop';
  // A terminal that goes tells of it several times, and not to hurry.
  return signal === 'SIGHUP' ? 'nothing' : 'end at once';
}
