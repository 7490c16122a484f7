/** How the text of a command line becomes a field; that of a file is its path. */
export type FieldKind = 'text' | 'number' | 'flag' | 'list' | 'map' | 'json' | 'file' | 'text or file';

export type ManifestField = {
  /** Name in the action's input. */
  name: string;
  kind: FieldKind;
  /** The field of the input that it is a key of; absent: it is a field itself. */
  within?: string;
  required: boolean;
  /** The variable of the shell that stands in for the option. */
  variable?: string;
  /** For people; with choices and default. */
  help: string;
};

/** A command as it is made from an action, so that the command line needs no action to print its help. */
export type ManifestCommand = {
  action: string;
  /** Words after `tocsin`, with blanks between. */
  command: string;
  summary: string;
  args: readonly ManifestField[];
  options: readonly ManifestField[];
  /** The one field of the result that is printed alone. */
  print: string | null;
  /** Whether it takes `--jobs`. */
  jobs?: boolean;
  http: { method: 'GET' | 'POST' | 'DELETE'; path: string } | null;
};
