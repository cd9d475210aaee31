// The sealed formats of the bank, written a second time and independently of the Java code: what both give must be equal.
// Everything Merkle, Keccak and ABI is @openzeppelin/merkle-tree and what it brings; the rest is node:crypto.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const { StandardMerkleTree } = require('@openzeppelin/merkle-tree');

// The library's own dependencies, asked for from where it lies: they are not ours to declare.
const ofLibrary = createRequire(require.resolve('@openzeppelin/merkle-tree'));
const { keccak256: keccakBytes } = ofLibrary('ethereum-cryptography/keccak');
const { encode } = ofLibrary('@metamask/abi-utils');

export const PROOF_FORMAT = 'quittance-entry-proof-v1';
export const LEAF_ENCODING = ['bytes32', 'uint64', 'bytes32'];

export const fromHex = (hex) => Buffer.from(hex.slice(2), 'hex');
export const toHex = (bytes) => '0x' + Buffer.from(bytes).toString('hex');
export const keccak256 = (bytes) => toHex(keccakBytes(bytes));
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** An unsigned number as `length` big-endian bytes. */
export function unsigned(value, length) {
  const hex = BigInt(value).toString(16).padStart(2 * length, '0');
  if (hex.length > 2 * length) throw new RangeError(`${value} does not fit ${length} bytes`);
  return Buffer.from(hex, 'hex');
}

export const domainSeparator = (chainId, registry) =>
  keccak256(encode(['string', 'uint256', 'address'], ['quittance/entry/v1', BigInt(chainId), registry]));

/** The header's fields in order, with their Solidity types. */
const HEADER = [
  ['version', 'uint8'],
  ['rules_version', 'uint16'],
  ['secret_version', 'uint16'],
  ['cycle', 'uint64'],
  ['business_date', 'uint32'],
  ['cut_off', 'uint64'],
  ['first_seq', 'uint64'],
  ['last_seq', 'uint64'],
  ['leaf_count', 'uint64'],
  ['total', 'uint128'],
  ['refused_count', 'uint64'],
  ['held_count', 'uint64'],
  ['entry_root', 'bytes32'],
  ['data_root', 'bytes32'],
  ['liabilities', 'bytes32'],
  ['prev_hash', 'bytes32'],
];

export const encodeHeader = (header) =>
  toHex(
    encode(
      HEADER.map(([, type]) => type),
      HEADER.map(([name, type]) => (type === 'bytes32' ? header[name] : BigInt(header[name]))),
    ),
  );

export const headerHash = (header) => keccak256(fromHex(encodeHeader(header)));

/** How an entry names an account: 16 bytes that only the salt opens. */
export const accountHash = (account, salt) =>
  toHex(sha256(Buffer.concat([fromHex(salt), Buffer.from(account.replaceAll('-', ''), 'hex')])).subarray(0, 16));

export const RECORD_LENGTH = 86;

export const encodeRecord = (record) =>
  toHex(
    Buffer.concat([
      unsigned(1, 1),
      unsigned(record.seq, 8),
      fromHex(record.from),
      fromHex(record.to),
      unsigned(record.amount, 16),
      unsigned(record.asset, 4),
      unsigned(record.type, 1),
      unsigned(record.cut_off, 8),
      fromHex(record.salt),
    ]),
  );

export function decodeRecord(hex) {
  const bytes = fromHex(hex);
  if (bytes.length !== RECORD_LENGTH || bytes[0] !== 1) throw new RangeError('not a record of version 1');
  const number = (from, to) => BigInt(toHex(bytes.subarray(from, to))).toString();
  return {
    seq: number(1, 9),
    from: toHex(bytes.subarray(9, 25)),
    to: toHex(bytes.subarray(25, 41)),
    amount: number(41, 57),
    asset: number(57, 61),
    type: number(61, 62),
    cut_off: number(62, 70),
    salt: toHex(bytes.subarray(70, 86)),
  };
}
