// Verifies a proof file with OpenZeppelin's own library:  node verify-proof.mjs FILE
//
// Exit code 0: it holds, and standard output has the header hash that the registry must answer for the cycle;
// 1: it does not, standard error says why; 2: wrong usage, or no such file.
// The chain is not asked here, and the text need not be canonical: `ops/quittance verify` does both.

import { readFileSync } from 'node:fs';
import {
  LEAF_ENCODING,
  PROOF_FORMAT,
  StandardMerkleTree,
  accountHash,
  decodeRecord,
  domainSeparator,
  fromHex,
  headerHash,
  keccak256,
} from './formats.mjs';

function objections(file) {
  const { header } = file;
  const record = decodeRecord(file.record);
  const seq = BigInt(file.seq);
  return Object.entries({
    'the format is another': file.format !== PROOF_FORMAT,
    'the domain does not belong to this chain and registry':
      file.domain !== domainSeparator(file.chain_id, file.registry),
    'the header hash is not the hash of the header': file.header_hash !== headerHash(header),
    "the entry's number is outside of the cycle's range":
      seq < BigInt(header.first_seq) || seq > BigInt(header.last_seq),
    "the entry's number is not the one in the record": file.seq !== record.seq,
    "the record's cut-off is not the cycle's": header.cut_off !== record.cut_off,
    'the entry hash is not the hash of the record': file.entry_hash !== keccak256(fromHex(file.record)),
    'the account named as debited is not the one in the record':
      file.from !== null && accountHash(file.from.account, file.from.salt) !== record.from,
    'the account named as credited is not the one in the record':
      file.to !== null && accountHash(file.to.account, file.to.salt) !== record.to,
    "the proof does not lead to the header's entry root": !StandardMerkleTree.verify(
      header.entry_root,
      LEAF_ENCODING,
      [file.domain, seq, file.entry_hash],
      file.proof,
    ),
  })
    .filter(([, applies]) => applies)
    .map(([objection]) => objection);
}

const [path, ...rest] = process.argv.slice(2);
if (path === undefined || rest.length > 0) {
  console.error('usage: node verify-proof.mjs FILE');
  process.exit(2);
}
let text;
try {
  text = readFileSync(path, 'utf8');
} catch (error) {
  console.error(`cannot read ${path}: ${error.message}`);
  process.exit(2);
}
let found;
let file;
try {
  file = JSON.parse(text);
  found = objections(file);
} catch (error) {
  found = [`not a proof file: ${error.message}`];
}
if (found.length > 0) {
  found.forEach((objection) => console.error(objection));
  process.exit(1);
}
console.log(file.header_hash);
