import { expect, it } from 'vitest';
import { componentsOf } from './components.ts';

const affected = JSON.stringify({ affected: 'api,web' });
const own = 'tocsin@checks';

it.each([
  ['the one that it names', { component: 'db', source: own, annotations: affected }, ['db']],
  [
    'those that our checks say are affected',
    { component: null, source: own, annotations: affected },
    ['api', 'web'],
  ],
  ['none that others say are affected', { component: null, source: 'ci', annotations: affected }, []],
  ['none where nothing is said', { component: null, source: own, annotations: null }, []],
  ['none where something else is said', { component: null, source: own, annotations: '{}' }, []],
])('an alert is about %s', (_, alert, ids) => expect(componentsOf(alert)).toEqual(ids));
