import Primitives
import Testing

@testable import Economy

/// What outsiders rely on of vesting: selectors and topics, computed by another keccak-256.
@Suite struct VestingABITests {
  private static let calls: [(String, UInt32)] = [
    ("release(uint64)", 0x41fb_bc31),
    ("releaseTo(uint64,address,uint256)", 0x2d74_6b8d),
    ("createGrant(address,uint256,uint64,uint64,bool)", 0x1243_431a),
    ("revoke(uint64)", 0xa954_d8e0),
    ("changeBeneficiary(uint64,address)", 0x8d15_96c5),
    ("achieveMilestone(string)", 0x68fc_8ed7),
  ]
  private static let queries: [(String, UInt32)] = [
    ("grant(uint64)", 0x7e33_ce59),
    ("grantCount()", 0xcab4_2672),
    ("vested(uint64,uint64)", 0xc8e0_e237),
    ("releasable(uint64)", 0xdbc6_d314),
    ("grantsOf(address,uint64)", 0xc830_6910),
    ("grantOfWallet(string)", 0x78de_6312),
    ("milestones()", 0xad41_26b6),
    ("releasedInYear(uint64)", 0x6a17_54ba),
  ]
  private static let rejections: [(String, UInt32)] = [
    ("UnknownGrant(uint64)", 0x28ae_e687),
    ("NoBeneficiary(uint64)", 0xd5e7_394f),
    ("NothingReleasable(uint64)", 0xaaf3_73e4),
    ("NotByVote(uint64)", 0x9c76_36c3),
    ("ZeroAmount()", 0x1f2a_2005),
    ("InvalidReceiver(address)", 0x9cfe_a583),
    ("LimitExceeded(uint64,uint256,uint256)", 0x51b0_c575),
    ("CeilingReached(uint64,uint256)", 0x4a4d_d126),
    ("InvalidTerms(uint64,uint64)", 0xdba5_5aac),
    ("ERC20InsufficientBalance(address,uint256,uint256)", 0xe450_d38c),
    ("NotGrantor(uint64,address)", 0xc612_f1f8),
    ("NotRevocable(uint64)", 0x6952_c72d),
    ("AlreadyRevoked(uint64)", 0xd66b_6d15),
    ("NothingToRevoke(uint64)", 0x4f63_7293),
    ("NotBeneficiary(uint64,address)", 0x6a62_4cfc),
    ("SameBeneficiary(uint64,address)", 0xb788_95a0),
    ("UnknownMilestone(bytes32)", 0xcb34_ed94),
    ("AlreadyAchieved(bytes32)", 0x0b62_7fbf),
  ]
  private static let events: [(String, String)] = [
    (
      "GrantCreated(uint64,address,address,uint256,uint64,uint64,bool)",
      "0x5b635b3771ed21c8451aa88fa28b984dbd95cb1ddf28e51257a294f18ffd4242"
    ),
    (
      "Released(uint64,address,uint256)",
      "0xfeabf7aea442dae74ad971ca3ea5c6d3aeaf42a6116d22fadb11ccc43a9d085c"
    ),
    (
      "Revoked(uint64,address,uint256)",
      "0x708bb172928c323b0b7bb661755fe86db20a5cfd0d848d8a193948b14fba9686"
    ),
    (
      "BeneficiaryChanged(uint64,address,address)",
      "0x1d5df65bce86c4571c0c49026ff6df9ce6fa0988e0cb5fdeb0d1048c6b63414c"
    ),
    (
      "MilestoneAchieved(bytes32,address,uint256,uint256)",
      "0x3349687c9e64d6c179bc73b9b669413f1037951a23ec5ca876b2b831f2bf82c3"
    ),
  ]

  @Test func selectorsAndTopics() {
    let module = Vesting.declaration
    #expect(module.calls.map(\.signature) == Self.calls.map(\.0))
    #expect(module.calls.map(\.selector) == Self.calls.map(\.1))
    #expect(module.queries.map(\.signature) == Self.queries.map(\.0))
    #expect(module.queries.map(\.selector) == Self.queries.map(\.1))
    #expect(module.rejections.map(\.signature) == Self.rejections.map(\.0))
    #expect(module.rejections.map(\.selector) == Self.rejections.map(\.1))
    #expect(module.rejections.map(\.code) == Vesting.Code.allCases.map(\.rawValue))
    #expect(module.events.map(\.signature) == Self.events.map(\.0))
    #expect(module.events.map { Hex.text($0.topic.bytes) } == Self.events.map(\.1))
    #expect(module.events.map(\.code) == Vesting.Event.allCases.map(\.rawValue))
    #expect(Registry.verify().isEmpty)
  }

  @Test func everythingHasHelpAndAnExample() {
    let module = Vesting.declaration
    for call in module.calls {
      #expect(!call.help.isEmpty && call.example.isEmpty == call.parameters.isEmpty)
      let words = call.example.split(separator: " ").count
      #expect(words == call.parameters.count, "\(call.signature)")
    }
    for query in module.queries {
      let words = query.example.split(separator: " ").count
      #expect(!query.help.isEmpty && words == query.parameters.count, "\(query.signature)")
    }
    for event in module.events { #expect(!event.help.isEmpty) }
    for rejection in module.rejections { #expect(!rejection.help.isEmpty) }
  }

  /// The record of `grant`: eleven words, static, in the order of its fields.
  @Test func grantFactsAreElevenWords() throws {
    var net = try DevelopmentNetwork()
    let query = try #require(Vesting.declaration.queries.first { $0.name == "grant" })
    var data: [UInt8] = []
    query.selector.appendBigEndian(to: &data)
    data = try ABITree.encode([.count(1)], as: [.uint(64)], after: data)
    let answer = try query.answer(net.state, data, 4)
    #expect(answer.count == 11 * 32)
    let facts = try ABIReader.decode(answer, from: 0, as: Vesting.Facts.self)
    let direct = try net.state.grant(1)
    #expect(facts == direct)
    #expect(facts.wallet == SystemAddress.account("treasury.partnerships"))
    #expect(facts.total == Amount(1_100_000_000_000))
    #expect(facts.lock == Seconds(6 * 2_628_000))
    net.openBlock(at: 1)
  }
}
