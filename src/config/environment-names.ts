export type EnvironmentName = { name: string; meaning: string };

/** Every environment variable that Tocsin reads, with its meaning; `<CHANNEL>` stands for a channel's NAME. */
export const environmentNames: readonly EnvironmentName[] = [
  { name: 'TOCSIN_CONFIG', meaning: 'Path of tocsin.yaml; default ./tocsin.yaml, which may be absent.' },
  { name: 'TOCSIN_DATA_DIR', meaning: 'Folder of the database and the admin token; default ./data.' },
  {
    name: 'REPO_DIR',
    meaning:
      'Checkout whose automation/jobs.yaml is read and whose root tasks run in; default: the folder above it.',
  },
  {
    name: 'CACHE_BACKEND',
    meaning: "Where scripts' state is kept: sqlite (default) means the database, file the text files alone.",
  },
  { name: 'CACHE_DIR', meaning: 'Folder of the text files of state; default: cache in the data folder.' },
  { name: 'CACHE_DUAL_WRITE_LEGACY', meaning: '1 writes state into the text files too.' },
  {
    name: 'CACHE_FILENAME',
    meaning: "Text file whose name is the namespace of state where a profile's env names none.",
  },
  { name: 'NONCE_FILENAME', meaning: 'A second such file; its name is a namespace of its own.' },
  { name: 'ALERT_BACKEND', meaning: 'Store: auto (default), memory, sqlite or postgres.' },
  { name: 'ALERT_DATABASE_URL', meaning: 'PostgreSQL address of the store, as postgres://user@host/name.' },
  { name: 'DATABASE_URL', meaning: 'The same, where ALERT_DATABASE_URL is not set.' },
  { name: 'MONITORING_API_HOST', meaning: 'Host that the HTTP server listens on; beats server.listen.' },
  { name: 'MONITORING_API_PORT', meaning: 'Port that the HTTP server listens on; beats server.listen.' },
  {
    name: 'RATE_LIMIT_MAX',
    meaning: 'Requests per IP and window that come without good credentials; default 5.',
  },
  { name: 'RATE_LIMIT_WINDOW', meaning: 'That window, in seconds or as a duration; default 60.' },
  {
    name: 'REDIS_URL',
    meaning:
      'Redis that processes share their counts of callers by, as redis://:password@host:6379; default: none.',
  },
  { name: 'REDIS_HOST', meaning: 'Its host, where REDIS_URL is not set.' },
  { name: 'REDIS_PORT', meaning: 'Its port beside REDIS_HOST; default 6379.' },
  { name: 'REDIS_PASSWORD', meaning: 'Its password beside REDIS_HOST.' },
  { name: 'ALERTS_RETENTION_DAYS', meaning: 'Days that ended alerts are kept; beats retention.alerts.' },
  {
    name: 'METRICS_API_TOKEN',
    meaning: 'A secret whose bearers may record metrics of runs, and nothing else.',
  },
  {
    name: 'METRICS_API_URL',
    meaning: 'Where tasks are told to record metrics of runs; default: server.public_url.',
  },
  { name: 'SENTRY_DSN', meaning: 'Project at Sentry that unexpected errors are sent to; default: none.' },
  {
    name: 'SENTRY_ENVIRONMENT',
    meaning: 'The environment that is named there; default: NODE_ENV, or else production.',
  },
  {
    name: 'SENTRY_TRACES_SAMPLE_RATE',
    meaning: 'Share of the actions asked for over HTTP whose times are sent there, 0 to 1; default 0.1.',
  },
  {
    name: 'GITHUB_WEBHOOK_SECRET',
    meaning: 'Secret that GitHub signs its deliveries with; without it they are refused.',
  },
  {
    name: 'NODE_ENV',
    meaning: 'development logs at debug where LOG_LEVEL is not set; the name of the environment at Sentry.',
  },
  {
    name: 'LOG_LEVEL',
    meaning: 'trace, debug, info (default), warn, error or fatal; debug also sends no messages.',
  },
  { name: 'LOG_REQUESTS', meaning: 'true logs every request but those for health.' },
  { name: 'LOG_HEALTH_REQUESTS', meaning: 'true logs requests for health too.' },
  { name: 'TELEGRAM_BOT_TOKEN_DEFAULT', meaning: 'Token of the bot that sends where a channel has none.' },
  { name: 'TELEGRAM_BOT_TOKEN_<CHANNEL>', meaning: 'Token of the bot of one channel.' },
  { name: 'TELEGRAM_CHAT_ID_<CHANNEL>', meaning: 'Chat of one channel.' },
  {
    name: 'TELEGRAM_CHAT_ID_TOPICS',
    meaning: 'Chat with topics that TELEGRAM_TOPIC_ID_<CHANNEL> points into.',
  },
  { name: 'TELEGRAM_TOPIC_ID_<CHANNEL>', meaning: 'Topic of one channel in the chat with topics.' },
  {
    name: 'TELEGRAM_TEST_CHAT_ID',
    meaning: 'One chat that gets every message instead, from the default bot.',
  },
  {
    name: 'LLM_PROVIDER',
    meaning: 'What LLM_BASE_URL speaks: openai (default, and what is compatible with it) or anthropic.',
  },
  { name: 'LLM_API_KEY', meaning: 'Key for generated summaries of triages; llm_mode: remote needs it.' },
  { name: 'LLM_MODEL', meaning: 'Model that writes them.' },
  { name: 'LLM_BASE_URL', meaning: "Address of the endpoint; default: the provider's own." },
  { name: 'ANTHROPIC_API_KEY', meaning: 'Key that checks of kind anthropic ask with.' },
  { name: 'OPENAI_API_KEY', meaning: 'Key that checks of kind openai ask with.' },
  { name: 'DEEPGRAM_API_KEY', meaning: 'Key that checks of kind deepgram ask with.' },
  { name: 'TYPESENSE_HOST', meaning: 'Host that checks of kind typesense ask, where they name none.' },
  { name: 'TYPESENSE_HOST_PORT', meaning: 'Its port; default 443.' },
  { name: 'TYPESENSE_API_KEY', meaning: 'Key that checks of kind typesense ask with.' },
  {
    name: 'GOOGLE_APPLICATION_CREDENTIALS',
    meaning: "Path of the service account's key file that checks of kind firestore ask with.",
  },
  {
    name: 'GOOGLE_CLOUD_PROJECT',
    meaning: "Project of checks of kind firestore that name none; default: the service account's own.",
  },
];
