import Ledger
import Primitives
import Testing

@testable import Economy

/// Receipts as ERC-721 (S07).
@Suite struct StakingReceiptsTests {
  private static let day = StakingFixture.day
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)
  private static let carol = StakingFixture.account(3)

  private static func transfer(
    _ id: Staking.ReceiptID, _ from: Address, _ to: Address
  ) -> Staking.Operation {
    .transferFrom(Staking.TransferFrom(from: from, to: to, position: id))
  }

  /// A transfer settles first, takes the pending along, moves the votes from the next block on and
  /// follows the new owner's scores (edge case 1).
  @Test("S07 edge case 1, incident 7: a transferred receipt settles first")
  func transferSettlesAndMovesVotes() throws {
    let (alice, bob) = (Self.alice, Self.bob)
    var world = try StakingFixture("dta", [(alice, 10_000_000)])
    try world.score(bob, 2, 10_000)
    let id = try world.stake(10_000_000, days: 30, by: alice)
    world.advance(to: 2 * Self.day)
    let pending = try world.state.pending(id)
    try world.run(
      .setBeneficiary(Staking.SetBeneficiary(position: id, beneficiary: Self.carol)), by: alice)
    try world.run(.approve(Staking.Approve(approved: Self.carol, position: id)), by: alice)
    #expect(try world.state.receiptApproved(id) == Self.carol)
    let height = world.state.ledger.height
    try world.run(Self.transfer(id, alice, bob), by: Self.carol)

    let facts = try world.state.position(id)
    #expect(facts.owner == bob && facts.beneficiary == bob && facts.pending == pending)
    #expect(facts.bonus == BasisPoints(1_000))
    #expect(try world.state.receiptApproved(id) == .zero)
    #expect(try world.state.receiptCount(of: alice) == 0)
    #expect(try world.state.receiptCount(of: bob) == 1)
    let (from, to) = (world.state.ledger.account(alice), world.state.ledger.account(bob))
    #expect(world.state.ledger.weights.voting(from, before: height) == 10_000_000)
    #expect(world.state.ledger.weights.voting(to, before: height) == 0)
    #expect(world.state.ledger.weights.voting(from, before: height + 1) == 0)
    #expect(world.state.ledger.weights.voting(to, before: height + 1) == 10_000_000)
    #expect(world.state.ledger.weights.total(before: height + 1) == 10_000_000)
    #expect(world.faults().isEmpty)
  }

  /// A transfer to oneself moves nothing and counts no vote twice (edge case 1).
  @Test("edge case 1: a transfer to oneself counts no vote twice")
  func transferToOneself() throws {
    var world = try StakingFixture("dta", [(Self.alice, 20_000_000)])
    let first = try world.stake(10_000_000, days: 30, by: Self.alice)
    let second = try world.stake(10_000_000, days: 30, by: Self.alice)
    try world.run(Self.transfer(first, Self.alice, Self.alice), by: Self.alice)
    #expect(world.state.positions(of: Self.alice) == [first, second])
    #expect(world.state.votes(of: Self.alice) == 20_000_000 && world.faults().isEmpty)
  }

  @Test func approvalsAndOperators() throws {
    let (alice, bob, carol) = (Self.alice, Self.bob, Self.carol)
    var world = try StakingFixture("dta", [(alice, 30_000_000)])
    let first = try world.stake(10_000_000, days: 30, by: alice)
    let second = try world.stake(10_000_000, days: 30, by: alice)
    func operators(_ approved: Bool) -> Staking.Operation {
      .setApprovalForAll(Staking.SetApprovalForAll(operator: carol, approved: approved))
    }
    try world.run(operators(true), by: alice)
    try world.run(operators(true), by: alice)
    #expect(world.state.isReceiptOperator(carol, of: alice) == true)
    try world.run(.approve(Staking.Approve(approved: bob, position: first)), by: carol)
    try world.run(Self.transfer(first, alice, bob), by: bob)
    try world.run(operators(false), by: alice)
    #expect(world.state.isReceiptOperator(carol, of: alice) == false)
    #expect(
      world.refusal(Self.transfer(second, alice, carol), by: carol)?.code
        == Staking.Code.insufficientApproval.rawValue)
    #expect(try world.state.receiptOwner(first) == bob)
    #expect(world.state.positions(of: bob) == [first])
  }

  /// The three ways to transfer decode to the same, by their ERC-721 selectors.
  @Test func safeTransfersAreTransfers() throws {
    let id = Staking.ReceiptID(7)
    let plain = ABIWriter.encode(Self.alice, Self.bob, id)
    let withData = ABIWriter.encode(Self.alice, Self.bob, id, [1, 2, 3] as [UInt8])
    for (selector, arguments) in [
      (0x23b8_72dd as UInt32, plain), (0x4284_2e0e, plain), (0xb88d_4fde, withData),
    ] {
      let data = Selector(selector).bytes + arguments
      let call = Registry.decode(to: SystemAddress.module(7), data: data, range: 0..<data.count)
      guard case .staking(.transferFrom(let transfer)) = call.operation else {
        Issue.record("\(selector) is no transfer")
        continue
      }
      #expect(transfer.from == Self.alice && transfer.to == Self.bob && transfer.position == id)
    }
  }

  @Test("S07 the receipt is an ERC-721 token with metadata")
  func interfacesAndMetadata() throws {
    var world = try StakingFixture("dta", [(Self.alice, 12_345_678)])
    let id = try world.stake(12_345_678, days: 90, by: Self.alice)
    for (interface, isSupported) in [
      (0x01ff_c9a7 as UInt32, true), (0x80ac_58cd, true), (0x5b5e_139f, true),
      (0x780e_9d63, false), (0xffff_ffff, false),
    ] {
      let query = try #require(Staking.declaration.query(0x01ff_c9a7))
      let answer = try query.answer(world.state, ABIWriter.encode(Selector(interface)), 0)
      #expect(answer == ABIWriter.encode(isSupported))
    }
    let uri = try world.state.receiptAddress(id)
    let prefix = "data:application/json;base64,"
    #expect(uri.hasPrefix(prefix))
    let json = try JSONParser.parse(Self.decoded(String(uri.dropFirst(prefix.count))))
    #expect(json["name"] == .string(world.state.receiptName() + " 1"))
    #expect(json["description"] == .string("1234.5678 DTA locked for 90 days"))
    #expect(world.state.receiptSymbol() == "stDTA")
  }

  private static func decoded(_ text: String) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for character in text.utf8 {
      guard let digit = digits.firstIndex(of: character) else { break }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }

  /// RFC 4648, section 10.
  @Test func base64() {
    for (plain, text) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Base64.text(Array(plain.utf8)) == text)
    }
  }
}
