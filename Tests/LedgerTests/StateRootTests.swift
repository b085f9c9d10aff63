import Cryptography
import Primitives
import Testing

@testable import Ledger

@Suite struct StateRootTests {
  /// A ledger in which every table has rows, some of them freed.
  private func fullLedger(secret: HashSecret = Fixtures.secret) -> LedgerState {
    var ledger = Fixtures.ledger(members: 5, liquidWeights: true, secret: secret)
    for member in 0..<5 {
      ledger.post(
        .token, Amount(UInt128(100 * (member + 1))), from: .burned, to: Fixtures.member(member))
    }
    let share = ledger.createAsset(module: 7, supply: Amount(50), holder: Fixtures.member(1))
    _ = ledger.createAsset(module: 7, supply: Amount(60), holder: Fixtures.member(2))
    ledger.post(share, Amount(10), from: Fixtures.member(1), to: Fixtures.member(3))
    var holds: [HoldID] = []
    for amount in [5, 6, 7] as [UInt128] {
      holds.append(
        ledger.hold(
          .token, Amount(amount), from: Fixtures.member(4), escrow: Fixtures.member(0), module: 2,
          reference: 3, expires: LogicalTime(1_000)))
    }
    _ = ledger.release(holds[1])
    for number in 0..<3 { _ = ledger.retain(Array("text \(number)".utf8)) }
    for number in 0..<3 {
      _ = ledger.declare(
        ParameterRow(
          pointer: Digest(w0: UInt64(number), w1: 0, w2: 0, w3: 0), value: 1, minimum: 0,
          maximum: 9, maximumStep: 1, cooldown: 1, proposalClass: 0))
    }
    ledger.setDelegate(Fixtures.member(2), to: Fixtures.member(3))
    ledger.scope.close()
    return ledger
  }

  @Test func equalHistoriesHaveEqualRootsWhateverTheSecret() {
    var one = fullLedger()
    var two = fullLedger(secret: HashSecret(42, 43))
    let roots = (one.stateRoot(), two.stateRoot())
    #expect(roots.0 == roots.1)
    let agree = one.rootsAgree()
    #expect(agree)
  }

  /// Every way in which the ledger changes shows in the state root, and undo takes it back.
  @Test func everyChangeShows() {
    let member = Fixtures.member(0)
    let digest = SHA256.hash(Array("text 0".utf8))
    let changes: [(String, (inout LedgerState) -> Void)] = [
      ("posting", { $0.post(.token, Amount(1), from: .burned, to: member) }),
      ("nonce", { $0.advanceNonce(member) }),
      ("frozen", { $0.freeze(member, Amount(1)) }),
      ("new account", { _ = $0.account(Fixtures.address(90)) }),
      ("new system account", { _ = $0.account(Fixtures.address(90), flags: .system) }),
      ("height", { $0.set(.height, 9) }),
      ("time", { $0.set(.time, 9) }),
      ("epoch", { $0.set(.epoch, 9) }),
      ("asset", { _ = $0.createAsset(module: 1, supply: .zero, holder: member) }),
      ("asset's module", { _ = $0.createAsset(module: 2, supply: .zero, holder: member) }),
      ("holding", { $0.post(AssetID(1), Amount(1), from: Fixtures.member(1), to: member) }),
      ("release of a hold", { _ = $0.release(HoldID(1)) }),
      ("capture of a hold", { _ = $0.capture(HoldID(1), Amount(1), to: member) }),
      (
        "timer",
        {
          _ = $0.schedule(at: LogicalTime(5), .other, module: 1, kind: 1, reference: 1)
        }
      ),
      (
        "timer's kind",
        {
          _ = $0.schedule(at: LogicalTime(5), .other, module: 1, kind: 2, reference: 1)
        }
      ),
      ("cancelled timer", { _ = $0.cancelTimer(1) }),
      ("reference to a text", { _ = $0.retain(Array("text 0".utf8)) }),
      ("new text", { _ = $0.retain([1]) }),
      ("dropped text", { $0.release(digest) }),
      ("proposal", { $0.propose(ParameterIndex(row: 1), 2, now: LogicalTime(1)) }),
      ("proposal's time", { $0.propose(ParameterIndex(row: 1), 2, now: LogicalTime(2)) }),
      ("weight", { $0.adjustWeight(member, rise: Amount(1), fall: .zero) }),
      ("delegate", { $0.setDelegate(member, to: Fixtures.member(4)) }),
    ]
    var roots: [Digest] = []
    for (name, change) in changes {
      var ledger = fullLedger()
      let before = ledger.stateRoot()
      change(&ledger)
      let after = ledger.stateRoot()
      #expect(after != before, "\(name)")
      let agree = ledger.rootsAgree()
      #expect(agree, "\(name)")
      roots.append(after)
      ledger.undo(to: 0)
      let restored = ledger.stateRoot()
      #expect(restored == before, "undone: \(name)")
    }
    #expect(Set(roots).count == roots.count, "no two changes give the same root")
  }

  /// Tables of equal rows stand apart: the leaf holds the table's number, its count and how many
  /// tables there are.
  @Test func leavesBindNumberAndCounts() {
    let root = Digest(w0: 1, w1: 2, w2: 3, w3: 4)
    let leaves = [
      TableRoot(table: 1, count: 2, root: root).leaf(among: 3),
      TableRoot(table: 2, count: 2, root: root).leaf(among: 3),
      TableRoot(table: 1, count: 3, root: root).leaf(among: 3),
      TableRoot(table: 1, count: 2, root: root).leaf(among: 4),
      TableRoot(table: 1, count: 2, root: .zero).leaf(among: 3),
    ]
    #expect(Set(leaves).count == leaves.count)
  }

