import { tellBadNight } from './bad-night.ts';

tellBadNight('SQLite on disk');
