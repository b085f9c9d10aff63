package import Economy
internal import Ledger
package import Primitives
package import Storage

/// Makes the blocks of a journal again, with receipts and logs, for a reader that missed them: they
/// are executed on a state of its own and every outcome is checked, so that nothing is handed out
/// that the journal does not vouch for. The journal may be written meanwhile.
package struct BlockReplay<D: Disk>: Sendable {
  /// Tells a walk to end although nothing is wrong.
  private struct Stopped: Error {}

  private let genesis: Genesis
  private let disk: D

  package init(_ genesis: Genesis, disk: D) {
    self.genesis = genesis
    self.disk = disk
  }

  private func second() -> Chain { Chain(genesis: genesis, secret: .fresh(), memory: 1) }

  private func reader(_ chain: Chain) -> JournalReader<D> {
    JournalReader(
      disk, Recovery.settings(chain, segmentBytes: JournalSettings.productionSegmentBytes))
  }

  /// The hash of the journal's block of a height, which must be durable; nil where the journal does
  /// not have it (any more).
  package func hash(of height: Height) throws(ReplayFailure) -> Digest? {
    let chain = second()
    if height == 0 { return chain.genesisHash }
    var hash: Digest?
    do {
      try reader(chain).scan(from: height, through: height) { record in
        hash = try BlockRecord(record).header.hash
      }
    } catch let failure as StorageFailure where failure.kind == .missing {
      return nil
    } catch {
      throw ReplayFailure(error)
    }
    return hash
  }

  /// Where a replay began that could not begin at genesis.
  package struct Opening {
    /// The block behind which the journal goes on.
    package let block: Block
    /// What every account held after it.
    package let balances: [(account: Address, balance: Amount)]
  }

  /// Hands out the blocks from `first` on in order, up to `last`, to the journal's end or until
  /// `take` answers false.
  ///
  /// It begins at the newest sound checkpoint from before `first`, or at genesis. Where the journal
  /// does not reach back so far (its oldest segments were removed), it begins at the oldest sound
  /// checkpoint that the journal continues and hands that out as an opening.
  package func run(
    from first: Height, through last: Height = .max, opening: (Opening) throws -> Void,
    take: (Block) throws -> Bool
  ) throws(ReplayFailure) {
    let chain = second()
    do {
      let reader = reader(chain)
      let begins = try reader.segments().first ?? 1
      let start = try begin(chain, before: first, journalBegins: begins)
      if chain.head.height >= first {
        if start != nil, chain.head.height > 0 {
          try opening(Opening(block: chain.head, balances: Self.balances(chain)))
        } else if try !take(chain.head) {
          return
        }
      }
      var executor = Executor()
      _ = try reader.walk(from: start, through: last) { record in
        let block = try BlockRecord(record)
        if record.height == start?.height { return block.header.hash }
        try chain.replay(
          block, Recovery.trusted(block, chain), executor: &executor,
          roots: .trust(block.header.stateRoot))
        if record.height >= first, try !take(chain.head) { throw Stopped() }
        return chain.head.hash
      }
    } catch is Stopped {
      return
    } catch {
      throw ReplayFailure(error)
    }
  }

  /// Puts the second chain where the walk begins; nil for genesis.
  private func begin(
    _ chain: Chain, before first: Height, journalBegins begins: Height
  ) throws -> JournalStart? {
    let usable = try Checkpoints.list(disk).filter { $0 + 1 >= begins }
    let before = usable.filter { $0 < first }.reversed()
    // Where the journal has been cut, a later beginning is better than none.
    let points = Array(before) + (begins > 1 ? usable.filter { $0 >= first } : [])
    for point in points {
      guard let reader = try? CheckpointFile.reader(point, of: genesis, disk: disk),
        let loaded = try? CheckpointFile.load(
          reader, genesis: genesis, secret: chain.secret, authenticator: chain.authenticator)
      else { continue }
      let start = JournalStart(height: point, digest: loaded.head.hash)
      chain.restart(from: loaded)
      return start
    }
    guard begins == 1 else { throw ReplayFailure.noStart(first: begins) }
    return nil
  }

  private static func balances(_ chain: Chain) -> [(account: Address, balance: Amount)] {
    chain.withState { state in
      (0..<state.ledger.accounts.count).map { row in
        let account = state.ledger.accounts[AccountIndex(row: UInt32(row))]
        return (account.address, account.balance)
      }
    }
  }
}

extension HashSecret {
  /// Words that nobody outside this process can know.
  fileprivate static func fresh() -> HashSecret {
    HashSecret(.random(in: 0 ... .max), .random(in: 0 ... .max))
  }
}
