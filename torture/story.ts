import { runMoreTests } from './more-tests.ts';

/*
 * npm run story [NAME]: plays the story of that name, or all of them. Exit 0: each ended as it should.
 */

const [name = ''] = process.argv.slice(2);
process.exitCode = runMoreTests(`test/story/${name}`, {}, 'test/story/vitest.config.ts') ? 0 : 1;
