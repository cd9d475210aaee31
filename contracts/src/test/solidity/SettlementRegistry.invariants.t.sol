// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementRegistry} from "../../main/solidity/ISettlementRegistry.sol";
import {SettlementRegistry} from "../../main/solidity/SettlementRegistry.sol";
import {RegistryTestBase} from "./RegistryTestBase.sol";

/// @dev The bank as it should be: next headers, repeats, pauses by who may. Remembers what it did.
contract HonestHandler is RegistryTestBase {
    SettlementRegistry public immutable REGISTRY;
    /// @dev A second deployment that is given the same headers: no proof of the first may hold there.
    SettlementRegistry public immutable TWIN;

    bytes32[] public hashes;
    ISettlementRegistry.Header[] private _headers;
    uint256 public calls;
    uint256 public repeats;
    uint256 public pauses;
    uint256 public proofs;
    uint256 public ownProofsRefused;
    uint256 public foreignProofsAccepted;

    constructor(SettlementRegistry registry, SettlementRegistry twin) {
        REGISTRY = registry;
        TWIN = twin;
    }

    function commitNext(uint64 leafCount, bytes32 dataRoot) public {
        calls++;
        if (REGISTRY.paused()) {
            vm.prank(ADMIN);
            REGISTRY.unpause();
        }
        uint64 count = uint64(bound(leafCount, 0, 9));
        (, uint64 lastSeq) = REGISTRY.head();
        bytes32 root =
            count == 0 ? keccak256("quittance/empty/v1") : treeOf(REGISTRY.ENTRY_DOMAIN(), lastSeq + 1, count)[0];
        ISettlementRegistry.Header memory header = nextHeader(REGISTRY, count, root);
        header.dataRoot = dataRoot;
        commitAs(COMMITTER, REGISTRY, header);
        commitAs(COMMITTER, TWIN, header);
        hashes.push(hashOf(header));
        _headers.push(header);
        if (count > 0) checkProof(header, header.lastSeq);
    }

    function repeat(uint256 which) external {
        calls++;
        if (_headers.length == 0 || REGISTRY.paused()) return commitNext(uint64(which), bytes32(which));
        commitAs(COMMITTER, REGISTRY, _headers[which % _headers.length]);
        repeats++;
    }

    /// @dev Mostly goes on, so that a run is not spent paused.
    function pauseOrGoOn(uint8 kind) external {
        calls++;
        if (kind % 4 != 0) {
            vm.prank(ADMIN);
            REGISTRY.unpause();
        } else {
            vm.prank(GUARDIAN);
            REGISTRY.pause();
            pauses++;
        }
    }

    function prove(uint256 which, uint64 entry) external {
        calls++;
        if (_headers.length == 0) return commitNext(entry, bytes32(which));
        ISettlementRegistry.Header memory header = _headers[which % _headers.length];
        if (header.leafCount == 0) return;
        checkProof(header, uint64(bound(entry, header.firstSeq, header.lastSeq)));
    }

    function checkProof(ISettlementRegistry.Header memory header, uint64 seq) private {
        bytes32 domain = REGISTRY.ENTRY_DOMAIN();
        bytes32[] memory proof =
            proofOf(treeOf(domain, header.firstSeq, header.leafCount), leafOf(domain, seq, entryHashOf(seq)));
        proofs++;
        if (!REGISTRY.verifyEntry(header, seq, entryHashOf(seq), proof)) ownProofsRefused++;
        if (TWIN.verifyEntry(header, seq, entryHashOf(seq), proof)) foreignProofsAccepted++;
    }

    function committed() external view returns (uint256) {
        return hashes.length;
    }

    function headerOf(uint256 index) external view returns (ISettlementRegistry.Header memory) {
        return _headers[index];
    }
}

