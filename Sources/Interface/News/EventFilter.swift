internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// What a follower of events wants to hear of.
struct EventFilter: Sendable {
  /// The name under which blocks themselves are told.
  static let block = "block"

  private let module: Address?
  private let account: Word?
  private let event: String?
  private let topics: Set<Word>?

  /// Each part as a query gives it; nil for any.
  /// - Parameters:
  ///   - module: a module's name.
  ///   - account: an address; an event concerns it where one of its values is it.
  ///   - event: an event's name, or `block`.
  init(module: String?, account: String?, event: String?) throws(EventFilterFailure) {
    var declarations = Registry.modules
    if let module {
      declarations = declarations.filter { $0.name == module }
      guard !declarations.isEmpty else {
        let names = Registry.modules.map(\.name).joined(separator: ", ")
        throw EventFilterFailure("module=\(module.prefix(64)) is not known: \(names)")
      }
    }
    self.module = module == nil ? nil : declarations.first?.address
    if let account {
      guard let address = Address(text: account) else {
        throw EventFilterFailure(
          "account=\(account.prefix(64)) is no address: 0x and 40 hex digits, small or with the"
            + " capitals of EIP-55")
      }
      self.account = Word(address)
    } else {
      self.account = nil
    }
    self.event = event
    guard let event, event != Self.block else {
      topics = nil
      return
    }
    let known = declarations.flatMap(\.events)
    topics = Set(known.filter { $0.name == event }.map(\.topic))
    guard topics?.isEmpty == false else {
      let names = Set(known.map(\.name)).sorted().joined(separator: ", ")
      throw EventFilterFailure(
        "event=\(event.prefix(64)) is not declared: block, \(names)")
    }
  }

  /// Blocks are told unless something else was asked for.
  var tellsBlocks: Bool { event == Self.block || module == nil && account == nil && event == nil }

  func matches(_ log: Log) -> Bool {
    if event == Self.block { return false }
    if let module, log.address != module { return false }
    if let topics, log.topics.first.map(topics.contains) != true { return false }
    guard let account else { return true }
    if log.topics.dropFirst().contains(account) { return true }
    return stride(from: 0, to: log.data.count - log.data.count % 32, by: 32).contains {
      Word(Array(log.data[$0..<$0 + 32])) == account
    }
  }
}

/// Why a filter is not understood.
public struct EventFilterFailure: Error, Sendable {
  /// What is wrong and what is possible.
  public let text: String

  init(_ text: String) { self.text = text }
}

/// How far a follower has read, as its last message's id says: `12` is block 12 itself, `12.0` that
/// block's first event.
struct EventPlace: Sendable, Equatable {
  var height: Height
  /// 0: nothing of the block was told; 1: the block itself; n + 2: its event n.
  var step: Int

  init(height: Height, step: Int = 0) {
    self.height = height
    self.step = step
  }

  /// Behind the message with that id; nil where it is none.
  init?(after id: String) {
    let parts = id.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
    guard isPlain, (1...2).contains(parts.count), let height = Height(String(parts[0]) ?? "")
    else { return nil }
    self.height = height
    step = 1
    if parts.count == 2 {
      guard let index = Int32(String(parts[1]) ?? "") else { return nil }
      step = Int(index) + 2
    }
  }
}
