import { tellBadNight } from './bad-night.ts';

tellBadNight('PostgreSQL');
