internal import Cryptography
internal import Engine
internal import Ledger
public import Primitives

/// What a checker already trusts, besides the proof.
public struct ProofAnchors: Sendable {
  /// The hash of the block's header.
  public var header: Digest?
  /// A signed checkpoint's bytes; it needs `key`.
  public var checkpoint: [UInt8]?
  /// The log's key, as `GET /network` shows it.
  public var key: String?

  public init(header: Digest? = nil, checkpoint: [UInt8]? = nil, key: String? = nil) {
    self.header = header
    self.checkpoint = checkpoint
    self.key = key
  }
}

/// Where a proof fails.
public struct ProofFault: Error, Sendable, Equatable {
  /// The steps in their order.
  public enum Step: String, Sendable, CaseIterable {
    case form, header, row, subject, claim, signature, log, anchor
  }

  /// The first step that fails.
  public let step: Step
  /// What is wrong.
  public let text: String

  init(_ step: Step, _ text: String) {
    self.step = step
    self.text = text
  }
}

/// What a sound proof proves.
public struct ProofVerdict: Sendable, Equatable {
  /// In one sentence.
  public let claim: String
  public let subject: ProofSubject
  /// The row or the receipt, field by field.
  public let fields: [ProvenField]
  /// The block.
  public let height: Height
  /// keccak-256 of its header.
  public let header: Digest
  /// The root in the header that the evidence leads to.
  public let root: Digest
  /// The log's name, blocks under its checkpoint and their root.
  public let origin: String
  public let logSize: UInt64
  public let logRoot: Digest
  /// Who signed the checkpoint.
  public let key: String
  /// What the checker brought along and what it agrees with; empty where it brought nothing.
  public let anchors: [String]
}

/// Checks proofs with nothing but their bytes: no chain, no data folder, no network.
public enum ProofCheck {
  /// Recomputes everything.
  public static func verify(
    _ bytes: [UInt8], _ anchors: ProofAnchors = ProofAnchors()
  ) throws(ProofFault) -> ProofVerdict {
    guard let document = ProofDocument(bytes) else {
      throw ProofFault(.form, "the file is no proof in the canonical form of freehold-proof/1")
    }
    let header: BlockHeader
    do throws(RLPFailure) {
      header = try BlockHeader(rlp: document.header, range: 0..<document.header.count)
    } catch {
      throw ProofFault(.header, "the header's bytes are no block header: \(error)")
    }
    let shown = try evidence(document, header)
    guard shown.claim == document.claim else {
      throw ProofFault(.claim, "the sentence is not what is proven; that is: \(shown.claim)")
    }
    let (checkpoint, key) = try log(document, header)
    return ProofVerdict(
      claim: shown.claim, subject: document.subject, fields: shown.fields,
      height: header.number, header: Keccak256.hash(document.header), root: shown.root,
      origin: checkpoint.origin, logSize: checkpoint.size, logRoot: checkpoint.root,
      key: key.text, anchors: try compare(anchors, document, checkpoint, key))
  }

  private typealias Shown = (claim: String, fields: [ProvenField], root: Digest)

  private static func evidence(
    _ document: ProofDocument, _ header: BlockHeader
  ) throws(ProofFault) -> Shown {
    switch document.evidence {
    case .rows(let rows): return try state(rows, header, document.subject)
    case .receipt(let leaf, let path):
      var hash = SHA256.leaf(leaf)
      for step in path {
        hash = step.isLeft ? SHA256.node(step.hash, hash) : SHA256.node(hash, step.hash)
      }
      guard hash == header.receiptsRoot else {
        throw ProofFault(.row, "the receipt does not lead to the header's receipts root")
      }
      guard let reading = ReceiptReading(leaf), case .receipt(let wanted) = document.subject,
        reading.transaction == wanted
      else { throw ProofFault(.subject, "the receipt is not the one of the subject") }
      return (ProofClaim.text(header, reading), reading.words, header.receiptsRoot)
    }
  }

