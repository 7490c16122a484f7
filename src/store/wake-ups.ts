/** What there may be to do: alerts to supervise, messages to send. */
export type WakeTopic = 'alerts' | 'messages';

export const wakeTopics = ['alerts', 'messages'] as const satisfies readonly WakeTopic[];

/** Lets processes on one database wake each other. Only a hint: who misses it finds the work at its next poll. */
export type WakeUps = {
  /** Begins to listen; `hear` is called for what another process did. */
  start(hear: (topic: WakeTopic) => void): void;
  /** Says that there is work, once it is committed; never throws, and may be called for every row. */
  tell(topic: WakeTopic): void;
  stop(): Promise<void>;
};

/** Where no other process can be: a database in the memory of this one. */
export const noWakeUps: WakeUps = { start() {}, tell() {}, stop: async () => {} };
