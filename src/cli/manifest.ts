import data from './manifest.json' with { type: 'json' };
import type { ManifestCommand } from './manifest-types.ts';

/** The version of the package, which `--version` prints. */
export const version = data.version;

/** The commands that the actions make: written by `npm run generate`, and held to the actions by a test of what is generated. */
export const manifest = data.commands as readonly ManifestCommand[];