/// @dev Everyone who must fail: strangers with good headers, the committer's key with bad ones, roles out of place.
contract AdversarialHandler is RegistryTestBase {
    SettlementRegistry public immutable REGISTRY;
    HonestHandler public immutable HONEST;

    uint256 public calls;
    uint256 public attempts;
    uint256 public successes;

    constructor(SettlementRegistry registry, HonestHandler honest) {
        REGISTRY = registry;
        HONEST = honest;
    }

    /// @dev A header that would be fine, from anyone but the committer.
    function commitAsStranger(address sender) external {
        calls++;
        if (sender == COMMITTER) sender = ADMIN;
        attempt(sender, abi.encodeCall(ISettlementRegistry.commit, (nextHeader(REGISTRY))));
    }

    /// @dev The stolen key: everything that is not the next header or a recorded one.
    function commitAsThief(uint8 kind, uint64 noise) external {
        calls++;
        ISettlementRegistry.Header memory header = nextHeader(REGISTRY);
        uint64 change = uint64(bound(noise, 1, 1 << 30));
        kind = kind % 7;
        if (kind == 0) header.cycle += change;
        if (kind == 1) (header.firstSeq, header.lastSeq) = (header.firstSeq + change, header.lastSeq + change);
        if (kind == 2) header.leafCount += change;
        if (kind == 3) header.prevHash = keccak256(abi.encode(noise));
        if (kind == 4) header.version = uint8(bound(noise, 2, 255));
        if (kind == 5) header.cycle = 0;
        if (kind == 6) {
            if (HONEST.committed() == 0) return;
            header = HONEST.headerOf(noise % HONEST.committed());
            header.total += change;
        }
        attempt(COMMITTER, abi.encodeCall(ISettlementRegistry.commit, (header)));
    }

    function misuseRoles(uint8 kind) external {
        calls++;
        kind = kind % 5;
        bytes32 role = kind == 4 ? REGISTRY.GUARDIAN_ROLE() : REGISTRY.COMMITTER_ROLE();
        if (kind == 0) attempt(COMMITTER, abi.encodeCall(ISettlementRegistry.pause, ()));
        if (kind == 1) attempt(GUARDIAN, abi.encodeCall(ISettlementRegistry.unpause, ()));
        if (kind == 2) attempt(STRANGER, abi.encodeCall(ISettlementRegistry.unpause, ()));
        if (kind == 3) attempt(COMMITTER, abi.encodeCall(REGISTRY.grantRole, (role, STRANGER)));
        if (kind == 4) attempt(GUARDIAN, abi.encodeCall(REGISTRY.grantRole, (role, STRANGER)));
    }

    function attempt(address sender, bytes memory data) private {
        attempts++;
        vm.prank(sender);
        (bool done,) = address(REGISTRY).call(data);
        if (done) successes++;
    }
}

contract SettlementRegistryInvariants is RegistryTestBase {
    SettlementRegistry private registry;
    HonestHandler private honest;
    AdversarialHandler private adversary;

    function setUp() public {
        registry = newRegistry();
        honest = new HonestHandler(registry, newRegistry());
        adversary = new AdversarialHandler(registry, honest);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](2);
        targets[0] = address(honest);
        targets[1] = address(adversary);
    }

    /// @dev R1: cycles and sequence numbers have no gaps, each header points to the one before, none ever changes.
    function invariant_R1_theRecordIsWhatWasCommittedInOrderAndForEver() public view {
        uint256 count = honest.committed();
        bytes32 previous = registry.GENESIS_HASH();
        uint64 seq = 0;
        for (uint256 i = 0; i < count; i++) {
            ISettlementRegistry.Header memory header = honest.headerOf(i);
            assertEq(registry.headerHash(uint64(i + 1)), honest.hashes(i), "headerHash");
            assertEq(header.cycle, i + 1, "cycle");
            assertEq(header.firstSeq, seq + 1, "firstSeq");
            assertEq(header.leafCount, header.lastSeq + 1 - header.firstSeq, "leafCount");
            assertEq(header.prevHash, previous, "prevHash");
            previous = honest.hashes(i);
            seq = header.lastSeq;
        }
        (uint64 lastCycle, uint64 lastSeq) = registry.head();
        assertEq(lastCycle, count, "lastCycle");
        assertEq(lastSeq, seq, "lastSeq");
        assertEq(registry.headHash(), previous, "headHash");
        assertEq(registry.headerHash(uint64(count + 1)), bytes32(0), "nothing after the head");
    }

    /// @dev R2: nobody but the committer records, nothing but the next header is recorded, roles do not leak.
    function invariant_R2_noAttemptOfAnAdversarySucceeds() public view {
        assertEq(adversary.successes(), 0, "successes");
        assertTrue(!registry.hasRole(registry.COMMITTER_ROLE(), STRANGER), "committer role leaked");
        assertTrue(!registry.hasRole(registry.GUARDIAN_ROLE(), STRANGER), "guardian role leaked");
    }

    /// @dev D1: a proof holds where it belongs and nowhere else, paused or not.
    function invariant_D1_aProofHoldsInItsOwnRegistryOnly() public view {
        assertEq(honest.ownProofsRefused(), 0, "own proofs refused");
        assertEq(honest.foreignProofsAccepted(), 0, "foreign proofs accepted");
    }

    /// @dev A run in which nothing happened would prove nothing. Short runs are replays of an earlier failure.
    function afterInvariant() public view {
        if (honest.calls() + adversary.calls() < 32) return;
        assertTrue(honest.committed() > 0, "no commit in this run");
        assertTrue(honest.proofs() > 0, "no proof in this run");
        assertTrue(adversary.attempts() > 0, "no attack in this run");
    }
}