  private static func state(
    _ rows: [RowProof], _ header: BlockHeader, _ subject: ProofSubject
  ) throws(ProofFault) -> Shown {
    for row in rows {
      guard row.verifies(against: header.stateRoot) else {
        throw ProofFault(
          .row, "row \(row.row) of table \(row.table) does not lead to the header's state root")
      }
    }
    guard let first = rows.first, let reading = RowReading(table: first.table, first.bytes),
      isSubject(subject, first, reading)
    else { throw ProofFault(.subject, "the row is not the one of the subject") }
    let named = rows.dropFirst()
    guard named.map(\.row) == reading.accounts,
      named.allSatisfy({ $0.table == RowFields.accounts })
    else { throw ProofFault(.subject, "the rows beside it are not the accounts that it names") }
    let names = AccountNames(Array(named))
    return (
      ProofClaim.text(header, reading, names.address, subject), reading.words(names.address),
      header.stateRoot
    )
  }

  private static func isSubject(
    _ subject: ProofSubject, _ row: RowProof, _ reading: RowReading
  ) -> Bool {
    switch subject {
    case .balance(let address):
      row.table == RowFields.accounts && reading.address == address
    case .grant(let id): row.table == RowFields.grants && row.row == id - 1
    case .position(let number):
      row.table == RowFields.positions && reading.number("number") == UInt128(number)
    case .receipt: false
    }
  }

  private static func log(
    _ document: ProofDocument, _ header: BlockHeader
  ) throws(ProofFault) -> (LogCheckpoint, NoteKey) {
    guard let key = NoteKey(text: document.key) else {
      throw ProofFault(.signature, "the log's key is no key of a signed note")
    }
    let checkpoint = try signed(Array(document.checkpoint.utf8), key, .signature, alone: true)
    guard let index = Int(exactly: header.number), let count = Int(exactly: checkpoint.size),
      HashTree.verify(
        leaf: SHA256.leaf(document.header), index: index, count: count, path: document.logPath,
        root: checkpoint.root)
    else {
      throw ProofFault(.log, "block \(header.number) does not lead to the signed root of the log")
    }
    return (checkpoint, key)
  }

  /// A note's checkpoint, once the key has been found to have signed it.
  private static func signed(
    _ bytes: [UInt8], _ key: NoteKey, _ step: ProofFault.Step, alone: Bool
  ) throws(ProofFault) -> LogCheckpoint {
    do throws(NoteFailure) {
      let note = try SignedNote(bytes)
      try note.verify(by: key)
      // A line of somebody unknown would be a place to change bytes unseen.
      guard !alone || note.signatures.count == 1 else { throw .form("it has other signatures") }
      guard let checkpoint = LogCheckpoint(text: note.text), checkpoint.origin == key.name else {
        throw .form("it is no checkpoint of the key's log")
      }
      return checkpoint
    } catch {
      throw ProofFault(step, "the checkpoint is refused: \(error.text)")
    }
  }

  private static func compare(
    _ anchors: ProofAnchors, _ document: ProofDocument, _ checkpoint: LogCheckpoint,
    _ key: NoteKey
  ) throws(ProofFault) -> [String] {
    var agreed: [String] = []
    if let header = anchors.header {
      guard Keccak256.hash(document.header) == header else {
        throw ProofFault(.anchor, "the header's hash is not \(Hex.text(header.bytes))")
      }
      agreed.append("the header hash \(Hex.text(header.bytes))")
    }
    if let text = anchors.key {
      guard text == key.text else {
        throw ProofFault(.anchor, "the checkpoint is signed by \(key.text), not by \(text)")
      }
      agreed.append("the key \(text)")
    }
    if let bytes = anchors.checkpoint {
      guard let text = anchors.key, let trusted = NoteKey(text: text) else {
        throw ProofFault(.anchor, "a checkpoint says nothing without the key that signed it")
      }
      guard try signed(bytes, trusted, .anchor, alone: false) == checkpoint else {
        throw ProofFault(
          .anchor, "the given checkpoint is not the proof's, which has \(checkpoint.size) blocks")
      }
      agreed.append("the given checkpoint of \(checkpoint.size) blocks")
    }
    return agreed
  }
}
