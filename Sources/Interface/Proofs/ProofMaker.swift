internal import Cryptography
internal import Economy
public import Engine
internal import Ledger
public import Primitives

/// Why there is no proof.
public enum ProofRefusal: Error, Sendable, Equatable {
  /// The chain has no such thing.
  case notFound(String)
  /// The log does not cover the block yet.
  case notYet(String)
  /// The log cannot be written or believed.
  case failed(String)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .notFound(let text), .notYet(let text), .failed(let text): text
    }
  }
}

/// Makes proofs of what a chain holds now, from any thread.
public struct ProofMaker: Sendable {
  private let chain: Chain
  private let archive: (any BlockArchive)?
  private let inclusion: @Sendable (Height) throws(TileFailure) -> LogInclusion

  /// - Parameters:
  ///   - archive: where the receipts of blocks are that memory has let go.
  ///   - inclusion: that a block is in the log, as `BlockLog.inclusion` answers.
  public init(
    _ chain: Chain, archive: (any BlockArchive)? = nil,
    inclusion: @escaping @Sendable (Height) throws(TileFailure) -> LogInclusion
  ) {
    self.chain = chain
    self.archive = archive
    self.inclusion = inclusion
  }

  /// The proof's canonical bytes: of a row in the state at the head, of a receipt in its block.
  public func proof(of subject: ProofSubject) throws(ProofRefusal) -> [UInt8] {
    switch subject {
    case .receipt(let hash): try receipt(hash, subject)
    case .balance, .grant, .position: try rows(subject)
    }
  }

  private func rows(_ subject: ProofSubject) throws(ProofRefusal) -> [UInt8] {
    let chain = chain
    let found = chain.withState { state -> (header: BlockHeader, rows: [RowProof])? in
      let place: RowPlace? =
        switch subject {
        case .balance(let address): state.place(ofAccount: address)
        case .grant(let id): state.place(ofGrant: id)
        case .position(let number): state.place(ofPosition: number)
        case .receipt: nil
        }
      guard let place, let row = state.prove(row: place.row, of: place.table),
        let reading = RowReading(table: row.table, row.bytes)
      else { return nil }
      var rows = [row]
      for account in reading.accounts {
        let place = state.place(ofAccountRow: UInt32(truncatingIfNeeded: account))
        if let named = state.prove(row: place.row, of: place.table) { rows.append(named) }
      }
      // The state is that of the head for as long as it is held.
      return (chain.head.header, rows)
    }
    guard let found, let reading = RowReading(table: found.rows[0].table, found.rows[0].bytes)
    else {
      throw .notFound(
        "the state has no \(subject.kind) \(subject.text): a proof shows what is there, never "
          + "that something is not")
    }
    let names = AccountNames(found.rows)
    return try seal(
      found.header, subject, .rows(found.rows),
      claim: ProofClaim.text(found.header, reading, names.address, subject))
  }

  private func receipt(
    _ hash: Digest, _ subject: ProofSubject
  ) throws(ProofRefusal) -> [UInt8] {
    let place: TransactionPlace?
    do throws(RPCFailure) {
      place = try BlockLookup(chain: chain, archive: archive).transaction(hash)
    } catch {
      throw .notYet(error.message)
    }
    guard let place else {
      throw .notFound(
        "nobody holds a receipt of \(Hex.text(hash.bytes)): it is of no block, or of one that "
          + "has left memory where no index is kept")
    }
    let (leaf, path) = place.block.receiptProof(place.index)
    guard let reading = ReceiptReading(leaf) else {
      throw .failed("the receipt does not read back: report this with the transaction's hash")
    }
    let header = place.block.header
    let steps = ProofDocument.Step.steps(
      path, index: place.index, count: place.block.receipts.count)
    return try seal(
      header, subject, .receipt(leaf, steps), claim: ProofClaim.text(header, reading))
  }

  private func seal(
    _ header: BlockHeader, _ subject: ProofSubject, _ evidence: ProofDocument.Evidence,
    claim: String
  ) throws(ProofRefusal) -> [UInt8] {
    do throws(TileFailure) {
      let log = try inclusion(header.number)
      return ProofDocument(
        claim: claim, subject: subject, header: header.rlp, evidence: evidence,
        logPath: log.path, checkpoint: String(decoding: log.checkpoint.bytes, as: UTF8.self),
        key: log.key.text
      ).bytes
    } catch .behind(let text) {
      throw .notYet(text)
    } catch {
      throw .failed(error.text)
    }
  }
}

/// The addresses of the account rows that stand beside a row.
struct AccountNames {
  private let accounts: [(row: UInt64, address: Address)]

  init(_ rows: [RowProof]) {
    accounts = rows.compactMap { row in
      RowReading(table: row.table, row.bytes)?.address.map { (row.row, $0) }
    }
  }

  func address(_ row: UInt64) -> Address? { accounts.first { $0.row == row }?.address }
}

extension ProofDocument.Step {
  /// The siblings of an RFC 6962 path with the sides they stand on.
  static func steps(_ path: [Digest], index: Int, count: Int) -> [ProofDocument.Step] {
    var steps: [ProofDocument.Step] = []
    var place = index
    var last = count - 1
    for hash in path {
      // A last node without a neighbour stands unchanged on the level above.
      while place & 1 == 0, place == last, place != 0 {
        place >>= 1
        last >>= 1
      }
      steps.append(ProofDocument.Step(isLeft: place & 1 == 1, hash: hash))
      place >>= 1
      last >>= 1
    }
    return steps
  }
}
