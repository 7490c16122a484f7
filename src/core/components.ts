/** Who tells what checks found. */
export const checksSource = 'tocsin@checks';

/** The annotation in which an alert of our checks names the components that it tells of together, by their ids. */
export const affectedKey = 'affected';

/** Answers the ids of the components that an alert is about: the one that it names, or those that failed with another. */
export function componentsOf(alert: {
  component: string | null;
  source: string;
  annotations: string | null;
}): string[] {
  const { component, source, annotations } = alert;
  if (component !== null) return [component];
  if (source !== checksSource || annotations === null) return [];
  const { [affectedKey]: ids } = JSON.parse(annotations) as Record<string, string>;
  return ids === undefined ? [] : ids.split(',');
}