  private func proof(
    _ ledger: inout LedgerState, _ table: LedgerTable, _ row: Int, _ roots: [TableRoot]
  ) -> RowProof? {
    guard let place = roots.firstIndex(where: { $0.table == table.rawValue }),
      let (bytes, path) = ledger.row(row, of: table)
    else { return nil }
    var top = HashTree()
    for root in roots { top.append(root.leaf(among: roots.count)) }
    _ = top.root()
    return RowProof(
      table: table.rawValue, row: UInt64(row), rowCount: UInt64(roots[place].count), bytes: bytes,
      path: path, tablePlace: UInt64(place), tableCount: UInt64(roots.count),
      tablePath: top.path(place))
  }

  @Test("incident 26: every row is proven, and never by a zero root")
  func everyRowOfEveryTableIsProven() throws {
    var ledger = fullLedger()
    let roots = ledger.roots()
    let stateRoot = TableRoot.stateRoot(roots)
    #expect(roots.map(\.table) == LedgerTable.allCases.map(\.rawValue))
    for (place, table) in LedgerTable.allCases.enumerated() {
      #expect(roots[place].count > 0, "\(table) has rows")
      for row in 0..<roots[place].count {
        let proof = try #require(proof(&ledger, table, row, roots), "\(table) \(row)")
        #expect(proof.verifies(against: stateRoot), "\(table) \(row)")
        #expect(!proof.verifies(against: .zero), "a zero root proves nothing (incident 26)")
      }
      let beyond = (
        ledger.row(-1, of: table) == nil, ledger.row(roots[place].count, of: table) == nil
      )
      #expect(beyond.0 && beyond.1)
    }
  }

  /// Incident 25: any flipped bit anywhere in a proof is refused, and so are missing or added bytes
  /// and siblings.
  @Test("incident 25: bent proofs are refused", arguments: LedgerTable.allCases)
  func bentProofsAreRefused(table: LedgerTable) throws {
    var ledger = fullLedger()
    let roots = ledger.roots()
    let stateRoot = TableRoot.stateRoot(roots)
    let count = try #require(roots.first { $0.table == table.rawValue }?.count)
    let proof = try #require(proof(&ledger, table, count - 1, roots))
    try #require(proof.verifies(against: stateRoot))
    var accepted: [String] = []
    func attempt(_ name: String, _ bent: RowProof) {
      if bent.verifies(against: stateRoot) { accepted.append(name) }
    }
    for bit in 0..<64 {
      let flip: UInt64 = 1 << UInt64(bit)
      if bit < 8 { attempt("table", proof.with(table: proof.table ^ UInt8(flip))) }
      attempt("row \(bit)", proof.with(row: proof.row ^ flip))
      attempt("rowCount \(bit)", proof.with(rowCount: proof.rowCount ^ flip))
      attempt("tablePlace \(bit)", proof.with(tablePlace: proof.tablePlace ^ flip))
      attempt("tableCount \(bit)", proof.with(tableCount: proof.tableCount ^ flip))
    }
    for bit in 0..<proof.bytes.count * 8 {
      var bytes = proof.bytes
      bytes[bit / 8] ^= 1 << (bit % 8)
      attempt("bytes \(bit)", proof.with(bytes: bytes))
    }
    for place in proof.path.indices {
      for bit in 0..<256 {
        var path = proof.path
        path[place] = path[place].flipping(bit)
        attempt("path \(place).\(bit)", proof.with(path: path))
      }
    }
    for place in proof.tablePath.indices {
      for bit in 0..<256 {
        var path = proof.tablePath
        path[place] = path[place].flipping(bit)
        attempt("tablePath \(place).\(bit)", proof.with(tablePath: path))
      }
    }
    attempt("longer bytes", proof.with(bytes: proof.bytes + [0]))
    attempt("shorter bytes", proof.with(bytes: Array(proof.bytes.dropLast())))
    attempt("longer path", proof.with(path: proof.path + [.zero]))
    attempt("longer table path", proof.with(tablePath: proof.tablePath + [.zero]))
    attempt("shorter table path", proof.with(tablePath: Array(proof.tablePath.dropLast())))
    #expect(accepted == [])
  }
}

extension Digest {
  fileprivate func flipping(_ bit: Int) -> Digest {
    var bytes = bytes
    bytes[bit / 8] ^= 1 << (bit % 8)
    return Digest(bytes) ?? .zero
  }
}

extension RowProof {
  /// The same proof with some fields replaced.
  fileprivate func with(
    table: UInt8? = nil, row: UInt64? = nil, rowCount: UInt64? = nil, bytes: [UInt8]? = nil,
    path: [Digest]? = nil, tablePlace: UInt64? = nil, tableCount: UInt64? = nil,
    tablePath: [Digest]? = nil
  ) -> RowProof {
    RowProof(
      table: table ?? self.table, row: row ?? self.row, rowCount: rowCount ?? self.rowCount,
      bytes: bytes ?? self.bytes, path: path ?? self.path,
      tablePlace: tablePlace ?? self.tablePlace, tableCount: tableCount ?? self.tableCount,
      tablePath: tablePath ?? self.tablePath)
  }
}
