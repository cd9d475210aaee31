// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";
import {ISettlementRegistry} from "../../main/solidity/ISettlementRegistry.sol";
import {SettlementRegistry} from "../../main/solidity/SettlementRegistry.sol";
import {RegistryTestBase} from "./RegistryTestBase.sol";
import {Vm} from "./Vm.sol";

contract SettlementRegistryTest is RegistryTestBase {
    SettlementRegistry private registry;

    function setUp() public {
        registry = newRegistry();
    }

    // ---- recording

    function test_aCommittedHeaderIsFoundByItsCycleAndBecomesTheHead() public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        vm.expectEmit(true, true, false, true, address(registry));
        emit ISettlementRegistry.CycleCommitted(1, header.entryRoot, header);

        commitAs(COMMITTER, registry, header);

        (uint64 lastCycle, uint64 lastSeq) = registry.head();
        assertEq(registry.headerHash(1), hashOf(header), "headerHash(1)");
        assertEq(registry.headHash(), hashOf(header), "headHash");
        assertEq(lastCycle, 1, "lastCycle");
        assertEq(lastSeq, 5, "lastSeq");
    }

    function test_aCycleWithoutTransfersIsRecordedToo() public {
        commitAs(COMMITTER, registry, nextHeader(registry, 0, keccak256("quittance/empty/v1")));
        commitAs(COMMITTER, registry, nextHeader(registry, 3, keccak256("root")));

        (uint64 lastCycle, uint64 lastSeq) = registry.head();
        assertEq(lastCycle, 2, "lastCycle");
        assertEq(lastSeq, 3, "lastSeq");
    }

    function test_theSameHeaderAgainChangesNothingAndEmitsNothing() public {
        ISettlementRegistry.Header memory first = nextHeader(registry);
        commitAs(COMMITTER, registry, first);
        ISettlementRegistry.Header memory second = nextHeader(registry);
        commitAs(COMMITTER, registry, second);
        vm.recordLogs();

        commitAs(COMMITTER, registry, first);
        commitAs(COMMITTER, registry, second);

        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(registry.headHash(), hashOf(second), "headHash");
    }

    function testFuzz_anyChangedFieldMakesAnotherHeaderHash(uint256 field, uint256 change) public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        bytes memory original = abi.encode(header);
        bytes memory changed = abi.encode(header);
        uint256 bits = [8, 16, 16, 64, 32, 64, 64, 64, 64, 128, 64, 64, 256, 256, 256, 256][field % 16];
        uint256 mask = bits == 256 ? change : change % (1 << bits);
        if (mask == 0) mask = 1;
        uint256 word = 32 + (field % 16) * 32;
        assembly {
            mstore(add(changed, word), xor(mload(add(changed, word)), mask))
        }
        ISettlementRegistry.Header memory other = abi.decode(changed, (ISettlementRegistry.Header));
        commitAs(COMMITTER, registry, header);

        assertTrue(hashOf(other) != keccak256(original), "hash must change");
        assertTrue(!registry.verifyEntry(other, 1, entryHashOf(1), new bytes32[](0)), "changed header must not verify");
    }

    function testFuzz_whateverTheHeadersSayTheChainOfCyclesAndSequencesHolds(uint64[8] memory counts) public {
        uint64 seq = 0;
        bytes32 previous = bytes32(0);
        for (uint64 i = 0; i < 8; i++) {
            uint64 count = uint64(bound(counts[i], 0, 1 << 40));
            ISettlementRegistry.Header memory header = nextHeader(registry, count, keccak256(abi.encode(i)));
            assertEq(header.prevHash, previous, "prevHash");

            commitAs(COMMITTER, registry, header);

            seq += count;
            previous = registry.headerHash(i + 1);
            (uint64 lastCycle, uint64 lastSeq) = registry.head();
            assertEq(lastCycle, i + 1, "lastCycle");
            assertEq(lastSeq, seq, "lastSeq");
        }
    }

    // ---- what must not be recorded

    function test_anotherHeaderForARecordedCycleIsAConflict() public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        commitAs(COMMITTER, registry, header);
        bytes32 recorded = hashOf(header);
        header.total += 1;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.Conflict.selector, 1, recorded, hashOf(header)));
        commitAs(COMMITTER, registry, header);
    }

    function test_aConflictIsSeenInOldCyclesToo() public {
        ISettlementRegistry.Header memory old = nextHeader(registry);
        commitAs(COMMITTER, registry, old);
        commitAs(COMMITTER, registry, nextHeader(registry));
        commitAs(COMMITTER, registry, nextHeader(registry));
        bytes32 recorded = hashOf(old);
        old.dataRoot = bytes32(uint256(1));

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.Conflict.selector, 1, recorded, hashOf(old)));
        commitAs(COMMITTER, registry, old);
    }

    function test_aCycleCannotBeSkipped() public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        header.cycle = 2;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.CycleOutOfOrder.selector, 2, 1));
        commitAs(COMMITTER, registry, header);
    }

    function test_thereIsNoCycleZero() public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        header.cycle = 0;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.CycleOutOfOrder.selector, 0, 1));
        commitAs(COMMITTER, registry, header);
    }

    function testFuzz_noTransferIsLeftOutOrRepeatedBetweenCycles(uint64 firstSeq) public {
        commitAs(COMMITTER, registry, nextHeader(registry));
        ISettlementRegistry.Header memory header = nextHeader(registry);
        firstSeq = uint64(bound(firstSeq, 0, type(uint64).max - 10));
        if (firstSeq == 6) firstSeq = 7;
        header.firstSeq = firstSeq;
        header.lastSeq = firstSeq + 4;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.SeqOutOfOrder.selector, firstSeq, 6));
        commitAs(COMMITTER, registry, header);
    }

    function testFuzz_theNumberOfLeavesIsThatOfTheRange(uint64 lastSeq, uint64 leafCount) public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        if (leafCount == lastSeq) leafCount ^= 1;
        header.lastSeq = lastSeq;
        header.leafCount = leafCount;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.LeafCountMismatch.selector, 1, lastSeq, leafCount));
        commitAs(COMMITTER, registry, header);
    }

    function test_aHeaderMustPointToTheOneBefore() public {
        commitAs(COMMITTER, registry, nextHeader(registry));
        ISettlementRegistry.Header memory header = nextHeader(registry);
        bytes32 expected = header.prevHash;
        header.prevHash = bytes32(0);

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.PrevHashMismatch.selector, bytes32(0), expected));
        commitAs(COMMITTER, registry, header);
    }

    function test_theFirstHeaderMustPointToGenesis() public {
        ISettlementRegistry.Header memory header = nextHeader(registry);
        header.prevHash = bytes32(uint256(1));

        vm.expectRevert(
            abi.encodeWithSelector(ISettlementRegistry.PrevHashMismatch.selector, bytes32(uint256(1)), bytes32(0))
        );
        commitAs(COMMITTER, registry, header);
    }

    function testFuzz_anotherLayoutOfHeadersIsRefused(uint8 version) public {
        if (version == 1) version = 2;
        ISettlementRegistry.Header memory header = nextHeader(registry);
        header.version = version;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.UnsupportedVersion.selector, version));
        commitAs(COMMITTER, registry, header);
    }

    // ---- who may what

    function testFuzz_onlyTheCommitterRecords(address sender) public {
        if (sender == COMMITTER) sender = STRANGER;
        ISettlementRegistry.Header memory header = nextHeader(registry);

        expectUnauthorized(sender, registry.COMMITTER_ROLE());
        commitAs(sender, registry, header);
    }

    function testFuzz_onlyTheGuardianStops(address sender) public {
        if (sender == GUARDIAN) sender = STRANGER;

        expectUnauthorized(sender, registry.GUARDIAN_ROLE());
        vm.prank(sender);
        registry.pause();
    }

    function testFuzz_onlyTheAdminAllowsItAgain(address sender) public {
        if (sender == ADMIN) sender = GUARDIAN;
        vm.prank(GUARDIAN);
        registry.pause();

        expectUnauthorized(sender, registry.DEFAULT_ADMIN_ROLE());
        vm.prank(sender);
        registry.unpause();
    }

    function test_nothingIsRecordedWhilePausedButEverythingCanBeRead() public {
        ISettlementRegistry.Header memory first = nextHeader(registry);
        commitAs(COMMITTER, registry, first);
        ISettlementRegistry.Header memory second = nextHeader(registry);
        vm.expectEmit(false, false, false, true, address(registry));
        emit ISettlementRegistry.Paused(GUARDIAN);
        vm.prank(GUARDIAN);
        registry.pause();

        assertTrue(registry.paused(), "paused");
        assertEq(registry.headerHash(1), hashOf(first), "headerHash(1)");
        assertEq(registry.headHash(), hashOf(first), "headHash");
        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.RegistryPaused.selector));
        commitAs(COMMITTER, registry, second);
    }

    function test_afterAPauseTheNextCycleFollowsWhereItStopped() public {
        commitAs(COMMITTER, registry, nextHeader(registry));
        vm.prank(GUARDIAN);
        registry.pause();
        vm.expectEmit(false, false, false, true, address(registry));
        emit ISettlementRegistry.Unpaused(ADMIN);
        vm.prank(ADMIN);
        registry.unpause();

        commitAs(COMMITTER, registry, nextHeader(registry));

        (uint64 lastCycle,) = registry.head();
        assertEq(lastCycle, 2, "lastCycle");
    }

    function test_stoppingTwiceAndAllowingTwiceChangesNothing() public {
        vm.prank(GUARDIAN);
        registry.pause();
        vm.recordLogs();
        vm.prank(GUARDIAN);
        registry.pause();
        assertEq(vm.getRecordedLogs().length, 0, "events of a second pause");

        vm.prank(ADMIN);
        registry.unpause();
        vm.recordLogs();
        vm.prank(ADMIN);
        registry.unpause();
        assertEq(vm.getRecordedLogs().length, 0, "events of a second unpause");
    }

    function test_aCommittersKeyCanBeReplacedWithoutANewRegistry() public {
        bytes32 role = registry.COMMITTER_ROLE();
        vm.prank(ADMIN);
        registry.grantRole(role, STRANGER);
        vm.prank(ADMIN);
        registry.revokeRole(role, COMMITTER);

        commitAs(STRANGER, registry, nextHeader(registry));

        ISettlementRegistry.Header memory header = nextHeader(registry);
        expectUnauthorized(COMMITTER, role);
        commitAs(COMMITTER, registry, header);
    }

    function test_theAdminChangesInTwoStepsAndNotBeforeTheDelay() public {
        vm.prank(ADMIN);
        registry.beginDefaultAdminTransfer(STRANGER);
        (, uint48 schedule) = registry.pendingDefaultAdmin();

        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminDelay.selector, schedule
            )
        );
        vm.prank(STRANGER);
        registry.acceptDefaultAdminTransfer();

        vm.warp(uint256(schedule) + 1);
        vm.prank(STRANGER);
        registry.acceptDefaultAdminTransfer();
        assertTrue(registry.defaultAdmin() == STRANGER, "new admin");
    }

    function test_whoWritesTheRecordIsNotWhoStopsIt() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.GuardianIsCommitter.selector, COMMITTER));
        new SettlementRegistry(ADMIN_DELAY, ADMIN, COMMITTER, COMMITTER, bytes32(0), 0, 0);
    }

    // ---- succession

    function test_aSuccessorGoesOnWhereThePredecessorStopped() public {
        ISettlementRegistry.Header memory first = nextHeader(registry);
        commitAs(COMMITTER, registry, first);
        (uint64 lastCycle, uint64 lastSeq) = registry.head();
        SettlementRegistry successor =
            new SettlementRegistry(ADMIN_DELAY, ADMIN, COMMITTER, GUARDIAN, registry.headHash(), lastCycle, lastSeq);
        ISettlementRegistry.Header memory second = nextHeader(successor);
        assertEq(second.prevHash, hashOf(first), "prevHash");

        commitAs(COMMITTER, successor, second);

        assertEq(successor.headerHash(2), hashOf(second), "headerHash(2)");
        assertEq(successor.headerHash(1), bytes32(0), "headerHash(1) is the predecessor's");
    }

    function test_aSuccessorDoesNotTakeThePredecessorsCycles() public {
        SettlementRegistry successor =
            new SettlementRegistry(ADMIN_DELAY, ADMIN, COMMITTER, GUARDIAN, bytes32(uint256(7)), 3, 15);
        ISettlementRegistry.Header memory header = nextHeader(registry);
        header.cycle = 3;

        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.CycleOutOfOrder.selector, 3, 4));
        commitAs(COMMITTER, successor, header);
    }

    // ---- entries

    function testFuzz_eachEntryOfACycleHasAProof(uint64 count, uint64 which) public {
        count = uint64(bound(count, 1, 40));
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, count);
        ISettlementRegistry.Header memory header = nextHeader(registry, count, nodes[0]);
        commitAs(COMMITTER, registry, header);
        uint64 seq = uint64(bound(which, 1, count));

        bytes32[] memory proof = proofOf(nodes, leafOf(registry.ENTRY_DOMAIN(), seq, entryHashOf(seq)));

        assertTrue(registry.verifyEntry(header, seq, entryHashOf(seq), proof), "own proof");
        assertTrue(!registry.verifyEntry(header, seq, entryHashOf(seq + 1), proof), "another entry");
        assertTrue(!registry.verifyEntry(header, seq + 1, entryHashOf(seq), proof), "another number");
    }

    function testFuzz_aDamagedProofProvesNothing(uint64 count, uint64 which, uint256 damage) public {
        count = uint64(bound(count, 2, 40));
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, count);
        ISettlementRegistry.Header memory header = nextHeader(registry, count, nodes[0]);
        commitAs(COMMITTER, registry, header);
        uint64 seq = uint64(bound(which, 1, count));
        bytes32 entry = entryHashOf(seq);
        bytes32[] memory proof = proofOf(nodes, leafOf(registry.ENTRY_DOMAIN(), seq, entry));

        bytes32[] memory longer = new bytes32[](proof.length + 1);
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < proof.length; i++) {
            longer[i] = proof[i];
            if (i < shorter.length) shorter[i] = proof[i];
        }
        longer[proof.length] = bytes32(damage);
        assertTrue(!registry.verifyEntry(header, seq, entry, longer), "a step too many");
        assertTrue(!registry.verifyEntry(header, seq, entry, shorter), "a step too few");

        proof[damage % proof.length] ^= bytes32(1 << (damage >> 8) % 256);
        assertTrue(!registry.verifyEntry(header, seq, entry, proof), "a bit flipped");
    }

    function test_aProofIsAboutARecordedHeaderOnly() public {
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, 1);
        ISettlementRegistry.Header memory header = nextHeader(registry, 1, nodes[0]);
        bytes32[] memory none = new bytes32[](0);
        assertTrue(!registry.verifyEntry(header, 1, entryHashOf(1), none), "not recorded yet");

        commitAs(COMMITTER, registry, header);

        assertTrue(registry.verifyEntry(header, 1, entryHashOf(1), none), "recorded");
        header.heldCount += 1;
        assertTrue(!registry.verifyEntry(header, 1, entryHashOf(1), none), "another header");
    }

    function test_anEntryOutsideOfTheHeadersRangeIsNotProvedThoughItsLeafIsInTheTree() public {
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 100, 1);
        ISettlementRegistry.Header memory header = nextHeader(registry, 1, nodes[0]);
        commitAs(COMMITTER, registry, header);

        assertTrue(!registry.verifyEntry(header, 100, entryHashOf(100), new bytes32[](0)), "seq 100 of 1..1");
    }

    function test_aCycleWithoutTransfersProvesNothing() public {
        ISettlementRegistry.Header memory header = nextHeader(registry, 0, keccak256("quittance/empty/v1"));
        commitAs(COMMITTER, registry, header);

        assertTrue(!registry.verifyEntry(header, 1, entryHashOf(1), new bytes32[](0)), "first");
        assertTrue(!registry.verifyEntry(header, 0, entryHashOf(0), new bytes32[](0)), "zero");
    }

    /// @dev A committer that hides leaves: the tree has more of them, or fewer, than the header admits.
    function test_aTreeOfAnotherSizeThanTheHeaderSaysProvesNothing() public {
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, 4);
        bytes32 leaf = leafOf(registry.ENTRY_DOMAIN(), 1, entryHashOf(1));
        ISettlementRegistry.Header memory tooFew = nextHeader(registry, 1, nodes[0]);
        commitAs(COMMITTER, registry, tooFew);
        SettlementRegistry other = newRegistry();
        bytes32 only = leafOf(other.ENTRY_DOMAIN(), 1, entryHashOf(1));
        ISettlementRegistry.Header memory tooMany = nextHeader(other, 4, only);
        commitAs(COMMITTER, other, tooMany);

        assertTrue(!registry.verifyEntry(tooFew, 1, entryHashOf(1), proofOf(nodes, leaf)), "two steps in a tree of one");
        assertTrue(!other.verifyEntry(tooMany, 1, entryHashOf(1), new bytes32[](0)), "no step in a tree of four");
    }

    /// @dev What sorted pairs without double hashing would allow: the two children of a node passed off as a leaf.
    function test_anInnerNodeIsNotALeaf() public {
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, 4);
        ISettlementRegistry.Header memory header = nextHeader(registry, 4, nodes[0]);
        commitAs(COMMITTER, registry, header);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = nodes[2];

        for (uint64 seq = 1; seq <= 4; seq++) {
            assertTrue(!registry.verifyEntry(header, seq, nodes[1], proof), "inner node");
        }
    }

    function test_theSameTreeProvesNothingInAnotherRegistryOrOnAnotherChain() public {
        SettlementRegistry other = newRegistry();
        vm.chainId(block.chainid + 1);
        SettlementRegistry elsewhere = newRegistry();
        bytes32[] memory nodes = treeOf(registry.ENTRY_DOMAIN(), 1, 3);
        ISettlementRegistry.Header memory header = nextHeader(registry, 3, nodes[0]);
        commitAs(COMMITTER, registry, header);
        commitAs(COMMITTER, other, header);
        commitAs(COMMITTER, elsewhere, header);
        bytes32[] memory proof = proofOf(nodes, leafOf(registry.ENTRY_DOMAIN(), 2, entryHashOf(2)));

        assertTrue(registry.verifyEntry(header, 2, entryHashOf(2), proof), "here");
        assertTrue(!other.verifyEntry(header, 2, entryHashOf(2), proof), "another registry");
        assertTrue(!elsewhere.verifyEntry(header, 2, entryHashOf(2), proof), "another chain");
        assertTrue(other.ENTRY_DOMAIN() != elsewhere.ENTRY_DOMAIN(), "domains");
    }

    /// @dev The vectors come from the OpenZeppelin JavaScript library (scripts/vectors.mjs).
    function test_proofsOfTheJavaScriptLibraryHold() public {
        string memory json = vm.readFile("src/test/vectors/inclusion.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address home = vm.parseJsonAddress(json, ".registry");
        vm.prank(vm.parseJsonAddress(json, ".deployer"));
        SettlementRegistry deployed = newRegistry();
        assertTrue(address(deployed) == home, "first contract of the deployer");
        assertEq(deployed.ENTRY_DOMAIN(), vm.parseJsonBytes32(json, ".domain"), "domain");

        for (uint256 i = 0; i < vm.parseJsonUint(json, ".treeCount"); i++) {
            checkTree(deployed, json, string.concat(".trees[", vm.toString(i), "]"));
        }
    }

    function checkTree(SettlementRegistry deployed, string memory json, string memory tree) private {
        uint64 count = uint64(vm.parseJsonUint(json, string.concat(tree, ".leafCount")));
        ISettlementRegistry.Header memory header =
            nextHeader(deployed, count, vm.parseJsonBytes32(json, string.concat(tree, ".root")));
        assertEq(header.firstSeq, vm.parseJsonUint(json, string.concat(tree, ".firstSeq")), "firstSeq");
        commitAs(COMMITTER, deployed, header);
        for (uint256 i = 0; i < vm.parseJsonUint(json, string.concat(tree, ".proofCount")); i++) {
            string memory node = string.concat(tree, ".proofs[", vm.toString(i), "]");
            uint64 seq = uint64(vm.parseJsonUint(json, string.concat(node, ".seq")));
            bytes32 entryHash = vm.parseJsonBytes32(json, string.concat(node, ".entryHash"));
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, string.concat(node, ".proof"));
            assertTrue(deployed.verifyEntry(header, seq, entryHash, proof), "proof of the JavaScript library");
        }
    }

    function expectUnauthorized(address sender, bytes32 role) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, sender, role));
    }
}

/// @dev Each call is a transaction of its own here, so nothing is warm that would be cold on chain.
contract SettlementRegistryGasTest is RegistryTestBase {
    uint256 private constant CEILING = 75_000;

    SettlementRegistry private registry;
    ISettlementRegistry.Header private header;

    function setUp() public {
        registry = newRegistry();
        commitAs(COMMITTER, registry, nextHeader(registry));
        header = nextHeader(registry, 1_000_000, keccak256("root"));
        header.liabilities = keccak256("liabilities");
    }

    /// forge-config: default.isolate = true
    function test_aSteadyCommitOfAMillionTransfersStaysUnderItsCeiling() public {
        commitAs(COMMITTER, registry, header);

        uint256 used = vm.lastCallGas().gasTotalUsed;
        assertTrue(used > 50_000, string.concat("the whole transaction must be counted, not ", vm.toString(used)));
        assertTrue(used <= CEILING, string.concat("gas of a commit: ", vm.toString(used)));
    }
}
