// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title ISettlementRegistry
/// @notice The public record of a compute bank's settlement cycles: one header per cycle, in order, once and for ever.
/// @dev Warning: a recorded header proves what the bank committed to and when. It does not prove that the bank's
/// books are right, that its participants were treated fairly, or that a payment was made.
/// @dev Warning: only the hash of a header is in storage. The header itself is in the event {CycleCommitted}; who
/// needs it later must keep it or be able to read the chain's logs.
interface ISettlementRegistry {
    /// @notice What the bank seals a cycle with. Version 1; the order of the fields is frozen, because its hash is
    /// `keccak256(abi.encode(header))`.
    struct Header {
        /// Layout of this struct: 1.
        uint8 version;
        /// Version of the rules by which the cycle was settled.
        uint16 rulesVersion;
        /// Version of the bank's secret from which the cycle's salts come.
        uint16 secretVersion;
        /// Number of the cycle, without gaps.
        uint64 cycle;
        /// Business date as the number yyyymmdd. Not checked here.
        uint32 businessDate;
        /// Cut-off in microseconds since 1970-01-01T00:00:00Z. Not checked here.
        uint64 cutOff;
        /// Sequence number of the first transfer: one more than the last of the cycle before.
        uint64 firstSeq;
        /// Sequence number of the last transfer; `firstSeq - 1` in a cycle without transfers.
        uint64 lastSeq;
        /// Number of transfers, each of them a leaf: `lastSeq + 1 - firstSeq`.
        uint64 leafCount;
        /// Sum of the cycle's token transfers in millionths: a control figure. Not checked here.
        uint128 total;
        /// Submissions that the cycle refused. Not checked here.
        uint64 refusedCount;
        /// Submissions that the cycle left held. Not checked here.
        uint64 heldCount;
        /// Root of the entry tree; the leaves are those of {verifyEntry}.
        bytes32 entryRoot;
        /// Root over the numbered slots of the cycle's data.
        bytes32 dataRoot;
        /// Commitment to the liabilities sum tree, or zero.
        bytes32 liabilities;
        /// Hash of the header before; the genesis hash in the first one.
        bytes32 prevHash;
    }

    /// @notice The header of `cycle` was recorded.
    /// @dev Emitted once per cycle. A repeated {commit} of the same header emits nothing.
    event CycleCommitted(uint64 indexed cycle, bytes32 indexed entryRoot, Header header);

    /// @notice Recording was stopped by `guardian`.
    event Paused(address guardian);

    /// @notice Recording was allowed again by `admin`.
    event Unpaused(address admin);

    /// @notice Another header is already recorded for this cycle. Never resolved by sending again: one of the two is
    /// wrong and a person must find out which.
    error Conflict(uint64 cycle, bytes32 recorded, bytes32 offered);
    /// @notice The header is not the next one: its cycle must be `expected`.
    error CycleOutOfOrder(uint64 cycle, uint64 expected);
    /// @notice The header leaves out or repeats transfers: its first sequence number must be `expected`.
    error SeqOutOfOrder(uint64 firstSeq, uint64 expected);
    /// @notice The number of leaves is not that of the range of sequence numbers.
    error LeafCountMismatch(uint64 firstSeq, uint64 lastSeq, uint64 leafCount);
    /// @notice The header does not follow the recorded one: its `prevHash` must be `expected`.
    error PrevHashMismatch(bytes32 prevHash, bytes32 expected);
    /// @notice The header has another layout than the one that this registry records.
    error UnsupportedVersion(uint8 version);
    /// @notice Recording is stopped.
    error RegistryPaused();
    /// @notice Who may stop the record must not be who writes it.
    error GuardianIsCommitter(address account);

    /// @notice Records `header` as the next cycle's.
    /// @dev Idempotent: a header that is already recorded returns quietly, without a write and without an event, so a
    /// retry is harmless. It still costs gas: read {headerHash} first.
    /// @dev Warning: a cycle can never be changed, removed or skipped, not even by the admin.
    function commit(Header calldata header) external;

    /// @notice Stops recording. Guardian only; the guardian cannot allow it again. A second call changes nothing.
    function pause() external;

    /// @notice Allows recording again. Admin only. A second call changes nothing.
    function unpause() external;

    /// @notice Hash of the header recorded for `cycle`; zero if there is none (yet), which includes every cycle
    /// before the first one of this registry.
    function headerHash(uint64 cycle) external view returns (bytes32);

    /// @notice Hash of the last header; the genesis hash while there is none. What the next `prevHash` must be.
    function headHash() external view returns (bytes32);

    /// @notice Number of the last recorded cycle and sequence number of its last transfer; those of genesis while
    /// nothing is recorded.
    function head() external view returns (uint64 lastCycle, uint64 lastSeq);

    /// @notice Whether recording is stopped. Views work regardless.
    function paused() external view returns (bool);

    /// @notice Whether the transfer with number `seq` and hash `entryHash` is a leaf of the cycle with `header`.
    /// @dev True only if `header` is the recorded one of its cycle, `seq` is in its range, and `proof` leads from
    /// `keccak256(keccak256(abi.encode(ENTRY_DOMAIN, seq, entryHash)))` to its `entryRoot` by sorted pairs, in as many
    /// steps as a tree of that size has. Otherwise false; it does not revert.
    /// @dev Warning: it says that the transfer is in the sealed cycle. What the transfer is, only the opened record
    /// with the hash `entryHash` says.
    function verifyEntry(Header calldata header, uint64 seq, bytes32 entryHash, bytes32[] calldata proof)
        external
        view
        returns (bool);
}
