// Writes src/test/vectors/inclusion.json: entry trees and proofs as the OpenZeppelin JavaScript library makes them, for the
// registry at the address that the development chain gives it. Run: node scripts/vectors.mjs
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { StandardMerkleTree } = require('@openzeppelin/merkle-tree');
const { keccak256 } = require('ethereum-cryptography/keccak');
const { bytesToHex, hexToBytes, utf8ToBytes } = require('ethereum-cryptography/utils');

const chainId = 31337;
const deployer = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const registry = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

const word = (n) => n.toString(16).padStart(64, '0');
const hash = (hex) => '0x' + bytesToHex(keccak256(hexToBytes(hex)));
const text = bytesToHex(utf8ToBytes('quittance/entry/v1'));
const domain = hash(
  word(96) + word(chainId) + registry.slice(2).toLowerCase().padStart(64, '0') + word(text.length / 2) + text.padEnd(64, '0'));

let firstSeq = 1;
const trees = [1, 2, 3, 5, 8, 9, 100, 1000].map((leafCount) => {
  const values = Array.from({ length: leafCount }, (_, i) => {
    const seq = firstSeq + i;
    return [domain, String(seq), hash(word(seq))];
  });
  const tree = StandardMerkleTree.of(values, ['bytes32', 'uint64', 'bytes32']);
  const chosen = leafCount <= 9 ? values.map((_, i) => i) : [0, 1, leafCount >> 1, leafCount - 2, leafCount - 1];
  const proofs = chosen.map((i) => ({ seq: firstSeq + i, entryHash: values[i][2], proof: tree.getProof(i) }));
  const result = { leafCount, firstSeq, root: tree.root, proofCount: proofs.length, proofs };
  firstSeq += leafCount;
  return result;
});

writeFileSync(
  new URL('../src/test/vectors/inclusion.json', import.meta.url),
  JSON.stringify({ chainId, deployer, registry, domain, treeCount: trees.length, trees }, null, 1) + '\n');
