import Economy
import Primitives
import Testing

/// The module's signatures, selectors and topics, computed by an independent program: they are what
/// outsiders rely on, so a change here is a break (S07).
@Suite struct StakingABITests {
  private static let calls: [(signature: String, selector: UInt32)] = [
    ("stake(uint256,uint64)", 0x952e_68cf),
    ("claim(uint256)", 0x3796_07f5),
    ("compound(uint256)", 0xaa5f_7e26),
    ("unstake(uint256)", 0x2e17_de78),
    ("exitEarly(uint256)", 0x3c6a_4e61),
    ("setBeneficiary(uint256,address)", 0x1c84_6d59),
    ("setDelegate(address)", 0xca5e_b5e1),
    ("depositRevenue(uint256)", 0xbc1c_a3e9),
    ("depositFeeShare(uint256)", 0x0172_1b0b),
    ("setBonusScore(address,uint8,uint32)", 0xff21_8cd6),
    ("clearBonusScore(address,uint8)", 0xb32c_512e),
    ("transferFrom(address,address,uint256)", 0x23b8_72dd),
    ("safeTransferFrom(address,address,uint256)", 0x4284_2e0e),
    ("safeTransferFrom(address,address,uint256,bytes)", 0xb88d_4fde),
    ("approve(address,uint256)", 0x095e_a7b3),
    ("setApprovalForAll(address,bool)", 0xa22c_b465),
  ]

  private static let queries: [(signature: String, selector: UInt32)] = [
    ("position(uint256)", 0xf7a9_5a9e),
    ("positionsOf(address)", 0xf867_d46b),
    ("pending(uint256)", 0xaf6e_6238),
    ("pendingFeeShare(uint256)", 0x755d_43d4),
    ("exitPenalty(uint256)", 0x80e5_6ed1),
    ("benefits(uint256)", 0xe7a3_0807),
    ("benefitsOf(address)", 0xfbfe_55b4),
    ("bonusScore(address,uint8)", 0x7829_1fc9),
    ("delegates(address)", 0x587c_de1e),
    ("getVotes(address)", 0x9ab2_4eb0),
    ("rewards()", 0x9ec5_a894),
    ("coverage()", 0xee8f_6a0e),
    ("shortfall()", 0x19b1_faef),
    ("rates()", 0x43f4_8fbd),
    ("bonuses()", 0x90b6_b209),
    ("feeShare()", 0xe9ad_e90e),
    ("balanceOf(address)", 0x70a0_8231),
    ("ownerOf(uint256)", 0x6352_211e),
    ("getApproved(uint256)", 0x0818_12fc),
    ("isApprovedForAll(address,address)", 0xe985_e9c5),
    ("name()", 0x06fd_de03),
    ("symbol()", 0x95d8_9b41),
    ("tokenURI(uint256)", 0xc87b_56dd),
    ("supportsInterface(bytes4)", 0x01ff_c9a7),
  ]

  private static let rejections: [(signature: String, selector: UInt32)] = [
    ("ERC721NonexistentToken(uint256)", 0x7e27_3289),
    ("NotPositionOwner(address,uint256)", 0x9767_7dda),
    ("ERC721IncorrectOwner(address,uint256,address)", 0x6428_3d7b),
    ("ERC721InvalidReceiver(address)", 0x64a0_ae92),
    ("ERC721InsufficientApproval(address,uint256)", 0x177e_802f),
    ("ERC721InvalidApprover(address)", 0xa9fb_f51f),
    ("ERC721InvalidOperator(address)", 0x5b08_ba18),
    ("ERC721InvalidOwner(address)", 0x89c6_2b64),
    ("UnknownBonus(uint8)", 0x2f05_6608),
    ("ScoreOutOfRange(uint32)", 0xd744_6f25),
    ("UnknownLock(uint64)", 0x7e97_ff57),
    ("BelowMinimum(uint256,uint256)", 0xbd49_034f),
    ("TooManyPositions(address,uint64)", 0x0b25_bdff),
    ("LockNotEnded(uint64)", 0x2647_7359),
    ("LockEnded(uint64)", 0xca06_37e9),
    ("PendingBelowMinimum(uint256,uint256)", 0xdb61_6899),
    ("NoRevenueAccount()", 0x1ea5_cadb),
    ("ERC20InsufficientBalance(address,uint256,uint256)", 0xe450_d38c),
  ]

