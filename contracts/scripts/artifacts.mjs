// The ABI and the code that the Java side carries (src/main/resources/contracts), as the sources give them.
//   node scripts/artifacts.mjs write   writes them, after `forge build`
//   node scripts/artifacts.mjs check   fails if they differ from what is committed
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const carried = join(home, 'src/main/resources/contracts');
const contracts = ['SettlementRegistry'];

const mode = process.argv[2];
if (mode !== 'write' && mode !== 'check') {
  console.error('usage: node scripts/artifacts.mjs write|check');
  process.exit(2);
}

const stale = [];
for (const name of contracts) {
  const built = JSON.parse(readFileSync(join(home, 'out', `${name}.sol`, `${name}.json`), 'utf8'));
  const files = {
    [`${name}.abi`]: JSON.stringify(built.abi, null, 1) + '\n',
    [`${name}.bin`]: built.bytecode.object.replace(/^0x/, '') + '\n',
  };
  for (const [file, content] of Object.entries(files)) {
    const path = join(carried, file);
    if (mode === 'write') {
      mkdirSync(carried, { recursive: true });
      writeFileSync(path, content);
    } else if (!existsSync(path) || readFileSync(path, 'utf8') !== content) {
      stale.push(file);
    }
  }
}
if (stale.length > 0) {
  console.error(`${stale.join(' and ')} in src/main/resources/contracts do not match the Solidity sources. `
    + 'In the folder contracts run: scripts/tools forge build && node scripts/artifacts.mjs write');
  process.exit(1);
}
