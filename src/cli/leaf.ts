import { type Command, Option } from 'commander';

/** Says which configuration. */
export function configOption(): Option {
  return new Option('--config <file>', 'tocsin.yaml to use').env('TOCSIN_CONFIG');
}

/** Says which profiles. */
export function jobsOption(): Option {
  return new Option('--jobs <file>', 'jobs.yaml to use');
}

/** Asks a server instead of the database. */
export function urlOption(): Option {
  return new Option('--url <url>', 'a running server to ask, instead of the database').env('TOCSIN_URL');
}

/** Says who asks that server. */
export function tokenOption(): Option {
  return new Option('--token <token>', 'the token for that server').env('TOCSIN_TOKEN');
}

/** Adds the command under its words, making those before it where they are not there yet. */
export function leaf(program: Command, words: string, summary: string): Command {
  const names = words.split(' ');
  const last = names.pop() ?? words;
  let parent = program;
  for (const name of names) {
    parent = parent.commands.find((command) => command.name() === name) ?? parent.command(name);
  }
  return parent.command(last).summary(summary).description(summary);
}
