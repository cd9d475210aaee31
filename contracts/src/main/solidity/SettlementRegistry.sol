// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlementRegistry} from "./ISettlementRegistry.sol";

/// @title SettlementRegistry
/// @notice Records the hash of one header per settlement cycle: gapless, chained, append-only.
/// @dev Trust: the committer decides which header is recorded next; nobody can change or remove a recorded one. The
/// admin appoints committer and guardian and lifts a pause; a change of admin takes two steps and a delay.
/// @dev There is no proxy and no way to upgrade. A successor is a new registry whose genesis is this one's head.
/// @dev Warning: the entry domain is fixed at deployment. After a split of the chain both halves keep it, so a proof
/// holds on both for what was recorded before the split.
contract SettlementRegistry is ISettlementRegistry, AccessControlDefaultAdminRules {
    /// @notice May append headers. Nothing else.
    bytes32 public constant COMMITTER_ROLE = keccak256("COMMITTER_ROLE");
    /// @notice May stop the record. Nothing else.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    /// @notice The layout of headers that this registry records.
    uint8 public constant HEADER_VERSION = 1;

    /// @notice First word of every leaf, so that a leaf of another chain, registry or kind is none of ours.
    bytes32 public immutable ENTRY_DOMAIN;
    /// @notice What the first header's `prevHash` must be: zero, or the head of the registry that this one succeeds.
    bytes32 public immutable GENESIS_HASH;
    /// @notice Number of the last cycle before this registry; 0 if it has no predecessor.
    uint64 public immutable GENESIS_CYCLE;

    /// @dev One slot, pause flag included: a commit reads and writes it once.
    struct Head {
        uint64 lastCycle;
        uint64 lastSeq;
        bool paused;
    }

    /// @inheritdoc ISettlementRegistry
    mapping(uint64 cycle => bytes32) public override headerHash;

    Head private _head;

    /// @param adminDelay seconds between the two steps of a change of admin
    /// @param admin a multisig or timelock, in production
    /// @param committer the key that the bank's service signs with
    /// @param guardian who may stop the record; not the committer
    /// @param genesisHash zero, or the predecessor's `headHash()`
    /// @param genesisCycle 0, or the predecessor's last cycle
    /// @param genesisSeq 0, or the last sequence number of that cycle
    constructor(
        uint48 adminDelay,
        address admin,
        address committer,
        address guardian,
        bytes32 genesisHash,
        uint64 genesisCycle,
        uint64 genesisSeq
    ) AccessControlDefaultAdminRules(adminDelay, admin) {
        if (committer == guardian) revert GuardianIsCommitter(guardian);

        ENTRY_DOMAIN = keccak256(abi.encode("quittance/entry/v1", block.chainid, address(this)));
        GENESIS_HASH = genesisHash;
        GENESIS_CYCLE = genesisCycle;
        _head = Head({lastCycle: genesisCycle, lastSeq: genesisSeq, paused: false});
        _grantRole(COMMITTER_ROLE, committer);
        _grantRole(GUARDIAN_ROLE, guardian);
    }

    // ---- the record

    /// @inheritdoc ISettlementRegistry
    function commit(Header calldata header) external override onlyRole(COMMITTER_ROLE) {
        Head memory current = _head;
        if (current.paused) revert RegistryPaused();

        uint64 cycle = header.cycle;
        bytes32 hash = keccak256(abi.encode(header));
        if (cycle <= current.lastCycle && cycle > GENESIS_CYCLE) {
            bytes32 recorded = headerHash[cycle];
            if (recorded != hash) revert Conflict(cycle, recorded, hash);
            return;
        }

        if (header.version != HEADER_VERSION) revert UnsupportedVersion(header.version);
        if (cycle != current.lastCycle + 1) revert CycleOutOfOrder(cycle, current.lastCycle + 1);
        if (header.firstSeq != current.lastSeq + 1) revert SeqOutOfOrder(header.firstSeq, current.lastSeq + 1);
        if (uint256(header.firstSeq) + header.leafCount != uint256(header.lastSeq) + 1) {
            revert LeafCountMismatch(header.firstSeq, header.lastSeq, header.leafCount);
        }
        bytes32 expected = _hashOf(current.lastCycle);
        if (header.prevHash != expected) revert PrevHashMismatch(header.prevHash, expected);

        headerHash[cycle] = hash;
        _head = Head({lastCycle: cycle, lastSeq: header.lastSeq, paused: false});

        emit CycleCommitted(cycle, header.entryRoot, header);
    }

    // ---- stopping it

    /// @inheritdoc ISettlementRegistry
    function pause() external override onlyRole(GUARDIAN_ROLE) {
        if (_head.paused) return;

        _head.paused = true;

        emit Paused(msg.sender);
    }

    /// @inheritdoc ISettlementRegistry
    function unpause() external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (!_head.paused) return;

        _head.paused = false;

        emit Unpaused(msg.sender);
    }

    // ---- reading it

    /// @inheritdoc ISettlementRegistry
    function headHash() external view override returns (bytes32) {
        return _hashOf(_head.lastCycle);
    }

    /// @inheritdoc ISettlementRegistry
    function head() external view override returns (uint64 lastCycle, uint64 lastSeq) {
        return (_head.lastCycle, _head.lastSeq);
    }

    /// @inheritdoc ISettlementRegistry
    function paused() external view override returns (bool) {
        return _head.paused;
    }

    /// @inheritdoc ISettlementRegistry
    function verifyEntry(Header calldata header, uint64 seq, bytes32 entryHash, bytes32[] calldata proof)
        external
        view
        override
        returns (bool)
    {
        bytes32 recorded = headerHash[header.cycle];
        if (recorded == bytes32(0) || recorded != keccak256(abi.encode(header))) return false;
        if (seq < header.firstSeq || seq > header.lastSeq) return false;
        // A leaf of a complete tree lies on one of two levels; a longer or shorter way to the root starts elsewhere.
        uint256 leaves = header.leafCount;
        if (proof.length < Math.log2(leaves) || proof.length > Math.log2(2 * leaves - 1)) return false;

        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(ENTRY_DOMAIN, seq, entryHash))));
        return MerkleProof.verifyCalldata(proof, header.entryRoot, leaf);
    }

    /// @dev The hash that the header after `cycle` must point to. Not kept in a slot of its own: reading it here
    /// costs less than writing it in every commit.
    function _hashOf(uint64 cycle) private view returns (bytes32) {
        return cycle == GENESIS_CYCLE ? GENESIS_HASH : headerHash[cycle];
    }
}
