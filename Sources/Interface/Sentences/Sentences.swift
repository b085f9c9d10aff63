internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// What was asked and what happened, as sentences in the network's words.
struct Sentences: Sendable {
  let coder: TextCoder
  private let prose: Prose

  init(_ genesis: Genesis, _ development: DevelopmentAccounts?) {
    coder = TextCoder(Vocabulary(genesis, development))
    prose = Prose(coder: coder, digests: Self.digests(genesis))
  }

  static let operations = phrases(OperationPhrases.all.map { ($0.operation, $0.phrase) })
  static let events = phrases(EventPhrases.all.map { ($0.event, $0.phrase) })

  private static func phrases(_ table: [(String, String)]) -> [String: Phrase] {
    var phrases: [String: Phrase] = [:]
    for (key, template) in table { phrases[key] = Phrase(template) }
    return phrases
  }

  /// Events name pools, milestones and parameters by digests.
  private static func digests(_ genesis: Genesis) -> [Digest: String] {
    let plans = genesis.plans
    let names = plans.pools.pools.map(\.name) + plans.vesting.milestones.map(\.name)
    var digests: [Digest: String] = [:]
    for name in names { digests[Keccak256.hash(Array(name.utf8))] = name }
    for parameter in genesis.parameters {
      digests[SHA256.hash(Array(parameter.pointer.utf8))] = parameter.pointer
    }
    return digests
  }

  /// An amount with its symbol.
  func amount(_ units: Amount) -> String { prose.words(units: UInt256(units.units)) }

  /// What an operation asks for.
  func operation(_ asked: CallText) -> String {
    Self.operations["\(asked.module.name).\(asked.name)"]?
      .sentence(asked.values, asked.fields, prose) ?? asked.words(coder)
  }

  /// What an event says happened.
  func event(_ text: EventText) -> String {
    let key = "\(text.module.name).\(text.event.name)"
    return Self.events[key]?.sentence(text.values, text.fields, prose) ?? text.words(coder)
  }

  /// What a transaction of a block, or one that waits, asks for.
  func transaction(_ transaction: BlockTransaction, weiPerUnit: UInt128) -> String {
    switch transaction {
    case .system(let system):
      return system.height == 0
        ? "Genesis: the whole supply came into being."
        : "What block \(system.height) did by itself."
    case .signed(let signed):
      let decoded = signed.decoded
      guard let to = decoded.to else { return "A contract, which this network does not take." }
      let data = Array(decoded.bytes[decoded.data])
      if let asked = CallText(to: to, data: data) { return operation(asked) }
      let name = coder.vocabulary.name(to) ?? to.checksummed
      guard decoded.data.isEmpty, Registry.module(at: to) == nil else {
        return "An operation that \(name) does not have."
      }
      return "Send \(amount(Amount(decoded.value / weiPerUnit))) to \(name)."
    }
  }
}

extension Vocabulary {
  /// The words of a network, the same that a client makes of `GET /network`.
  init(_ genesis: Genesis, _ development: DevelopmentAccounts?) {
    var names = genesis.accountNames.map { Name($0, SystemAddress.account($0)) }
    for (place, account) in (development?.accounts ?? []).enumerated() {
      names.append(Name("dev.\(place)", account.address))
    }
    self.init(
      symbol: genesis.token.symbol, decimals: Int(genesis.token.decimals), names: names,
      roles: genesis.plans.access.roles.map(\.name))
  }
}