  /// The topic's first eight bytes stand for the whole digest.
  private static let events: [(signature: String, topic: UInt64)] = [
    ("Transfer(address,address,uint256)", 0xddf2_52ad_1be2_c89b),
    ("Approval(address,address,uint256)", 0x8c5b_e1e5_ebec_7d5b),
    ("ApprovalForAll(address,address,bool)", 0x1730_7eab_39ab_6107),
    ("Staked(uint256,address,uint256,uint64,uint64,uint128)", 0x0a7c_be2f_c563_6c23),
    ("Claimed(uint256,address,address,uint256,uint256,uint256)", 0x6136_a629_8c86_cc8d),
    ("Compounded(uint256,address,uint256,uint256,uint256,uint256)", 0x047d_0788_852c_4797),
    ("Unstaked(uint256,address,uint256)", 0x3737_5b03_d892_4bd8),
    ("ExitedEarly(uint256,address,uint256,uint256,uint256,uint256)", 0xcce8_1ade_a974_9309),
    ("Repriced(uint256,address,uint32,uint128)", 0x9586_5da6_63fe_b1b9),
    ("BonusScoreSet(address,uint8,uint32)", 0x7834_0a30_7d58_24c6),
    ("BonusScoreCleared(address,uint8)", 0x6c9d_8c5d_2f90_55be),
    ("BeneficiarySet(uint256,address)", 0xc86a_110a_a176_6ba4),
    ("DelegateChanged(address,address,address)", 0x3134_e8a2_e6d9_7e92),
    ("RevenueDeposited(address,uint256)", 0x7899_add1_0f1a_002a),
    ("FeeShareDeposited(address,uint256)", 0xc2e3_4c96_fb34_91ba),
    ("StakingEpochOpened(uint64,uint256,uint256)", 0x097b_626c_f1a4_6068),
  ]

  @Test func signaturesAndSelectors() {
    let module = Staking.declaration
    #expect(module.calls.map(\.signature) == Self.calls.map(\.signature))
    #expect(module.calls.map(\.selector) == Self.calls.map(\.selector))
    #expect(module.queries.map(\.signature) == Self.queries.map(\.signature))
    #expect(module.queries.map(\.selector) == Self.queries.map(\.selector))
    #expect(module.rejections.map(\.signature) == Self.rejections.map(\.signature))
    #expect(module.rejections.map(\.selector) == Self.rejections.map(\.selector))
    #expect(module.events.map(\.signature) == Self.events.map(\.signature))
    #expect(module.events.map(\.topic.w0) == Self.events.map(\.topic))
  }

  /// Codes and events are numbered without a gap, in the order of their declaration.
  @Test func everyCodeAndEventIsDeclared() {
    #expect(
      Staking.declaration.rejections.map(\.code) == Staking.Code.allCases.map(\.rawValue))
    #expect(Staking.declaration.events.map(\.code) == Staking.Event.allCases.map(\.rawValue))
    #expect(Registry.verify().isEmpty)
  }

  /// ERC-721's Transfer has three topics besides the signature's, so that wallets find receipts.
  @Test func transferIndexesTheReceipt() throws {
    let transfer = try #require(Staking.declaration.event(Staking.Event.transfer.rawValue))
    #expect(transfer.parameters.map(\.isIndexed) == [true, true, true])
  }

  @Test func everyCallHasHelpAndExample() {
    for call in Staking.declaration.calls {
      #expect(!call.help.isEmpty && !call.example.isEmpty, "\(call.name)")
    }
    for query in Staking.declaration.queries where !query.parameters.isEmpty {
      #expect(!query.help.isEmpty && !query.example.isEmpty, "\(query.name)")
    }
  }
}
