// Writes the test vectors of the sealed formats:  node generate.mjs DIRECTORY
// The output depends on nothing but this file and the library, so a second run must leave the directory as it is.

import { createCipheriv, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  LEAF_ENCODING,
  PROOF_FORMAT,
  StandardMerkleTree,
  accountHash,
  domainSeparator,
  encodeHeader,
  encodeRecord,
  fromHex,
  headerHash,
  keccak256,
  sha256,
  toHex,
  unsigned,
} from './formats.mjs';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node generate.mjs DIRECTORY');
  process.exit(2);
}
const write = (name, text) => writeFileSync(join(directory, name), text);
const keccakOfText = (text) => keccak256(Buffer.from(text));

const CHAIN_ID = '31337';
const REGISTRY = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
const DOMAIN = domainSeparator(CHAIN_ID, REGISTRY);

// --- Keccak: the hash of the bytes 0, 1, .. 250, 0, 1, .., for each length around the block's borders.
const lengths = [...Array(300).keys(), 543, 544, 545, 1000, 10000];
const counting = (length) => Buffer.from(Array.from({ length }, (_, i) => i % 251));
write('keccak256.txt', lengths.map((length) => `${length} ${keccak256(counting(length))}\n`).join(''));

// --- Trees: entry `seq` has the hash keccak256("entry " + seq); seq runs from 1.
const treeOf = (leafCount) =>
  StandardMerkleTree.of(
    Array.from({ length: leafCount }, (_, i) => [DOMAIN, BigInt(i + 1), keccakOfText(`entry ${i + 1}`)]),
    LEAF_ENCODING,
  );

const proofsOf = (tree, leafCount) => {
  const every = Math.max(1, leafCount / 10);
  return [...tree.entries()]
    .filter(([position]) => position % every === 0 || position === leafCount - 1)
    .map(([position, value]) => ({
      seq: value[1].toString(),
      entry_hash: value[2],
      leaf: tree.leafHash(value),
      proof: tree.getProof(position),
    }));
};

for (const leafCount of [1, 2, 3, 5, 8, 9, 100, 1000]) {
  const tree = treeOf(leafCount);
  const proofs = proofsOf(tree, leafCount).map((proof) => JSON.stringify(proof));
  write(
    `entry-tree-${leafCount}.json`,
    `{"chain_id":"${CHAIN_ID}","registry":"${REGISTRY}","leaf_encoding":${JSON.stringify(LEAF_ENCODING)},\n` +
      `"domain":"${DOMAIN}",\n"leaf_count":"${leafCount}","root":"${tree.root}","proofs":[\n${proofs.join(',\n')}\n]}\n`,
  );
}
write('entry-roots.txt', [10_000, 100_000].map((leafCount) => `${leafCount} ${treeOf(leafCount).root}\n`).join(''));

// --- One sealed cycle from secret to proof file.
const SECRET = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const CYCLE = 7;
const FIRST_SEQ = 41;
const CUT_OFF = '1743699600123456';
const account = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const TRANSFERS = [
  { from: account(1), to: account(2), amount: '1', asset: '0', type: '1' },
  { from: account(2), to: account(3), amount: '1000000', asset: '1', type: '2' },
  { from: account(3), to: account(1), amount: '9223372036854775807', asset: '4294967295', type: '255' },
  { from: account(1), to: account(3), amount: '77', asset: '0', type: '3' },
  { from: account(4), to: account(1), amount: '360000', asset: '2', type: '4' },
];

const cycleKey = createHmac('sha256', SECRET)
  .update(Buffer.concat([Buffer.from('quittance/cycle/v1'), unsigned(CYCLE, 8)]))
  .digest();
const salt = (seq, block) =>
  toHex(createCipheriv('aes-256-ctr', cycleKey, unsigned(4 * seq + block, 16)).update(Buffer.alloc(16)));

const entries = TRANSFERS.map((transfer, position) => {
  const seq = FIRST_SEQ + position;
  const from = { account: transfer.from, salt: salt(seq, 1) };
  const to = { account: transfer.to, salt: salt(seq, 2) };
  const record = encodeRecord({
    ...transfer,
    seq,
    from: accountHash(from.account, from.salt),
    to: accountHash(to.account, to.salt),
    cut_off: CUT_OFF,
    salt: salt(seq, 0),
  });
  return { seq, from, to, record, entry_hash: keccak256(fromHex(record)) };
});
const tree = StandardMerkleTree.of(
  entries.map((entry) => [DOMAIN, BigInt(entry.seq), entry.entry_hash]),
  LEAF_ENCODING,
);

const slotHash = (number, records) =>
  toHex(
    sha256(
      Buffer.concat([
        unsigned(1, 1),
        unsigned(number, 1),
        ...records.flatMap((record) => [unsigned(record.length, 4), record]),
        unsigned(records.length, 8),
      ]),
    ),
  );
const slots = Array(16).fill(keccakOfText('quittance/slot/empty/v1'));
slots[0] = slotHash(0, [Buffer.from('first'), Buffer.from(''), Buffer.from('third')]);
slots[3] = slotHash(3, entries.map((entry) => fromHex(entry.record)));
slots[7] = slotHash(7, [counting(10_000)]);
let level = slots.map((hash, number) => keccak256(Buffer.concat([unsigned(0, 1), unsigned(number, 1), fromHex(hash)])));
while (level.length > 1) {
  level = Array.from({ length: level.length / 2 }, (_, i) =>
    keccak256(Buffer.concat([unsigned(1, 1), fromHex(level[2 * i]), fromHex(level[2 * i + 1])])),
  );
}

const header = {
  version: '1',
  rules_version: '1',
  secret_version: '3',
  cycle: String(CYCLE),
  business_date: '20250403',
  cut_off: CUT_OFF,
  first_seq: String(FIRST_SEQ),
  last_seq: String(FIRST_SEQ + TRANSFERS.length - 1),
  leaf_count: String(TRANSFERS.length),
  total: '340282366920938463463374607431768211455',
  refused_count: '2',
  held_count: '9223372036854775807',
  entry_root: tree.root,
  data_root: level[0],
  liabilities: toHex(Buffer.alloc(32)),
  prev_hash: keccakOfText('the header before'),
};

const proofFile = (position, discloseFrom, discloseTo) => {
  const entry = entries[position];
  return JSON.stringify({
    format: PROOF_FORMAT,
    chain_id: CHAIN_ID,
    registry: REGISTRY,
    domain: DOMAIN,
    header,
    header_hash: headerHash(header),
    seq: String(entry.seq),
    record: entry.record,
    entry_hash: entry.entry_hash,
    from: discloseFrom ? entry.from : null,
    to: discloseTo ? entry.to : null,
    proof: tree.getProof(position),
  });
};
write('header.txt', encodeHeader(header) + '\n');
write('proof-open.json', proofFile(2, true, true));
write('proof-payer.json', proofFile(0, true, false));
write('proof-closed.json', proofFile(4, false, false));
