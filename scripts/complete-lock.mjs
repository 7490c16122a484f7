// Completes package-lock.json with the optional platform packages that the registry in reach did not offer.
// npm leaves such packages out of the lock file, and then `npm ci` refuses the lock file as incomplete. An entry
// made here has no integrity: it only tells `npm ci` which platform the package is for, so that others skip it.
// Run it after every change of dependencies: `node scripts/complete-lock.mjs [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';

const lockPath = new URL('../package-lock.json', import.meta.url);
const operatingSystems = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ');
const processors = 'arm64 arm x64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32'.split(' ');

function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = operatingSystems.find((word) => words.includes(word));
  const cpu = processors.find((word) => words.includes(word));
  if (!cpu || (!os && cpu !== 'wasm32'))
    throw new Error(`${name}: its name tells no platform; add its lock entry by hand`);
  const musl = words.some((word) => word.startsWith('musl'));
  const libc = os === 'linux' && cpu !== 'arm' ? (musl ? 'musl' : 'glibc') : undefined;
  return { cpu: [cpu], ...(libc && { libc: [libc] }), optional: true, ...(os && { os: [os] }) };
}

function missingEntries(packages) {
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (packages[`${path}/node_modules/${name}`] || packages[`node_modules/${name}`]) continue;
      missing[`node_modules/${name}`] = { version, ...(entry.dev && { dev: true }), ...platformOf(name) };
    }
  }
  return missing;
}

const lock = JSON.parse(readFileSync(lockPath, 'utf8'));
const missing = missingEntries(lock.packages);
const addressed = Object.values(lock.packages).filter((entry) => entry.resolved !== undefined);
const problems = Object.keys(missing).length + addressed.length;

if (process.argv.includes('--check')) {
  if (problems > 0) {
    console.error(`package-lock.json: ${problems} entries to complete; run node scripts/complete-lock.mjs`);
    process.exitCode = 1;
  }
} else if (problems > 0) {
  for (const entry of addressed) delete entry.resolved;
  const entries = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${problems} entries completed`);
}
