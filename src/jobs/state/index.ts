export { importFiles } from './import.ts';
export { forgetState, getState, listState, setState } from './keep.ts';
export { selectNamespaces } from './queries.ts';
export { freshnesses, keyInput, namespaceInput, type StatePlace, valueInput } from './types.ts';
