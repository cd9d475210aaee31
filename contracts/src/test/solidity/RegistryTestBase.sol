// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementRegistry} from "../../main/solidity/ISettlementRegistry.sol";
import {SettlementRegistry} from "../../main/solidity/SettlementRegistry.sol";
import {Vm} from "./Vm.sol";

/// @dev Fixtures: the roles' accounts, a registry, headers that follow each other, and a tree in the layout of the
/// OpenZeppelin JavaScript library (leaf hashes ascending, array of 2n-1 nodes, root first).
abstract contract RegistryTestBase {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant ADMIN = address(0xA11CE);
    address internal constant COMMITTER = address(0xC0117);
    address internal constant GUARDIAN = address(0x60A2D);
    address internal constant STRANGER = address(0x57124);
    uint48 internal constant ADMIN_DELAY = 3 days;

    function newRegistry() internal returns (SettlementRegistry) {
        return new SettlementRegistry(ADMIN_DELAY, ADMIN, COMMITTER, GUARDIAN, bytes32(0), 0, 0);
    }

    /// @dev The header that `registry` expects next, for a cycle of `leafCount` transfers under `root`.
    function nextHeader(SettlementRegistry registry, uint64 leafCount, bytes32 root)
        internal
        view
        returns (ISettlementRegistry.Header memory header)
    {
        (uint64 lastCycle, uint64 lastSeq) = registry.head();
        header.version = 1;
        header.rulesVersion = 1;
        header.secretVersion = 1;
        header.cycle = lastCycle + 1;
        header.businessDate = 20261123;
        header.cutOff = 1_795_478_400_000_000 + lastCycle * 3_600_000_000;
        header.firstSeq = lastSeq + 1;
        header.lastSeq = lastSeq + leafCount;
        header.leafCount = leafCount;
        header.total = uint128(leafCount) * 1_234_567_890;
        header.refusedCount = 17;
        header.heldCount = 3;
        header.entryRoot = root;
        header.dataRoot = keccak256(abi.encode("data", lastCycle));
        header.prevHash = registry.headHash();
    }

    function nextHeader(SettlementRegistry registry) internal view returns (ISettlementRegistry.Header memory) {
        (uint64 lastCycle,) = registry.head();
        return nextHeader(registry, 5, keccak256(abi.encode("root", lastCycle)));
    }

    function hashOf(ISettlementRegistry.Header memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(header));
    }

    function commitAs(address sender, SettlementRegistry registry, ISettlementRegistry.Header memory header) internal {
        vm.prank(sender);
        registry.commit(header);
    }

    // ---- trees

    function leafOf(bytes32 domain, uint64 seq, bytes32 entryHash) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(domain, seq, entryHash))));
    }

    function entryHashOf(uint64 seq) internal pure returns (bytes32) {
        return keccak256(abi.encode("entry", seq));
    }

    /// @dev The nodes over the entries `firstSeq .. firstSeq + count - 1`; node 0 is the root.
    function treeOf(bytes32 domain, uint64 firstSeq, uint64 count) internal pure returns (bytes32[] memory nodes) {
        bytes32[] memory leaves = new bytes32[](count);
        for (uint64 i = 0; i < count; i++) {
            bytes32 leaf = leafOf(domain, firstSeq + i, entryHashOf(firstSeq + i));
            uint64 slot = i;
            for (; slot > 0 && leaves[slot - 1] > leaf; slot--) {
                leaves[slot] = leaves[slot - 1];
            }
            leaves[slot] = leaf;
        }
        nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; i++) {
            nodes[nodes.length - 1 - i] = leaves[i];
        }
        for (uint256 i = nodes.length - count; i > 0; i--) {
            nodes[i - 1] = pairOf(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    function pairOf(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function proofOf(bytes32[] memory nodes, bytes32 leaf) internal pure returns (bytes32[] memory proof) {
        uint256 slot = nodes.length - 1;
        while (nodes[slot] != leaf) slot--;
        uint256 depth = 0;
        for (uint256 i = slot; i > 0; i = (i - 1) / 2) {
            depth++;
        }
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; i++) {
            proof[i] = nodes[slot % 2 == 1 ? slot + 1 : slot - 1];
            slot = (slot - 1) / 2;
        }
    }

    // ---- assertions

    function assertTrue(bool condition, string memory label) internal pure {
        require(condition, label);
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory label) internal pure {
        require(actual == expected, label);
    }

    function assertEq(uint256 actual, uint256 expected, string memory label) internal pure {
        require(actual == expected, string.concat(label, ": ", vm.toString(actual), " is not ", vm.toString(expected)));
    }

    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}
