internal import Cryptography
internal import Ledger
internal import Primitives

/// A proof as a file: one JSON object in one canonical form, so that no byte of it can be changed
/// without being found.
struct ProofDocument {
  /// The form's name and version.
  static let format = "freehold-proof/1"
  /// A proof has about 4,000 bytes; a receipt with many logs more.
  static let byteLimit = 1 << 20

  /// A sibling on a path, and the side it stands on.
  struct Step: Equatable {
    let isLeft: Bool
    let hash: Digest
  }

  /// What is shown of the block.
  enum Evidence {
    /// The subject's row and behind it the rows of the accounts it names.
    case rows([RowProof])
    /// A receipt's bytes and its path to the receipts root.
    case receipt([UInt8], [Step])
  }

  let claim: String
  let subject: ProofSubject
  /// The block header's RLP.
  let header: [UInt8]
  let evidence: Evidence
  /// From the header's neighbour in the log up.
  let logPath: [Digest]
  /// The signed note.
  let checkpoint: String
  /// The key that signed it, as verifiers take it.
  let key: String

  /// The canonical bytes: members in this order, no white space, lower case, a newline at the end.
  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 8_192)
    writer.beginObject()
    writer.member("format", text: Self.format)
    writer.member("claim", text: claim)
    writer.member("kind", text: subject.kind)
    writer.member("subject", text: subject.text)
    writer.member("header", bytes: header)
    switch evidence {
    case .rows(let rows):
      writer.name("rows")
      writer.beginArray()
      for row in rows { writer.row(row) }
      writer.endArray()
    case .receipt(let leaf, let path):
      writer.name("receipt")
      writer.beginObject()
      writer.member("bytes", bytes: leaf)
      writer.name("path")
      writer.beginArray()
      for step in path {
        writer.beginObject()
        writer.member("side", text: step.isLeft ? "left" : "right")
        writer.member("hash", digest: step.hash)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.name("log")
    writer.beginObject()
    writer.path("path", logPath)
    writer.member("checkpoint", text: checkpoint)
    writer.member("key", text: key)
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  init(
    claim: String, subject: ProofSubject, header: [UInt8], evidence: Evidence,
    logPath: [Digest], checkpoint: String, key: String
  ) {
    self.claim = claim
    self.subject = subject
    self.header = header
    self.evidence = evidence
    self.logPath = logPath
    self.checkpoint = checkpoint
    self.key = key
  }

  /// Reads a proof; nil for anything that `bytes` would not write exactly so.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.byteLimit, let document = try? JSONParser.parse(bytes),
      document["format"]?.string == Self.format,
      let claim = document["claim"]?.string, let kind = document["kind"]?.string,
      let subject = document["subject"]?.string.flatMap({ ProofSubject(kind: kind, text: $0) }),
      let header = document["header"]?.bytes, let evidence = Evidence(document),
      let path = document.at("/log/path")?.digests,
      let checkpoint = document.at("/log/checkpoint")?.string,
      let key = document.at("/log/key")?.string
    else { return nil }
    self.init(
      claim: claim, subject: subject, header: header, evidence: evidence, logPath: path,
      checkpoint: checkpoint, key: key)
    guard self.bytes == bytes else { return nil }
  }
}

extension ProofDocument.Evidence {
  fileprivate init?(_ document: JSONValue) {
    if let elements = document["rows"]?.elements {
      let rows = elements.compactMap { RowProof($0) }
      guard rows.count == elements.count, !rows.isEmpty else { return nil }
      self = .rows(rows)
    } else if let leaf = document.at("/receipt/bytes")?.bytes,
      let elements = document.at("/receipt/path")?.elements
    {
      let steps = elements.compactMap { element -> ProofDocument.Step? in
        guard let side = element["side"]?.string, side == "left" || side == "right",
          let hash = element["hash"]?.digest
        else { return nil }
        return ProofDocument.Step(isLeft: side == "left", hash: hash)
      }
      guard steps.count == elements.count else { return nil }
      self = .receipt(leaf, steps)
    } else {
      return nil
    }
  }
}

extension RowProof {
  fileprivate init?(_ value: JSONValue) {
    func number(_ name: String) -> UInt64? {
      value[name]?.whole.flatMap { UInt64(exactly: $0) }
    }
    guard let table = number("table").flatMap({ UInt8(exactly: $0) }), let row = number("row"),
      let rowCount = number("rowCount"), let bytes = value["bytes"]?.bytes,
      let path = value["path"]?.digests, let place = number("tablePlace"),
      let tableCount = number("tableCount"), let tablePath = value["tablePath"]?.digests
    else { return nil }
    self.init(
      table: table, row: row, rowCount: rowCount, bytes: bytes, path: path, tablePlace: place,
      tableCount: tableCount, tablePath: tablePath)
  }
}

extension JSONWriter {
  fileprivate mutating func row(_ row: RowProof) {
    beginObject()
    member("table", number: row.table)
    member("row", number: row.row)
    member("rowCount", number: row.rowCount)
    member("bytes", bytes: row.bytes)
    path("path", row.path)
    member("tablePlace", number: row.tablePlace)
    member("tableCount", number: row.tableCount)
    path("tablePath", row.tablePath)
    endObject()
  }

  fileprivate mutating func path(_ name: String, _ path: [Digest]) {
    self.name(name)
    beginArray()
    for hash in path { hex(hash.bytes) }
    endArray()
  }
}

extension JSONValue {
  fileprivate var bytes: [UInt8]? { string.flatMap { Hex.bytes($0) } }

  fileprivate var digest: Digest? { bytes.flatMap { Digest($0) } }

  fileprivate var digests: [Digest]? {
    guard let elements else { return nil }
    let digests = elements.compactMap(\.digest)
    return digests.count == elements.count ? digests : nil
  }
}
