import Cryptography
import Economy
import Primitives

@testable import Engine

/// Random transactions of the members: transfers both ways, approvals, what must be refused when it
/// runs, and what can be no part of a block.
struct Workload {
  private var generator: SeededGenerator
  private var nonces = [UInt64](repeating: 0, count: Fixture.members.count)
  private let includesImpossible: Bool

  /// - Parameter impossible: whether some transactions can be no part of a block.
  init(seed: UInt64, impossible: Bool = true) {
    generator = SeededGenerator(seed)
    includesImpossible = impossible
  }

  mutating func next() throws -> AuthenticTransaction {
    let member = generator.below(Fixture.members.count)
    let other = Fixture.members[generator.below(Fixture.members.count)].address
    let units = UInt128(generator.below(1_000_000))
    var draft = Draft(type: UInt8(generator.below(3)), nonce: nonces[member], gas: 60_000)
    draft.price = Fixture.price * UInt128(1 + generator.below(2))
    draft.to = Fixture.token
    switch generator.below(includesImpossible ? 10 : 8) {
    case 0: (draft.to, draft.value) = (other, units * Fixture.unit)
    case 1: draft.data = Fixture.transferData(.zero, units)
    case 2: draft.data = Fixture.transferData(other, 1 << 100)
    case 3: draft.gas = 25_000
    case 4:
      // approve(address,uint256)
      draft.data = [0x09, 0x5e, 0xa7, 0xb3] + Fixture.transferData(other, units).dropFirst(4)
    case 5: draft.to = nil
    case 8: draft.nonce += 1 + UInt64(generator.below(3))
    case 9: draft.price = Fixture.price - 1
    default: draft.data = Fixture.transferData(other, units)
    }
    if draft.gas != 60_000 { draft.data = Fixture.transferData(other, units) }
    if draft.nonce == nonces[member], draft.price >= Fixture.price { nonces[member] += 1 }
    return try Fixture.authentic(draft.signed(by: Fixture.members[member]))
  }

  mutating func next(_ count: Int) throws -> [AuthenticTransaction] {
    var batch: [AuthenticTransaction] = []
    for _ in 0..<count { batch.append(try next()) }
    return batch
  }
}
